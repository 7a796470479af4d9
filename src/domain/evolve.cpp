#include "domain/evolve.h"

#include <algorithm>

#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "domain/effects.h"
#include "domain/standing.h"

namespace counterfoil {
namespace {

using schema::Component;
using schema::Fact;

Result<void> add_to(Money& sum, Money amount, std::string_view what) {
  const auto total = add(sum, amount);
  if (!total)
    return fail(ErrorCode::limit, "{}: adding {} minor units to {} does not fit 64 bits", what,
                amount.minor, sum.minor);
  sum = *total;
  return {};
}

Result<void> add_to_vintage(LineState& line, const LineEffect& effect, std::int32_t fiscal_year) {
  const std::int32_t year = effect.vintage == 0 ? fiscal_year : effect.vintage;
  const auto at = std::lower_bound(
      line.vintages.begin(), line.vintages.end(), year,
      [](const Vintage& vintage, std::int32_t wanted) { return vintage.fiscal_year < wanted; });
  if (at != line.vintages.end() && at->fiscal_year == year)
    return add_to(at->amount, effect.amount, effect.line);
  line.vintages.insert(at, {year, effect.amount});
  return {};
}

Result<void> add_to_fund(Book& book, const LineId& line, const LineEffect& effect) {
  CF_LET(FundState* const fund,
         book.edit_state<FundState>(fmt::format("fund/{}/{}", line.fiscal_year, line.fund)));
  const auto found =
      std::find_if(fund->sums.begin(), fund->sums.end(),
                   [&](const FundState::Sum& sum) { return sum.measure == line.measure; });
  if (found != fund->sums.end()) return add_to(found->current, effect.amount, effect.line);
  fund->sums.push_back({std::string(line.measure), effect.amount});
  return {};
}

Result<void> apply(Book& book, const LineEffect& effect) {
  CF_LET(LineState* const line, book.edit_state<LineState>(effect.line));
  if (effect.component == Component::COMMITTED)
    return add_to(line->committed, effect.amount, effect.line);
  if (effect.component == Component::SPENT) return add_to(line->spent, effect.amount, effect.line);
  CF_LET(const LineId id, parse_line(effect.line));
  CF_TRY(add_to(line->current, effect.amount, effect.line));
  CF_TRY(add_to_vintage(*line, effect, id.fiscal_year));
  if (effect.component == Component::ORIGINAL)
    CF_TRY(add_to(line->original, effect.amount, effect.line));
  return add_to_fund(book, id, effect);
}

Result<void> apply(Book& book, const PoolEffect& effect) {
  CF_LET(PoolState* const pool,
         book.edit_state<PoolState>(pool_key(effect.pool, effect.source_tag)));
  CF_TRY(add_to(pool->incoming, effect.incoming, effect.pool));
  return add_to(pool->outgoing, effect.outgoing, effect.pool);
}

/// How much of an event later ones settled. Event 0 opened the ledger, so here it means none.
Result<void> settle(Book& book, std::uint64_t event, Money amount) {
  if (event == 0) return {};
  CF_LET(EventState* const state, book.edit_state<EventState>(event_key(Sequence{event})));
  return add_to(state->settled, amount, fmt::format("what settles record {}", event));
}

/// A payment settles its commitment, a refund its payment; `paid` is negative for a refund, and
/// `returned` is its opposite. Undone, they change places.
Result<void> settle_payment(Book& book, schema::PaymentRecorded::Reader payment, bool undone) {
  const Money paid{payment.getAmount()};
  const auto returned = negate(paid);
  if (!returned)
    return fail(ErrorCode::limit, "the amount {} has no opposite in 64 bits", paid.minor);
  CF_TRY(settle(book, payment.getCommitment(), undone ? *returned : paid));
  return settle(book, payment.getRefundOf(), undone ? paid : *returned);
}

Result<void> approve(Book& book, schema::TargetApproved::Reader fact, Sequence approval) {
  const Sequence target{fact.getTarget()};
  CF_LET(TargetState* const state,
         book.edit_state<TargetState>(target_key(view(fact.getAbout()), fact.getFiscalYear())));
  state->approvals.push_back({approval, target});
  CF_LET(EventState* const event, book.edit_state<EventState>(event_key(target)));
  ++event->approvals;
  return {};
}

Result<void> withdraw_approval(Book& book, schema::TargetApproved::Reader fact, Sequence approval) {
  CF_LET(TargetState* const state,
         book.edit_state<TargetState>(target_key(view(fact.getAbout()), fact.getFiscalYear())));
  const auto withdrawn =
      std::erase_if(state->approvals, [&](const auto& one) { return one.approval == approval; });
  if (withdrawn == 0) return {};
  CF_LET(EventState* const event,
         book.edit_state<EventState>(event_key(Sequence{fact.getTarget()})));
  --event->approvals;
  return {};
}

Result<void> reorganise(Book& book, schema::UnitReorganised::Reader fact) {
  CF_LET(UnitState* const unit,
         book.edit_state<UnitState>(fmt::format("unit/{}", view(fact.getUnit()))));
  if (fact.getKind() == schema::UnitReorganised::Kind::MERGED)
    unit->merged_into = view(fact.getInto());
  if (fact.getKind() == schema::UnitReorganised::Kind::NEW_PARENT)
    unit->department = view(fact.getDepartment());
  return {};
}

/// The unit as its registration and the reorganisations that still stand make it.
Result<void> undo_reorganisation(Book& book, schema::UnitReorganised::Reader undone) {
  const std::string id(view(undone.getUnit()));
  CF_LET(const auto registration, newest(book, Fact::UNIT_REGISTERED, id));
  CF_LET(const auto others, standing(book, Fact::UNIT_REORGANISED, id));
  CF_LET(UnitState* const unit, book.edit_state<UnitState>(fmt::format("unit/{}", id)));
  unit->merged_into.clear();
  unit->department.clear();
  if (registration)
    unit->department = view(registration->fact().getUnitRegistered().getDepartment());
  for (const Sequence sequence : others) {
    CF_LET(const HeldRecord record, held_record(book, sequence));
    CF_TRY(reorganise(book, record.fact().getUnitReorganised()));
  }
  return {};
}

Result<void> stand(Book& book, Fact::Reader fact, Sequence sequence) {
  for (const Standing& place : standings_of(fact)) {
    CF_LET(StandingState* const state,
           book.edit_state<StandingState>(standing_key(place.fact, place.key)));
    state->sequences.push_back(sequence);
  }
  return {};
}

Result<void> stand_no_more(Book& book, Fact::Reader fact, Sequence sequence) {
  for (const Standing& place : standings_of(fact)) {
    CF_LET(StandingState* const state,
           book.edit_state<StandingState>(standing_key(place.fact, place.key)));
    std::erase(state->sequences, sequence);
  }
  return {};
}

/// What a reversal changes besides the sums, which are in its own effects.
Result<void> undo(Book& book, Sequence undone) {
  CF_LET(const HeldRecord record, held_record(book, undone));
  const auto fact = record.fact();
  CF_TRY(stand_no_more(book, fact, undone));
  switch (fact.which()) {
    case Fact::UNIT_REGISTERED: {
      const std::string unit = fmt::format("unit/{}", view(fact.getUnitRegistered().getUnit()));
      CF_LET(UnitState* const state, book.edit_state<UnitState>(unit));
      *state = {};
      return {};
    }
    case Fact::PROJECT_PROPOSED: {
      const auto id = view(fact.getProjectProposed().getProject());
      CF_LET(ProjectState* const state,
             book.edit_state<ProjectState>(fmt::format("project/{}", id)));
      *state = {};
      return {};
    }
    case Fact::LINE_OPENED: {
      CF_LET(LineState* const state,
             book.edit_state<LineState>(view(fact.getLineOpened().getLine())));
      state->opened = false;
      return {};
    }
    case Fact::BUDGET_APPROPRIATED: {
      CF_LET(LineState* const state,
             book.edit_state<LineState>(view(fact.getBudgetAppropriated().getLine())));
      state->appropriated = false;
      return {};
    }
    case Fact::UNIT_REORGANISED:
      return undo_reorganisation(book, fact.getUnitReorganised());
    case Fact::TARGET_APPROVED:
      return withdraw_approval(book, fact.getTargetApproved(), undone);
    case Fact::PAYMENT_RECORDED:
      return settle_payment(book, fact.getPaymentRecorded(), true);
    default:
      return {};
  }
}

/// What a fact changes besides sums and histories.
Result<void> apply_fact(Book& book, Fact::Reader fact, Sequence sequence) {
  switch (fact.which()) {
    case Fact::LEDGER_OPENED: {
      CF_LET(LedgerState* const ledger, book.edit_state<LedgerState>("ledger"));
      ledger->opened = true;
      ledger->fiscal_month = fact.getLedgerOpened().getFiscalYearMonth();
      ledger->fiscal_day = fact.getLedgerOpened().getFiscalYearDay();
      return {};
    }
    case Fact::RULE_SET_PUBLISHED: {
      const auto published = fact.getRuleSetPublished();
      CF_LET(LedgerState* const ledger, book.edit_state<LedgerState>("ledger"));
      ledger->rule_sets.push_back(
          {Date{published.getInForceFrom()}, sequence,
           fmt::format("{}@{}", view(published.getName()), view(published.getVersion()))});
      return {};
    }
    case Fact::ROLE_GRANTED: {
      CF_LET(LedgerState* const ledger, book.edit_state<LedgerState>("ledger"));
      ledger->granted = true;
      return {};
    }
    case Fact::UNIT_REGISTERED: {
      const std::string unit = fmt::format("unit/{}", view(fact.getUnitRegistered().getUnit()));
      CF_LET(UnitState* const state, book.edit_state<UnitState>(unit));
      state->registered = true;
      state->department = view(fact.getUnitRegistered().getDepartment());
      return {};
    }
    case Fact::PROJECT_PROPOSED: {
      const auto proposed = fact.getProjectProposed();
      CF_LET(ProjectState* const state,
             book.edit_state<ProjectState>(fmt::format("project/{}", view(proposed.getProject()))));
      state->proposed = true;
      state->unit = view(proposed.getUnit());
      return {};
    }
    case Fact::LINE_OPENED: {
      CF_LET(LineState* const state,
             book.edit_state<LineState>(view(fact.getLineOpened().getLine())));
      state->opened = true;
      return {};
    }
    case Fact::TARGET_APPROVED:
      return approve(book, fact.getTargetApproved(), sequence);
    case Fact::BUDGET_APPROPRIATED: {
      CF_LET(LineState* const state,
             book.edit_state<LineState>(view(fact.getBudgetAppropriated().getLine())));
      state->appropriated = true;
      state->appropriation = sequence;
      return {};
    }
    case Fact::PAYMENT_RECORDED:
      return settle_payment(book, fact.getPaymentRecorded(), false);
    case Fact::EVENT_REVERSED: {
      const Sequence undone{fact.getEventReversed().getEvent()};
      CF_LET(EventState* const state, book.edit_state<EventState>(event_key(undone)));
      state->reversed = true;
      state->reversed_by = sequence;
      return undo(book, undone);
    }
    case Fact::UNIT_REORGANISED:
      return reorganise(book, fact.getUnitReorganised());
    default:
      return {};
  }
}

}  // namespace

Result<void> evolve(Book& book, schema::Record::Reader record) {
  const Sequence sequence{record.getSequence()};
  const auto fact = record.getFact();
  if (auto known = check_known(fact); !known)
    return fail_at(fmt::format("record {}", sequence.value), std::move(known).error());
  for (const auto subject : record.getSubjects()) {
    CF_LET(Page* const page, book.edit(view(subject.getId())));
    if (page->count != subject.getOrdinal())
      return fail(
          ErrorCode::corrupt,
          "record {} stands at place {} in the history of {}, which has {} records before it: "
          "verify the ledger",
          sequence.value, subject.getOrdinal(), view(subject.getId()), page->count);
    ++page->count;
    page->last = sequence;
  }
  CF_TRY(for_each_line_effect(fact, [&](const LineEffect& effect) { return apply(book, effect); }));
  CF_TRY(for_each_pool_effect(fact, [&](const PoolEffect& effect) { return apply(book, effect); }));
  CF_TRY(stand(book, fact, sequence));
  return apply_fact(book, fact, sequence);
}

}  // namespace counterfoil
