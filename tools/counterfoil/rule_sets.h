#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// A rule set of schema/rulesets, built into the tool.
struct ShippedRuleSet {
  std::string_view name;
  std::string_view json;
};

const std::vector<ShippedRuleSet>& shipped_rule_sets();

/// The document of a shipped rule set, or of a JSON file.
Result<std::string> rule_set_document(const std::string& name_or_file);

}  // namespace counterfoil
