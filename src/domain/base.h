#pragma once

#include <string>
#include <vector>

#include "codec/line.h"
#include "domain/standing.h"

namespace counterfoil {

/// What the ceilings of a line are computed from: the previous year's amount of the same project
/// and, by share, of its declared predecessors, on the same fund, measure and item.
struct Base {
  Money amount;
  std::vector<Sequence> appropriations;  // that it is the sum of
  bool is_rounded_away = false;          // shares so small that nothing is left of what there was

  /// No ceiling can be computed.
  bool is_missing() const { return appropriations.empty() || is_rounded_away; }
};

Result<Base> base_of(Book& book, const RuleSet& rules, const LineId& line);

/// The projects that this one took over, with itself first, and those that they took over: the
/// shares of a chain multiply, rounded down.
struct Share {
  std::string project;
  std::uint32_t basis_points = 10'000;
};
Result<std::vector<Share>> predecessors_of(Book& book, std::string_view project);

}  // namespace counterfoil
