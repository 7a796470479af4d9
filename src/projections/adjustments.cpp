#include "projections/adjustments.h"

#include "codec/line.h"
#include "codec/text.h"
#include "core/bytes.h"
#include "projections/row_codec.h"

namespace counterfoil {
namespace {

using Row = schema::AdjustmentRow;

std::string unit_key(std::string_view line) {
  return std::string("u").append(line);
}

std::string rules_of(schema::Record::Reader record) {
  std::string rules;
  for (const auto breach : record.getBreaches()) {
    const std::string_view rule = view(breach.getRule());
    if (rules.ends_with(rule)) continue;
    if (!rules.empty()) rules += ' ';
    rules += rule;
  }
  return rules;
}

/// What all legs of one adjustment share.
void set_envelope(Row::Builder row, schema::Record::Reader record, const std::string& rules) {
  const auto adjusted = record.getFact().getBudgetAdjusted();
  row.setSequence(record.getSequence());
  row.setKind(adjusted.getKind());
  row.setCause(adjusted.getCause());
  row.setRole(record.getRole());
  row.setRecordedAt(record.getRecordedAt());
  row.setDecidedAt(record.getDecidedAt());
  row.setEffectiveOn(record.getEffectiveOn());
  row.setActor(record.getActor());
  if (adjusted.getRequest().size() != 0) row.setRequest(adjusted.getRequest());
  if (record.getDocuments().size() != 0) row.setDocument(record.getDocuments()[0].getNumber());
  if (record.getOrganisation().size() != 0) row.setOrganisation(record.getOrganisation());
  if (record.getReason().size() != 0) row.setReason(record.getReason());
  if (!rules.empty()) row.setBreaches(text_of(rules));
}

Result<void> add_legs(schema::Record::Reader record, Rows& rows) {
  const std::string rules = rules_of(record);
  std::uint32_t index = 0;
  std::string unit;
  for (const auto leg : record.getFact().getBudgetAdjusted().getLegs()) {
    const std::uint32_t leg_index = index++;
    const std::string_view line = view(leg.getLine());
    CF_LET(const LineId id, parse_line(line));
    CF_LET(const bool open, rows.get(unit_key(line), unit));
    if (!open) continue;
    RowBuilder message;
    auto row = message.initRoot<Row>();
    set_envelope(row, record, rules);
    row.setLeg(leg_index);
    row.setProject(text_of(std::string(id.project)));
    if (!unit.empty()) row.setUnit(text_of(unit));
    row.setFiscalYear(id.fiscal_year);
    row.setFund(text_of(std::string(id.fund)));
    row.setMeasure(text_of(std::string(id.measure)));
    row.setItem(text_of(std::string(id.item)));
    row.setAmount(leg.getAmount());
    row.setBalanceAfter(leg.getBalanceAfter());
    row.setVintage(leg.getVintage());
    rows.put(Adjustments::key(Sequence{record.getSequence()}, leg_index),
             bytes_of(canonical_row(row.asReader())));
  }
  return {};
}

Result<void> mark_reversed(Sequence event, Sequence reversal, Rows& rows) {
  std::vector<std::pair<std::string, std::string>> marked;
  RowBuffer<Row> buffer;
  CF_TRY(rows.each(Adjustments::key_prefix(event),
                   [&](std::string_view key, std::string_view value) -> Result<bool> {
                     marked.emplace_back(key, value);
                     buffer.change_numbers(marked.back().second, [&](Row::Builder row) {
                       row.setReversedBy(reversal.value);
                     });
                     return true;
                   }));
  for (const auto& [key, value] : marked) rows.put(key, value);
  return {};
}

}  // namespace

std::string Adjustments::key_prefix(Sequence sequence) {
  std::string key("r");
  put_big_endian(key, sequence.value);
  return key;
}

std::string Adjustments::key(Sequence sequence, std::uint32_t leg) {
  std::string key = key_prefix(sequence);
  put_big_endian(key, leg);
  return key;
}

Result<void> Adjustments::fold(schema::Record::Reader record, Rows& rows) const {
  const auto fact = record.getFact();
  const Sequence sequence{record.getSequence()};
  switch (fact.which()) {
    case schema::Fact::LINE_OPENED:
      rows.put(unit_key(view(fact.getLineOpened().getLine())),
               view(fact.getLineOpened().getUnit()));
      return {};
    case schema::Fact::BUDGET_ADJUSTED:
      return add_legs(record, rows);
    case schema::Fact::EVENT_REVERSED: {
      const auto reversed = fact.getEventReversed();
      if (reversed.getReversedFact() != static_cast<std::uint16_t>(schema::Fact::BUDGET_ADJUSTED))
        return {};
      return mark_reversed(Sequence{reversed.getEvent()}, sequence, rows);
    }
    default:
      return {};
  }
}

}  // namespace counterfoil
