#pragma once

#include <schema/event.capnp.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/rule_set.h"

namespace counterfoil {

/// Scores of an evaluation, in thousandths of a point, computed exactly and floored (DOMAIN,
/// "Scores").

/// min(weight, weight × rate): the rate in basis points, never below 0.
std::int64_t execution_score(std::int64_t weight, std::int64_t rate_basis_points);

/// Whether the actual figure is what the target of a quantitative indicator wants.
bool is_met(schema::Indicator::Direction direction, schema::Decimal::Reader target,
            schema::Decimal::Reader actual);

/// What a quantitative indicator earns: its weight where the target is met, else weight × actual ÷
/// target, or target ÷ actual where less is better; of an exact target, whichever is less than one.
/// Nothing where the ratio has no meaning: a divisor of 0, or one side below it.
std::optional<std::int64_t> indicator_score(schema::Indicator::Direction direction,
                                            std::int64_t weight, schema::Decimal::Reader target,
                                            schema::Decimal::Reader actual);

/// Σ of weight × share, each share in basis points of its weight; floored once, at the end.
struct WeightedShare {
  std::int64_t weight = 0;
  std::int64_t share_basis_points = 0;
};
std::int64_t weighted_score(const std::vector<WeightedShare>& parts);

/// The grade of the band that the score lies in; unspecified where the rule set has no bands for
/// it.
schema::GradeAssigned::Grade grade_of(const RuleSet& rules, std::int64_t score);

}  // namespace counterfoil
