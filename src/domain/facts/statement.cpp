#include "domain/effects.h"
#include "domain/facts/deciding.h"

namespace counterfoil {
namespace {

/// The day from which an event counts in what the ledger held. A statement's difference counts from
/// the day that it speaks of, so that the next statement of that day finds it, and undone with it.
Result<Date> counts_from(Book& book, schema::Record::Reader record) {
  const Date effective{record.getEffectiveOn()};
  const auto fact = record.getFact();
  if (fact.isBudgetStated()) return Date{fact.getBudgetStated().getStatedOn()};
  if (!fact.isEventReversed()) return effective;
  CF_LET(const HeldRecord undone, held_record(book, Sequence{fact.getEventReversed().getEvent()}));
  if (undone.fact().isBudgetStated()) return Date{undone.fact().getBudgetStated().getStatedOn()};
  return effective;
}

struct Holding {
  Money current;
  Money spent;
};

Result<void> take_off(Money& sum, Money amount) {
  const auto rest = subtract(sum, amount);
  if (!rest) return fail(ErrorCode::limit, "what the ledger held then does not fit 64 bits");
  sum = *rest;
  return {};
}

/// What the line held on that day: as it is now, without what counts from a later day. Reads the
/// line's history, newest first.
Result<Holding> holding_on(Deciding& deciding, std::string_view line, Date day) {
  CF_LET(const LineState state, opened_line(deciding, line));
  CF_LET(const Page page, deciding.book.page(line));
  Holding held{state.current, state.spent};
  Sequence at = page.last;
  for (std::uint64_t ordinal = page.count; ordinal > 0; --ordinal) {
    CF_LET(const HeldRecord record, held_record(deciding.book, at));
    if (ordinal > 1) {
      CF_LET(at, previous_in(*record, line));
    }
    CF_LET(const Date counts, counts_from(deciding.book, *record));
    if (counts <= day) continue;
    CF_TRY(for_each_line_effect(record.fact(), [&](const LineEffect& effect) -> Result<void> {
      if (effect.line != line) return {};
      if (is_part_of_current(effect.component)) return take_off(held.current, effect.amount);
      if (effect.component == schema::Component::SPENT) return take_off(held.spent, effect.amount);
      return {};
    }));
  }
  return held;
}

}  // namespace

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
  CF_LET(const Holding then, holding_on(deciding, line, Date{stated.getStatedOn()}));
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
