#include <algorithm>
#include <map>
#include <set>

#include "domain/effects.h"
#include "domain/facts/deciding.h"
#include "domain/subjects.h"

namespace counterfoil {
namespace {

using schema::Fact;

struct OppositeLine {
  std::string line;
  schema::Component component;
  Money amount;
};

struct OppositePool {
  std::string pool;
  std::string source_tag;
  Money incoming;
  Money outgoing;
};

/// What must be true before an event of that kind may be undone, besides the identities.
Result<void> check_reversible(Deciding& deciding, Fact::Reader fact, std::uint64_t event) {
  const auto newest_of = [&](std::string_view subject) -> Result<void> {
    CF_LET(const Page page, deciding.book.page(subject));
    if (page.last.value == event) return {};
    return fail(ErrorCode::refused,
                "record {} cannot be reversed: later ones rest on it, the newest of {} being {}. "
                "Reverse those first",
                event, subject, page.last.value);
  };
  CF_LET(const auto state, deciding.book.state<EventState>(event_key(Sequence{event})));
  switch (fact.which()) {
    case Fact::LEDGER_OPENED:
    case Fact::RULE_SET_PUBLISHED:
    case Fact::EVENT_REVERSED:
      return fail(ErrorCode::refused,
                  "a {} cannot be reversed: record what shall hold instead as a new event",
                  fact_name(fact));
    case Fact::UNIT_REGISTERED:
      return newest_of(fmt::format("unit/{}", view(fact.getUnitRegistered().getUnit())));
    case Fact::PROJECT_PROPOSED:
      return newest_of(fmt::format("project/{}", view(fact.getProjectProposed().getProject())));
    case Fact::LINE_OPENED: return newest_of(view(fact.getLineOpened().getLine()));
    case Fact::TARGET_SUBMITTED:
      if (state.approvals == 0) return {};
      return fail(ErrorCode::refused, "target {} is approved: reverse the approval first", event);
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
    default: return {};
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
      if (!after) return fail(ErrorCode::limit, "the budget of {} would not fit 64 bits", from.line);
      found->second = *after;
    }
    effects[i].setLine(text_of(from.line));
    effects[i].setComponent(from.component);
    effects[i].setAmount(from.amount.minor);
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

Result<void> decide_event_reversed(Deciding& deciding, Fact::Builder fact) {
  auto reversed = fact.getEventReversed();
  const std::uint64_t event = reversed.getEvent();
  if (event >= deciding.sequence.value)
    return fail(ErrorCode::refused, "there is no record {} yet that could be reversed", event);
  CF_LET(const auto state, deciding.book.state<EventState>(event_key(Sequence{event})));
  if (state.reversed)
    return fail(ErrorCode::refused, "record {} was reversed already, by record {}", event,
                state.reversed_by.value);
  CF_LET(const auto record, deciding.book.record(Sequence{event}));
  const auto original = record.getFact();
  CF_TRY(check_reversible(deciding, original, event));

  // All that is needed of the original is copied before the book reads another record.
  std::vector<OppositeLine> lines;
  CF_TRY(for_each_line_effect(original, [&](const LineEffect& effect) -> Result<void> {
    CF_LET(const Money amount, opposite(effect.amount));
    lines.push_back({std::string(effect.line), effect.component, amount});
    return {};
  }));
  std::vector<OppositePool> pools;
  CF_TRY(for_each_pool_effect(original, [&](const PoolEffect& effect) -> Result<void> {
    CF_LET(const Money incoming, opposite(effect.incoming));
    CF_LET(const Money outgoing, opposite(effect.outgoing));
    pools.push_back(
        {std::string(effect.pool), std::string(effect.source_tag), incoming, outgoing});
    return {};
  }));
  CF_LET(const auto subjects, subjects_of(original));
  reversed.setReversedFact(static_cast<std::uint16_t>(original.which()));
  if (!deciding.command.getHasEffectiveOn())
    deciding.record.setEffectiveOn(record.getEffectiveOn());

  CF_TRY(fill_lines(deciding, reversed, lines));
  fill_pools(reversed, pools);
  return fill_subjects(reversed, fact, subjects);
}

}  // namespace counterfoil
