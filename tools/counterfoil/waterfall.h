#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace counterfoil {

/// A bar of a waterfall chart: a total stands on zero, a change floats between two sums.
struct Bar {
  std::string label;
  std::string amount;     // as it is written beside the bar
  std::int64_t from = 0;  // sum before it; 0 of a total
  std::int64_t to = 0;    // sum after it
  bool is_total = false;
};

/// The chart as SVG 1.1: a row a bar, with its label at the left and its amount at the right, so
/// that it needs no legend; a line at zero. Texts may hold anything.
std::string waterfall_svg(const std::string& title, const std::string& subtitle,
                          const std::vector<Bar>& bars);

}  // namespace counterfoil
