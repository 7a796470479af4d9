#include "domain/score.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

namespace counterfoil {
namespace {

using boost::multiprecision::int256_t;  // weight × coefficient × 10^18 does not fit 128 bits

constexpr std::int64_t whole = 10'000;

int256_t power_of_ten(unsigned exponent) {
  return boost::multiprecision::pow(int256_t(10), exponent);
}

/// Both figures in the same power of ten.
struct Figures {
  int256_t wanted;
  int256_t reached;
};
Figures figures_of(schema::Decimal::Reader target, schema::Decimal::Reader actual) {
  return {int256_t(target.getCoefficient()) * power_of_ten(actual.getScale()),
          int256_t(actual.getCoefficient()) * power_of_ten(target.getScale())};
}

bool is_met(schema::Indicator::Direction direction, const Figures& figures) {
  using Direction = schema::Indicator::Direction;
  return direction == Direction::AT_LEAST  ? figures.reached >= figures.wanted
         : direction == Direction::AT_MOST ? figures.reached <= figures.wanted
                                           : figures.reached == figures.wanted;
}

}  // namespace

std::int64_t execution_score(std::int64_t weight, std::int64_t rate_basis_points) {
  return weight * std::clamp<std::int64_t>(rate_basis_points, 0, whole) / whole;
}

bool is_met(schema::Indicator::Direction direction, schema::Decimal::Reader target,
            schema::Decimal::Reader actual) {
  return is_met(direction, figures_of(target, actual));
}

std::optional<std::int64_t> indicator_score(schema::Indicator::Direction direction,
                                            std::int64_t weight, schema::Decimal::Reader target,
                                            schema::Decimal::Reader actual) {
  using Direction = schema::Indicator::Direction;
  const Figures figures = figures_of(target, actual);
  const auto& [wanted, reached] = figures;
  if (is_met(direction, figures)) return weight;
  const bool less_is_better =
      direction == Direction::AT_MOST || (direction == Direction::EQUAL && reached > wanted);
  const int256_t& over = less_is_better ? wanted : reached;
  const int256_t& under = less_is_better ? reached : wanted;
  if (direction == Direction::QUALITATIVE || under <= 0 || over < 0) return std::nullopt;
  return static_cast<std::int64_t>(int256_t(weight) * over / under);
}

std::int64_t weighted_score(const std::vector<WeightedShare>& parts) {
  std::int64_t sum = 0;
  for (const WeightedShare& part : parts) sum += part.weight * part.share_basis_points;
  return sum / whole;
}

schema::GradeAssigned::Grade grade_of(const RuleSet& rules, std::int64_t score) {
  for (const Band& band : rules.bands)
    if (score >= band.from) return band.grade;  // from the highest down
  return schema::GradeAssigned::Grade::UNSPECIFIED;
}

}  // namespace counterfoil
