#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// What a budget line is: `line/FY/project/fund/measure/item`. The parts point into the text that
/// was parsed.
struct LineId {
  std::int32_t fiscal_year = 0;
  std::string_view project;
  std::string_view fund;
  std::string_view measure;
  std::string_view item;
};

/// Headcount is counted in thousandths of a post instead of the currency's minor unit.
inline constexpr std::string_view headcount_measure = "headcount";
inline constexpr unsigned headcount_exponent = 3;

std::string format_line(const LineId& line);
/// What stands for the line where lines are sorted by year, project, fund, measure and item: the
/// year (4 bytes, big-endian), then the others, each ended by a NUL.
std::string line_key(const LineId& line);
/// The whole subject id, checked; the error names the part that is wrong.
Result<LineId> parse_line(std::string_view subject);

}  // namespace counterfoil
