#include <schema/views.capnp.h>

#include "codec/line.h"
#include "domain/effects.h"
#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Component;
using Row = schema::UnitRow;

/// Rows by unit, fiscal year, fund and measure.
Key key_of_row(std::string_view unit, const LineId& line) {
  return Key(row_letter).text(unit).year(line.fiscal_year).text(line.fund).text(line.measure);
}

/// False where a sum would not fit 64 bits; the row is then not to be used.
bool apply(Row::Builder row, const LineEffect& effect) {
  const auto add_to = [&](std::int64_t before, void (Row::Builder::*set)(std::int64_t)) {
    const auto sum = add(Money{before}, effect.amount);
    if (sum) (row.*set)(sum->minor);
    return sum.has_value();
  };
  bool fits = true;
  if (effect.component == Component::ORIGINAL)
    fits = add_to(row.getOriginal(), &Row::Builder::setOriginal);
  if (effect.component == Component::COMMITTED)
    fits = add_to(row.getCommitted(), &Row::Builder::setCommitted);
  if (effect.component == Component::SPENT) fits = add_to(row.getSpent(), &Row::Builder::setSpent);
  if (is_part_of_current(effect.component))
    fits = fits && add_to(row.getCurrent(), &Row::Builder::setCurrent);
  const auto used = add(Money{row.getCommitted()}, Money{row.getSpent()});
  const auto available = used ? subtract(Money{row.getCurrent()}, *used) : std::nullopt;
  if (!fits || !available) return false;
  row.setAvailable(available->minor);
  row.setExecutionRate(basis_points(Money{row.getSpent()}, Money{row.getCurrent()}).value_or(0));
  return true;
}

/// A line counts with the unit that its project had when it was opened.
Result<void> open_line(schema::LineOpened::Reader opened, std::uint64_t sequence, Rows& rows) {
  CF_LET(const LineId line, parse_line(view(opened.getLine())));
  const std::string_view unit = view(opened.getUnit());
  rows.put(Key("n").text(view(opened.getLine())), unit);
  const Key key = key_of_row(unit, line);
  CF_LET(std::string* const stored, rows.edit(key));
  if (stored != nullptr) {
    RowBuffer<Row>().change_numbers(*stored, [&](Row::Builder row) {
      row.setLines(row.getLines() + 1);
      row.setLastSequence(sequence);
    });
    return {};
  }
  put_row<Row>(rows, key, [&](Row::Builder row) {
    row.setUnit(opened.getUnit());
    row.setFiscalYear(line.fiscal_year);
    row.setFund(text_of(std::string(line.fund)));
    row.setMeasure(text_of(std::string(line.measure)));
    row.setLines(1);
    row.setLastSequence(sequence);
  });
  return {};
}

/// Only a line on which nothing rests can be undone, so that its sums are 0.
Result<void> undo_line(schema::Record::Reader reversal, Rows& rows) {
  for (const auto subject : reversal.getSubjects()) {
    const std::string_view text = view(subject.getId());
    if (!text.starts_with("line/")) continue;
    std::string unit;
    CF_LET(const bool known, rows.get(Key("n").text(text), unit));
    if (!known) continue;
    CF_LET(const LineId line, parse_line(text));
    rows.erase(Key("n").text(text));
    const Key key = key_of_row(unit, line);
    CF_LET(std::string* const stored, rows.edit(key));
    if (stored == nullptr) continue;
    std::uint32_t left = 0;
    RowBuffer<Row>().change_numbers(*stored, [&](Row::Builder row) {
      left = row.getLines() - 1;
      row.setLines(left);
      row.setLastSequence(reversal.getSequence());
    });
    if (left == 0) rows.erase(key);
  }
  return {};
}

class Units final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "units"; }
  MadeOf made_of() const override { return MadeOf::projects; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    const auto fact = record.getFact();
    const std::uint64_t sequence = record.getSequence();
    if (fact.isLineOpened()) return open_line(fact.getLineOpened(), sequence, rows);
    if (fact.isEventReversed() && fact.getEventReversed().getReversedFact() ==
                                      static_cast<std::uint16_t>(schema::Fact::LINE_OPENED))
      return undo_line(record, rows);
    RowBuffer<Row> buffer;
    std::string unit;
    return for_each_line_effect(fact, [&](const LineEffect& effect) -> Result<void> {
      CF_LET(const LineId line, parse_line(effect.line));
      CF_LET(const bool known, rows.get(Key("n").text(effect.line), unit));
      if (!known) return {};
      CF_LET(std::string* const stored, rows.edit(key_of_row(unit, line)));
      if (stored == nullptr) return {};
      bool fits = true;
      buffer.change_numbers(*stored, [&](Row::Builder row) {
        fits = apply(row, effect);
        row.setLastSequence(sequence);
      });
      if (fits) return {};
      return fail(ErrorCode::limit, "a sum of unit {} does not fit 64 bits after record {}", unit,
                  sequence);
    });
  }
};

}  // namespace

const Projection& units_projection() {
  static const Units one;
  return one;
}

}  // namespace counterfoil
