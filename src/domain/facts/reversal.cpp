#include <algorithm>
#include <map>

#include "codec/subjects.h"
#include "domain/effects.h"
#include "domain/facts/deciding.h"
#include "domain/fiscal_year.h"
#include "domain/standing.h"

namespace counterfoil {
namespace {

using schema::Fact;

struct OppositeLine {
  std::string line;
  schema::Component component;
  Money amount;
  std::int32_t vintage;
};

struct OppositePool {
  std::string pool;
  std::string source_tag;
  Money incoming;
  Money outgoing;
};

/// What a registration opened: nothing may rest on it when it is undone.
std::string registered_by(Fact::Reader fact) {
  switch (fact.which()) {
    case Fact::UNIT_REGISTERED:
      return fmt::format("unit/{}", view(fact.getUnitRegistered().getUnit()));
    case Fact::PROJECT_PROPOSED:
      return fmt::format("project/{}", view(fact.getProjectProposed().getProject()));
    case Fact::LINE_OPENED:
      return std::string(view(fact.getLineOpened().getLine()));
    default:
      return {};
  }
}

/// A reversal, and what is proposed and approved on the way to one. What it is about rests by
/// itself.
Result<bool> is_about_a_reversal(Book& book, Fact::Reader fact) {
  if (fact.isEventReversed() || fact.isReversalProposed()) return true;
  if (!fact.isApprovalRecorded()) return false;
  CF_LET(const auto approved, book.record(Sequence{fact.getApprovalRecorded().getEvent()}));
  return approved.getFact().isReversalProposed();
}

/// Walks the subject's history back to the event. Reversals rest on nothing, and neither does what
/// they reversed.
Result<void> check_nothing_rests_on(Deciding& deciding, std::uint64_t event,
                                    const std::string& subject) {
  CF_LET(const Page page, deciding.book.page(subject));
  for (Sequence at = page.last; at.value != event;) {
    CF_LET(const auto state, deciding.book.state<EventState>(event_key(at)));
    CF_LET(const HeldRecord record, held_record(deciding.book, at));
    CF_LET(const bool of_reversal, is_about_a_reversal(deciding.book, record.fact()));
    if (!state.reversed && !of_reversal)
      return fail(
          ErrorCode::refused,
          "record {} cannot be reversed: in the history of {}, record {} rests on it. Reverse "
          "that first",
          event, subject, at.value);
    CF_LET(at, previous_in(*record, subject));
  }
  return {};
}

/// Facts that name an event stand under it: what they name stays while they do.
Result<void> check_not_named(Deciding& deciding, std::uint64_t event,
                             std::initializer_list<Fact::Which> by) {
  for (const Fact::Which which : by) {
    CF_LET(const auto later, standing(deciding.book, which, key_of(Sequence{event})));
    if (!later.empty())
      return fail(ErrorCode::refused,
                  "record {} cannot be reversed: record {} ({}) rests on it. Reverse that first",
                  event, later.back().value, fact_name(which));
  }
  return {};
}

/// An approval stays while the decision that it allowed does.
Result<void> check_not_carried_out(Deciding& deciding, std::uint64_t event, Fact::Reader fact) {
  const auto approval = fact.getApprovalRecorded();
  if (approval.getVerdict() != schema::ApprovalRecorded::Verdict::APPROVED) return {};
  const Sequence approved{approval.getEvent()};
  const auto rests = [&](std::string_view what) {
    return fail(ErrorCode::refused,
                "approval {} cannot be reversed: {} record {}, which it approves. Reverse that "
                "first",
                event, what, approved.value);
  };
  CF_LET(const auto adjustments, standing(deciding.book, Fact::BUDGET_ADJUSTED, key_of(approved)));
  if (!adjustments.empty())
    return rests(fmt::format("record {} carries out", adjustments.back().value));
  CF_LET(const auto target, deciding.book.state<EventState>(event_key(approved)));
  if (target.approvals != 0) return rests("a targetApproved puts in force");
  CF_LET(const HeldRecord proposal, held_record(deciding.book, approved));
  if (!proposal.fact().isReversalProposed()) return {};
  const Sequence undone{proposal.fact().getReversalProposed().getEvent()};
  CF_LET(const auto state, deciding.book.state<EventState>(event_key(undone)));
  if (!state.reversed) return {};
  return rests(fmt::format("record {} carries out", state.reversed_by.value));
}

/// A proposal stays once the reversal that it asked for is recorded.
Result<void> check_not_followed(Deciding& deciding, std::uint64_t event, std::uint64_t undone) {
  CF_LET(const auto state, deciding.book.state<EventState>(event_key(Sequence{undone})));
  if (!state.reversed) return {};
  return fail(ErrorCode::refused,
              "record {} cannot be reversed: record {} reversed what it proposes, and a reversal "
              "stays",
              event, state.reversed_by.value);
}

/// A list stays while a plan names it, unless another adoption of it stands too.
Result<void> check_not_planned(Deciding& deciding, std::uint64_t event, std::string_view list) {
  CF_LET(const auto adoptions,
         standing(deciding.book, Fact::PRIORITY_LIST_ADOPTED, fmt::format("list/{}", list)));
  CF_LET(const auto plans, standing(deciding.book, Fact::FUNDING_PLAN_FILED, list));
  if (adoptions.size() > 1 || plans.empty()) return {};
  return fail(ErrorCode::refused,
              "record {} cannot be reversed: record {} (fundingPlanFiled) rests on it. Reverse "
              "that first",
              event, plans.back().value);
}

/// What must be true before an event of that kind may be undone, besides the identities.
Result<void> check_kind(Deciding& deciding, std::uint64_t event, const EventState& state) {
  CF_LET(const HeldRecord record, held_record(deciding.book, Sequence{event}));
  const auto fact = record.fact();
  switch (fact.which()) {
    case Fact::LEDGER_OPENED:
    case Fact::RULE_SET_PUBLISHED:
    case Fact::EVENT_REVERSED:
    case Fact::PERIOD_CLOSED:
    case Fact::PRINCIPAL_ENROLLED:
    case Fact::ROLE_GRANTED:
    case Fact::ROLE_REVOKED:
    case Fact::KEY_ROTATED:
    case Fact::LEDGER_SEALED:
      return fail(
          ErrorCode::refused,
          "record {} is of kind {}, which cannot be reversed: record what shall hold instead "
          "as a new event",
          event, fact_name(fact));
    case Fact::UNIT_REGISTERED:
    case Fact::PROJECT_PROPOSED:
    case Fact::LINE_OPENED:
      return check_nothing_rests_on(deciding, event, registered_by(fact));
    case Fact::TARGET_SUBMITTED:
      if (state.approvals != 0)
        return fail(ErrorCode::refused, "target {} is approved: reverse the approval first", event);
      return check_not_named(deciding, event, {Fact::APPROVAL_RECORDED, Fact::TARGET_RETURNED});
    case Fact::COMMITMENT_RECORDED:
      if (state.settled.minor == 0) return {};
      return fail(ErrorCode::refused,
                  "commitment {} is settled to {} minor units: reverse its payments first", event,
                  state.settled.minor);
    case Fact::PAYMENT_RECORDED:
      if (state.settled.minor == 0) return {};
      return fail(ErrorCode::refused,
                  "payment {} is refunded to {} minor units: reverse its refunds first", event,
                  state.settled.minor);
    case Fact::BUDGET_REQUESTED:
      return check_not_named(deciding, event, {Fact::ITEM_REVIEWED});
    case Fact::ADJUSTMENT_PROPOSED:
      return check_not_named(deciding, event, {Fact::APPROVAL_RECORDED, Fact::BUDGET_ADJUSTED});
    case Fact::REVERSAL_PROPOSED:
      CF_TRY(check_not_named(deciding, event, {Fact::APPROVAL_RECORDED}));
      return check_not_followed(deciding, event, fact.getReversalProposed().getEvent());
    case Fact::APPROVAL_RECORDED:
      return check_not_carried_out(deciding, event, fact);
    case Fact::GRADE_ASSIGNED:
      return check_not_named(deciding, event, {Fact::RESULT_APPLIED});
    case Fact::PRIORITY_LIST_ADOPTED:
      return check_not_planned(deciding, event, view(fact.getPriorityListAdopted().getList()));
    case Fact::FUNDS_SUSPENDED:
      return check_not_named(deciding, event, {Fact::FUNDS_RESUMED});
    case Fact::MONITORING_CHECKED:
      return check_not_named(deciding, event, {Fact::CORRECTION_ORDERED});
    case Fact::CORRECTION_ORDERED:
      return check_not_named(deciding, event, {Fact::CORRECTION_VERIFIED});
    default:
      return {};
  }
}

Result<Money> opposite(Money amount) {
  const auto negated = negate(amount);
  if (!negated) return fail(ErrorCode::limit, "the amount {} has no opposite", amount.minor);
  return *negated;
}

/// Fills in the opposite effects on lines, with the balances that result.
Result<void> fill_lines(Deciding& deciding, schema::EventReversed::Builder reversed,
                        const std::vector<OppositeLine>& lines) {
  if (lines.empty()) return {};
  auto effects = reversed.initEffects(static_cast<unsigned>(lines.size()));
  std::map<std::string_view, Money> current;
  for (unsigned i = 0; i < lines.size(); ++i) {
    const OppositeLine& from = lines[i];
    auto found = current.find(from.line);
    if (found == current.end()) {
      CF_LET(const auto state, deciding.book.state<LineState>(from.line));
      found = current.emplace(from.line, state.current).first;
    }
    if (is_part_of_current(from.component)) {
      const auto after = add(found->second, from.amount);
      if (!after)
        return fail(ErrorCode::limit, "the budget of {} would not fit 64 bits", from.line);
      found->second = *after;
    }
    effects[i].setLine(text_of(from.line));
    effects[i].setComponent(from.component);
    effects[i].setAmount(from.amount.minor);
    effects[i].setVintage(from.vintage);
    effects[i].setBalanceAfter(found->second.minor);
  }
  return {};
}

void fill_pools(schema::EventReversed::Builder reversed, const std::vector<OppositePool>& pools) {
  if (pools.empty()) return;
  auto effects = reversed.initPoolEffects(static_cast<unsigned>(pools.size()));
  for (unsigned i = 0; i < pools.size(); ++i) {
    effects[i].setPool(text_of(pools[i].pool));
    if (!pools[i].source_tag.empty()) effects[i].setSourceTag(text_of(pools[i].source_tag));
    effects[i].setIncoming(pools[i].incoming.minor);
    effects[i].setOutgoing(pools[i].outgoing.minor);
  }
}

/// From which day a reversal counts that names none: the original's, or the day of the decision
/// where that year is closed, so that its totals stay as they were.
Result<Date> default_day(Deciding& deciding, Date original) {
  CF_LET(const auto ledger, deciding.book.state<LedgerState>("ledger"));
  const std::int32_t year = fiscal_year_of(ledger, original);
  CF_LET(const auto last, newest(deciding.book, Fact::PERIOD_CLOSED, std::to_string(year)));
  const bool closed = last && last->fact().isPeriodClosed();
  return closed ? deciding.stamp.decided_on : original;
}

/// The event's subjects that do not follow from the effects' lines.
Result<void> fill_subjects(schema::EventReversed::Builder reversed, Fact::Builder fact,
                           const std::vector<std::string>& of_event) {
  CF_LET(const auto by_lines, subjects_of(fact.asReader()));
  std::vector<std::string> others;
  std::set_difference(of_event.begin(), of_event.end(), by_lines.begin(), by_lines.end(),
                      std::back_inserter(others));
  if (others.empty()) return {};
  auto subjects = reversed.initSubjects(static_cast<unsigned>(others.size()));
  for (unsigned i = 0; i < others.size(); ++i) subjects.set(i, text_of(others[i]));
  return {};
}

}  // namespace

Result<void> check_reversible(Deciding& deciding, Sequence event) {
  CF_LET(const auto state, deciding.book.state<EventState>(event_key(event)));
  if (state.reversed)
    return fail(ErrorCode::refused, "record {} was reversed already, by record {}", event.value,
                state.reversed_by.value);
  return check_kind(deciding, event.value, state);
}

Result<void> decide_event_reversed(Deciding& deciding, Fact::Builder fact) {
  auto reversed = fact.getEventReversed();
  const std::uint64_t event = reversed.getEvent();
  if (event >= deciding.sequence.value)
    return fail(ErrorCode::refused, "there is no record {} yet that could be reversed", event);
  CF_TRY(check_reversible(deciding, Sequence{event}));

  CF_LET(const HeldRecord record, held_record(deciding.book, Sequence{event}));
  const auto original = record.fact();
  std::vector<OppositeLine> lines;
  CF_TRY(for_each_line_effect(original, [&](const LineEffect& effect) -> Result<void> {
    CF_LET(const Money amount, opposite(effect.amount));
    lines.push_back({std::string(effect.line), effect.component, amount, effect.vintage});
    return {};
  }));
  std::vector<OppositePool> pools;
  CF_TRY(for_each_pool_effect(original, [&](const PoolEffect& effect) -> Result<void> {
    CF_LET(const Money incoming, opposite(effect.incoming));
    CF_LET(const Money outgoing, opposite(effect.outgoing));
    pools.push_back({std::string(effect.pool), std::string(effect.source_tag), incoming, outgoing});
    return {};
  }));
  CF_LET(const auto subjects, subjects_of(original));
  reversed.setReversedFact(static_cast<std::uint16_t>(original.which()));
  if (!deciding.command.getHasEffectiveOn()) {
    CF_LET(const Date day, default_day(deciding, Date{record->getEffectiveOn()}));
    deciding.record.setEffectiveOn(day.days);
  }

  CF_TRY(fill_lines(deciding, reversed, lines));
  fill_pools(reversed, pools);
  return fill_subjects(reversed, fact, subjects);
}

}  // namespace counterfoil
