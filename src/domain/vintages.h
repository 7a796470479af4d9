#pragma once

#include <vector>

#include "domain/standing.h"

namespace counterfoil {

/// What is left of each vintage of a line when its payments, and what was taken away beyond a
/// vintage, have used the oldest first, in the same order; never below 0, and in all no more than
/// the current budget less the payments. What is committed and not paid counts as left.
std::vector<Vintage> unspent_by_vintage(const LineState& line);

/// Why unspent money of a vintage may not be carried over at the close of the line's year (R7).
enum class Lapse {
  none,         // it may be carried over
  expenditure,  // basic expenditure and the three public expenses are clawed back whole
  vintage       // it was carried over before
};
Lapse lapse_of(const RuleSet& rules, const std::optional<HeldRecord>& classified,
               std::int32_t fiscal_year, std::int32_t vintage);

}  // namespace counterfoil
