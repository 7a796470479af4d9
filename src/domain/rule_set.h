#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// What happens when a rule is broken.
enum class RuleMode {
  enforce,   // refused
  override,  // refused, unless an authority and a document are given, which are recorded
  observe,   // accepted, and the breach is recorded
  off
};

/// A jurisdiction's rules as data: a JSON document, published as an event.
struct RuleSet {
  std::string name;
  std::string version;
  std::map<std::string, RuleMode, std::less<>> modes;  // by rule id; a rule not named is off
  /// Measures whose legs must sum to zero together, per fund and fiscal year (identity R16).
  std::vector<std::vector<std::string>> balance_groups = {{"net"}, {"conditional", "earmarked"}};
  /// The same, for groups that real budgets sometimes break (R19).
  std::vector<std::vector<std::string>> loose_balance_groups = {{"commitment"}, {"headcount"}};
  /// Measures of which no more may be committed and paid than the current budget (R19).
  std::vector<std::string> expenditure_measures = {"net", "conditional"};

  RuleMode mode(std::string_view rule) const;
  /// Those of all balance groups: what a budget line may be about.
  std::vector<std::string> measures() const;
  /// "NAME@VERSION".
  std::string label() const { return name + "@" + version; }
};

/// Reads a rule set; the error names the place. Unknown keys, rules and modes are refused. Measures
/// that it does not name are the ones above.
Result<RuleSet> parse_rule_set(std::string_view json);

}  // namespace counterfoil
