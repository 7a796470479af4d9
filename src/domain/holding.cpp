#include "domain/holding.h"

#include <functional>

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

Result<void> take_off(Money& sum, Money amount) {
  const auto rest = subtract(sum, amount);
  if (!rest) return fail(ErrorCode::limit, "what the ledger held then does not fit 64 bits");
  sum = *rest;
  return {};
}

/// What to do with a record of the history, and with those before it.
enum class Step { keep, take_off, end };

Result<Holding> walk_back(Book& book, std::string_view line,
                          const std::function<Result<Step>(schema::Record::Reader)>& step_of) {
  CF_LET(const auto state, book.state<LineState>(line));
  CF_LET(const Page page, book.page(line));
  Holding held{state.current, state.spent};
  Sequence at = page.last;
  for (std::uint64_t ordinal = page.count; ordinal > 0; --ordinal) {
    CF_LET(const HeldRecord record, held_record(book, at));
    CF_LET(const Step step, step_of(*record));
    if (step == Step::end) break;
    if (ordinal > 1) {
      CF_LET(at, previous_in(*record, line));
    }
    if (step == Step::keep) continue;
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

Result<Holding> holding_on(Book& book, std::string_view line, Date day) {
  return walk_back(book, line, [&](schema::Record::Reader record) -> Result<Step> {
    CF_LET(const Date counts, counts_from(book, record));
    return counts <= day ? Step::keep : Step::take_off;
  });
}

Result<Holding> holding_at(Book& book, std::string_view line, Sequence event) {
  return walk_back(book, line, [&](schema::Record::Reader record) -> Result<Step> {
    return record.getSequence() <= event.value ? Step::end : Step::take_off;
  });
}

}  // namespace counterfoil
