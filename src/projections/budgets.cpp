#include "projections/budgets.h"

#include "codec/text.h"
#include "core/bytes.h"
#include "core/money.h"
#include "domain/effects.h"
#include "projections/row_codec.h"

namespace counterfoil {
namespace {

using schema::Component;
using Row = schema::BudgetRow;

Result<void> open_line(schema::LineOpened::Reader opened, std::uint64_t sequence, Rows& rows) {
  CF_LET(const LineId id, parse_line(view(opened.getLine())));
  RowBuilder message;
  auto row = message.initRoot<Row>();
  row.setProject(text_of(std::string(id.project)));
  row.setUnit(opened.getUnit());
  row.setFiscalYear(id.fiscal_year);
  row.setFund(text_of(std::string(id.fund)));
  row.setMeasure(text_of(std::string(id.measure)));
  row.setItem(text_of(std::string(id.item)));
  row.setLastSequence(sequence);
  rows.put(Budgets::key(id), bytes_of(canonical_row(row.asReader())));
  return {};
}

/// The sum that a component counts in; `current` has its own.
Money component_sum(Row::Reader row, Component component) {
  switch (component) {
    case Component::ORIGINAL:
      return Money{row.getOriginal()};
    case Component::SUPPLEMENT:
      return Money{row.getSupplement()};
    case Component::REDUCTION:
      return Money{row.getReduction()};
    case Component::VIREMENT:
      return Money{row.getVirement()};
    case Component::CLAWBACK:
      return Money{row.getClawback()};
    case Component::POOL_ALLOCATION:
      return Money{row.getPoolAllocation()};
    case Component::CANCELLATION:
      return Money{row.getCancellation()};
    case Component::CARRY_OVER:
      return Money{row.getCarryOver()};
    case Component::RESERVE_DRAW:
      return Money{row.getReserveDraw()};
    case Component::RESTATEMENT:
      return Money{row.getRestatement()};
    case Component::COMMITTED:
      return Money{row.getCommitted()};
    case Component::SPENT:
      return Money{row.getSpent()};
  }
  return {};
}

void set_component(Row::Builder row, Component component, Money sum) {
  switch (component) {
    case Component::ORIGINAL:
      row.setOriginal(sum.minor);
      break;
    case Component::SUPPLEMENT:
      row.setSupplement(sum.minor);
      break;
    case Component::REDUCTION:
      row.setReduction(sum.minor);
      break;
    case Component::VIREMENT:
      row.setVirement(sum.minor);
      break;
    case Component::CLAWBACK:
      row.setClawback(sum.minor);
      break;
    case Component::POOL_ALLOCATION:
      row.setPoolAllocation(sum.minor);
      break;
    case Component::CANCELLATION:
      row.setCancellation(sum.minor);
      break;
    case Component::CARRY_OVER:
      row.setCarryOver(sum.minor);
      break;
    case Component::RESERVE_DRAW:
      row.setReserveDraw(sum.minor);
      break;
    case Component::RESTATEMENT:
      row.setRestatement(sum.minor);
      break;
    case Component::COMMITTED:
      row.setCommitted(sum.minor);
      break;
    case Component::SPENT:
      row.setSpent(sum.minor);
      break;
  }
}

/// False where a sum would not fit 64 bits; the row is then not to be used.
bool apply(Row::Builder row, const LineEffect& effect) {
  const auto sum = add(component_sum(row.asReader(), effect.component), effect.amount);
  if (!sum) return false;
  set_component(row, effect.component, *sum);
  if (is_part_of_current(effect.component)) {
    const auto current = add(Money{row.getCurrent()}, effect.amount);
    if (!current) return false;
    row.setCurrent(current->minor);
  }
  const auto used = add(Money{row.getCommitted()}, Money{row.getSpent()});
  const auto available = used ? subtract(Money{row.getCurrent()}, *used) : std::nullopt;
  if (!available) return false;
  row.setAvailable(available->minor);
  row.setExecutionRate(basis_points(Money{row.getSpent()}, Money{row.getCurrent()}).value_or(0));
  return true;
}

}  // namespace

std::string Budgets::key_prefix(std::int32_t fiscal_year, std::string_view project) {
  std::string key;
  put_big_endian(key, static_cast<std::uint32_t>(fiscal_year));
  if (!project.empty()) key.append(project).append(1, '\0');
  return key;
}

std::string Budgets::key(const LineId& line) {
  return line_key(line);
}

Result<void> Budgets::fold(schema::Record::Reader record, Rows& rows) const {
  const auto fact = record.getFact();
  if (fact.which() == schema::Fact::LINE_OPENED)
    return open_line(fact.getLineOpened(), record.getSequence(), rows);
  if (fact.which() == schema::Fact::EVENT_REVERSED &&
      fact.getEventReversed().getReversedFact() ==
          static_cast<std::uint16_t>(schema::Fact::LINE_OPENED)) {
    for (const auto subject : record.getSubjects())
      if (view(subject.getId()).starts_with("line/")) {
        CF_LET(const LineId id, parse_line(view(subject.getId())));
        rows.erase(key(id));
      }
    return {};
  }
  RowBuffer<Row> buffer;
  std::string_view line;
  std::string* row = nullptr;
  return for_each_line_effect(fact, [&](const LineEffect& effect) -> Result<void> {
    if (effect.line != line) {  // a payment has two effects on one line
      CF_LET(const LineId id, parse_line(effect.line));
      CF_LET(row, rows.edit(key(id)));
      line = effect.line;
    }
    if (row == nullptr) return {};
    bool fits = true;
    buffer.change_numbers(*row, [&](Row::Builder builder) {
      fits = apply(builder, effect);
      builder.setLastSequence(record.getSequence());
    });
    if (!fits)
      return fail(ErrorCode::limit, "a sum of {} does not fit 64 bits after record {}", effect.line,
                  record.getSequence());
    return {};
  });
}

}  // namespace counterfoil
