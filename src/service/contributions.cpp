#include "service/contributions.h"

#include <set>

#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "core/bytes.h"
#include "domain/citations.h"
#include "projections/own.h"
#include "service/moment.h"

namespace counterfoil {
namespace {

using schema::Component;
using schema::Fact;
using Adjusted = schema::BudgetAdjusted;
using Row = schema::ContributionRow;

/// The rule that an adjustment's cause or kind stands for (DOMAIN.md, Rules); empty for none.
std::string_view rule_of(Adjusted::Reader adjusted) {
  switch (adjusted.getCause()) {
    case Adjusted::Cause::GRADE:
      return "R15";
    case Adjusted::Cause::ACROSS_THE_BOARD:
      return "R5";
    case Adjusted::Cause::FIVE_FACTORS:
      return "R11";
    case Adjusted::Cause::MONITORING:
      return "R14";
    case Adjusted::Cause::POLICY_EXPIRED:
      return "R6";
    default:
      break;
  }
  switch (adjusted.getKind()) {
    case Adjusted::Kind::CARRY_OVER:
    case Adjusted::Kind::CLAWBACK:
      return "R7";
    case Adjusted::Kind::POOL_ALLOCATION:
      return "R17";
    default:
      return "";
  }
}

std::string rules_of(Fact::Reader fact) {
  if (fact.isBudgetAdjusted()) return std::string(rule_of(fact.getBudgetAdjusted()));
  if (fact.isEventReversed()) return "R18";
  if (!fact.isBudgetAppropriated()) return {};
  const auto appropriated = fact.getBudgetAppropriated();
  std::string rules;
  if (appropriated.getCutForGrade() != 0) rules = "R4";
  if (appropriated.getCutAcrossTheBoard() != 0) rules += rules.empty() ? "R5" : " R5";
  return rules;
}

std::string breaches_of(schema::Record::Reader record) {
  std::set<std::string_view> rules;
  for (const auto breach : record.getBreaches()) rules.insert(view(breach.getRule()));
  return fmt::format("{}", fmt::join(rules, " "));
}

}  // namespace

bool is_part_of(schema::Figure figure, Component component) {
  switch (figure) {
    case schema::Figure::SPENT:
      return component == Component::SPENT;
    case schema::Figure::COMMITTED:
      return component == Component::COMMITTED;
    default:
      return is_part_of_current(component);
  }
}

Money number_of(schema::BudgetRow::Reader row, schema::Figure figure) {
  switch (figure) {
    case schema::Figure::SPENT:
      return Money{row.getSpent()};
    case schema::Figure::COMMITTED:
      return Money{row.getCommitted()};
    default:
      return Money{row.getCurrent()};
  }
}

void put(std::string& bytes, const Inside& inside) {
  put_big_endian(bytes, inside.from.value);
  put_big_endian(bytes, inside.before);
  put_big_endian(bytes, inside.events);
  put_big_endian(bytes, static_cast<std::uint64_t>(inside.sum.minor));
}

Inside get_inside(std::string_view bytes) {
  return {Ordinal{get_big_endian<std::uint64_t>(bytes)},
          get_big_endian<std::uint32_t>(bytes.substr(8)),
          get_big_endian<std::uint32_t>(bytes.substr(12)),
          Money{static_cast<std::int64_t>(get_big_endian<std::uint64_t>(bytes.substr(16)))}};
}

void Opening::note(Fact::Reader fact) {
  if (fact.isLineOpened()) open_ = true;
  if (fact.isEventReversed() &&
      fact.getEventReversed().getReversedFact() == static_cast<std::uint16_t>(Fact::LINE_OPENED))
    open_ = false;
}

Result<void> Contributions::add_line(schema::Record::Reader record, std::string_view line,
                                     schema::Figure figure, bool taken_back) {
  CF_LET(const LineId id, parse_line(line));
  std::vector<Part> parts;
  CF_TRY(for_each_line_effect(record.getFact(), [&](const LineEffect& effect) -> Result<void> {
    if (effect.line != line || !is_part_of(figure, effect.component)) return {};
    Money amount = effect.amount;
    if (taken_back) {
      const auto opposite = negate(amount);
      if (!opposite)
        return fail(ErrorCode::limit, "the amount {} has no opposite in 64 bits", amount.minor);
      amount = *opposite;
    }
    parts.push_back({effect.component, amount});
    return {};
  }));
  return add(record, {std::string(line), id.measure, {}}, parts);
}

Result<void> Contributions::add_pool(schema::Record::Reader record, std::string_view pool,
                                     std::string_view source_tag) {
  const auto fact = record.getFact();
  Component component = Component::POOL_ALLOCATION;
  if (fact.isBudgetAppropriated()) component = Component::ORIGINAL;
  if (fact.isBudgetAdjusted()) {
    CF_LET(component, component_of(fact.getBudgetAdjusted().getKind()));
  }
  std::vector<Part> parts;
  CF_TRY(for_each_pool_effect(fact, [&](const PoolEffect& effect) -> Result<void> {
    if (effect.pool != pool || effect.source_tag != source_tag) return {};
    const auto amount = subtract(effect.incoming, effect.outgoing);
    if (!amount) return fail(ErrorCode::limit, "an amount of pool {} does not fit 64 bits", pool);
    parts.push_back({component, *amount});
    return {};
  }));
  return add(record, {fmt::format("pool/{}", pool), {}, source_tag}, parts);
}

void Contributions::put_on(ContributionPage& page) const {
  page.contributions.insert(page.contributions.end(), rows_.begin(), rows_.end());
  page.events_before += before();  // none but those of the first number
  page.events_after = after();
}

Inside Contributions::rest() const {
  Inside rest = *rest_;
  rest.events = events();
  return rest;
}

Result<void> Contributions::add(schema::Record::Reader record, const Whose& whose,
                                const std::vector<Part>& parts) {
  if (parts.empty()) return {};
  if (!rest_) {
    bool is_admitted = room_.is_left();
    if (is_admitted && admits_) {
      CF_LET(is_admitted, admits_(record));
    }
    if (!is_admitted)
      rest_ = Inside{ordinal_in(record, whose.subject),
                     inside_.before + static_cast<std::uint32_t>(rows_.size()), 0, sum_};
  }
  for (const Part& part : parts) {
    const auto sum = counterfoil::add(sum_, part.amount);
    if (!sum)
      return fail(ErrorCode::limit, "the sum of {} does not fit 64 bits at record {}",
                  whose.subject, record.getSequence());
    sum_ = *sum;
    ++added_;
    if (!rest_) put_row(record, whose, part);
  }
  return {};
}

void Contributions::put_row(schema::Record::Reader record, const Whose& whose, const Part& part) {
  const auto fact = record.getFact();
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<Row>();
  row.setSubject(text_of(whose.subject));
  row.setMeasure(text_of(std::string(whose.measure)));
  row.setSourceTag(text_of(std::string(whose.source_tag)));
  row.setSequence(record.getSequence());
  row.setFact(text_of(std::string(fact_name(fact))));
  row.setComponent(part.component);
  if (fact.isBudgetAdjusted()) {
    row.setCause(fact.getBudgetAdjusted().getCause());
    row.setRequest(fact.getBudgetAdjusted().getRequest());
  }
  row.setAmount(part.amount.minor);
  row.setSumAfter(sum_.minor);
  row.setRules(text_of(rules_of(fact)));
  row.setBreaches(text_of(breaches_of(record)));
  row.setRuleSet(record.getRuleSetVersion());
  row.setEvidence(text_of(fmt::format("{}", fmt::join(named_by(record), " "))));
  row.setDocument(text_of(std::string(document_of(record))));
  row.setActor(record.getActor());
  row.setRole(record.getRole());
  row.setOrganisation(record.getOrganisation());
  row.setEffectiveOn(record.getEffectiveOn());
  row.setDecidedAt(record.getDecidedAt());
  row.setRecordedAt(record.getRecordedAt());
  row.setReason(record.getReason());
  rows_.push_back(present_row(row));
  room_.take(rows_.back().size());
}

}  // namespace counterfoil
