#include "domain/vintages.h"

#include <algorithm>

namespace counterfoil {

std::vector<Vintage> unspent_by_vintage(const LineState& line) {
  std::vector<Vintage> left = line.vintages;
  Wide spent = line.spent.minor;
  for (Vintage& vintage : left) {
    if (spent <= 0) break;
    if (vintage.amount.minor <= 0) continue;
    const Wide used = std::min<Wide>(spent, vintage.amount.minor);
    vintage.amount.minor -= static_cast<std::int64_t>(used);
    spent -= used;
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
