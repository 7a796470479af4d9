#include "domain/facts/deciding.h"
#include "domain/holding.h"

namespace counterfoil {

/// The difference from what the ledger held on the day of the statement is computed here and
/// recorded with it.
Result<void> decide_budget_stated(Deciding& deciding, schema::Fact::Builder fact) {
  auto stated = fact.getBudgetStated();
  if (stated.getStatedOn() == 0)
    return fail(ErrorCode::invalid, "a statement says of which day it is: give statedOn");
  const auto components = {stated.getOriginal(), stated.getSupplement(), stated.getCarriedIn(),
                           stated.getCarriedOut(), stated.getReserve()};
  Money sum;
  for (const std::int64_t component : components) {
    CF_TRY(check_amount(component));
    const auto total = add(sum, Money{component});
    if (!total) return fail(ErrorCode::limit, "the sum of the components does not fit 64 bits");
    sum = *total;
  }
  if (sum.minor != stated.getTotal())
    return fail(ErrorCode::invalid,
                "the components stated sum to {} minor units, the total stated is {}", sum.minor,
                stated.getTotal());
  const std::string_view line = view(stated.asReader().getLine());
  CF_LET(const LineState now, opened_line(deciding, line));
  CF_LET(const Holding then, holding_on(deciding.book, line, Date{stated.getStatedOn()}));
  const auto difference = subtract(sum, then.current);
  const auto spent = subtract(Money{stated.getSpent()}, then.spent);
  const auto balance = difference ? add(now.current, *difference) : std::nullopt;
  if (!balance || !spent)
    return fail(ErrorCode::limit, "the difference from the ledger does not fit 64 bits");
  CF_TRY(check_amount(difference->minor));
  CF_TRY(check_amount(spent->minor));
  stated.setDifference(difference->minor);
  stated.setBalanceAfter(balance->minor);
  if (stated.getHasSpent()) stated.setSpentDifference(spent->minor);
  return {};
}

}  // namespace counterfoil
