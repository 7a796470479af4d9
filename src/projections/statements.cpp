#include <schema/views.capnp.h>

#include "codec/canonical.h"
#include "codec/line.h"
#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::StatementRow;

Key unit_key(std::string_view line) {
  return Key("n").text(line);
}

/// What stands of a line, ordered by the day that it is of, then as it was recorded.
Key standing_key(std::string_view line) {
  return Key("s").text(line);
}
Key standing_key(std::string_view line, std::int32_t stated_on, std::uint64_t sequence) {
  // With its highest bit turned a day sorts as an unsigned number, also one before 1970.
  return standing_key(line)
      .year(static_cast<std::int32_t>(static_cast<std::uint32_t>(stated_on) ^ 0x80000000u))
      .number(sequence);
}

/// Where a statement stands, by its sequence: a reversal names no more than that.
Key place_key(std::uint64_t sequence) {
  return Key("p").number(sequence);
}

/// Rows by fiscal year, project, fund, measure and item, as those of budgets.
Key key_of_row(const LineId& line) {
  return Key(row_letter)
      .year(line.fiscal_year)
      .text(line.project)
      .text(line.fund)
      .text(line.measure)
      .text(line.item);
}

void fill(Row::Builder row, schema::Record::Reader record, const LineId& line,
          std::string_view unit) {
  const auto stated = record.getFact().getBudgetStated();
  row.setProject(text_of(std::string(line.project)));
  row.setUnit(text_of(std::string(unit)));
  row.setFiscalYear(line.fiscal_year);
  row.setFund(text_of(std::string(line.fund)));
  row.setMeasure(text_of(std::string(line.measure)));
  row.setItem(text_of(std::string(line.item)));
  row.setOriginal(stated.getOriginal());
  row.setSupplement(stated.getSupplement());
  row.setCarriedIn(stated.getCarriedIn());
  row.setCarriedOut(stated.getCarriedOut());
  row.setReserve(stated.getReserve());
  row.setTotal(stated.getTotal());
  row.setSpent(stated.getHasSpent() ? stated.getSpent() : 0);
  row.setHasSpent(stated.getHasSpent());
  row.setDifference(stated.getDifference());
  row.setStatedOn(stated.getStatedOn());
  row.setDecidedAt(record.getDecidedAt());
  row.setSequence(record.getSequence());
  row.setDocument(text_of(std::string(document_of(record))));
  row.setActor(record.getActor());
}

/// Makes the line's row anew: its newest statement, and how many stand.
Result<void> renew(std::string_view line, Rows& rows) {
  CF_LET(const LineId id, parse_line(line));
  std::string newest;
  std::uint32_t count = 0;
  CF_TRY(
      rows.each(standing_key(line), [&](std::string_view, std::string_view value) -> Result<bool> {
        newest = value;
        ++count;
        return true;
      }));
  if (count == 0) {
    rows.erase(key_of_row(id));
    return {};
  }
  RowBuffer<Row> buffer;
  put_row<Row>(rows, key_of_row(id), [&](Row::Builder row) {
    copy_present(buffer.read(newest), row);
    row.setStatements(count);
  });
  return {};
}

Result<void> add(schema::Record::Reader record, Rows& rows) {
  const auto stated = record.getFact().getBudgetStated();
  const std::string_view line = view(stated.getLine());
  CF_LET(const LineId id, parse_line(line));
  std::string unit;
  CF_LET(const bool open, rows.get(unit_key(line), unit));
  if (!open) return {};
  const Key key = standing_key(line, stated.getStatedOn(), record.getSequence());
  put_row<Row>(rows, key, [&](Row::Builder row) { fill(row, record, id, unit); });
  rows.put(place_key(record.getSequence()), key);
  return renew(line, rows);
}

Result<void> undo(std::uint64_t sequence, Rows& rows) {
  std::string place;
  CF_LET(const bool known, rows.get(place_key(sequence), place));
  if (!known) return {};
  rows.erase(place);
  rows.erase(place_key(sequence));
  const std::string line = place.substr(1, place.find('\0') - 1);
  return renew(line, rows);
}

class Statements final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "statements"; }
  MadeOf made_of() const override { return MadeOf::projects; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    const auto fact = record.getFact();
    if (fact.isLineOpened())
      rows.put(unit_key(view(fact.getLineOpened().getLine())),
               view(fact.getLineOpened().getUnit()));
    if (fact.isBudgetStated()) return add(record, rows);
    if (fact.isEventReversed() && fact.getEventReversed().getReversedFact() ==
                                      static_cast<std::uint16_t>(Fact::BUDGET_STATED))
      return undo(fact.getEventReversed().getEvent(), rows);
    return {};
  }
};

}  // namespace

const Projection& statements_projection() {
  static const Statements one;
  return one;
}

}  // namespace counterfoil
