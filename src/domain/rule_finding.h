#pragma once

#include <optional>
#include <string>

#include "core/money.h"
#include "domain/rule_set.h"

namespace counterfoil {

/// An amount above a ceiling, on a line.
struct Excess {
  std::string line;
  Money amount;
  Money allowed;
};

/// A rule that a fact breaks.
struct RuleFinding {
  std::string rule;
  RuleMode mode = RuleMode::observe;  // enforce: it is refused; override: an override is required
  std::string text;
  std::optional<Excess> excess;  // where a smaller amount would pass
};

}  // namespace counterfoil
