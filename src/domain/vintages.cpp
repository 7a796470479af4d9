#include "domain/vintages.h"

#include <algorithm>

namespace counterfoil {

std::vector<Vintage> unspent_by_vintage(const LineState& line) {
  std::vector<Vintage> left = line.vintages;
  Wide used = line.spent.minor;
  for (Vintage& vintage : left) {
    if (vintage.amount.minor >= 0) continue;
    used -= vintage.amount.minor;
    vintage.amount = {};
  }
  for (Vintage& vintage : left) {
    if (used <= 0) break;
    const Wide of_it = std::min<Wide>(used, vintage.amount.minor);
    vintage.amount.minor -= static_cast<std::int64_t>(of_it);
    used -= of_it;
  }
  return left;
}

Lapse lapse_of(const RuleSet& rules, const std::optional<HeldRecord>& classified,
               std::int32_t fiscal_year, std::int32_t vintage) {
  using Expenditure = schema::ProjectClassified::Expenditure;
  bool earmarked = false;
  if (classified) {
    const auto fact = classified->fact().getProjectClassified();
    if (fact.getExpenditure() == Expenditure::BASIC ||
        fact.getExpenditure() == Expenditure::THREE_PUBLIC)
      return Lapse::expenditure;
    earmarked = fact.getEarmarked();
  }
  const bool exempt = rules.earmarked_exempt && earmarked;
  return fiscal_year - vintage >= 1 && !exempt ? Lapse::vintage : Lapse::none;
}

}  // namespace counterfoil
