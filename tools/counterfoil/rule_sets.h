#pragma once

#include <string_view>
#include <vector>

namespace counterfoil {

/// A rule set of schema/rulesets, built into the tool.
struct ShippedRuleSet {
  std::string_view name;
  std::string_view json;
};

const std::vector<ShippedRuleSet>& shipped_rule_sets();

}  // namespace counterfoil
