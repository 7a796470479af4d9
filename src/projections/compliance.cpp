#include <schema/views.capnp.h>

#include "codec/subjects.h"
#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using Row = schema::ComplianceRow;

/// Rows in the order of the journal, then of the event's breaches.
void put(Rows& rows, schema::Record::Reader record, const Place& place, std::uint32_t index) {
  const auto breach = record.getBreaches()[index];
  const bool overridden = breach.getMode() == schema::Breach::Mode::OVERRIDE;
  put_row<Row>(rows, Key(row_letter).number(record.getSequence()).number(index),
               [&](Row::Builder row) {
                 row.setSequence(record.getSequence());
                 row.setRule(breach.getRule());
                 row.setMode(overridden ? Row::Mode::OVERRIDDEN : Row::Mode::OBSERVED);
                 row.setFinding(breach.getFinding());
                 row.setAuthority(breach.getAuthority());
                 row.setDocument(breach.getDocument());
                 row.setFact(text_of(std::string(fact_name(record.getFact()))));
                 row.setProject(text_of(place.project));
                 row.setUnit(text_of(place.unit));
                 row.setFiscalYear(place.fiscal_year);
                 row.setFund(text_of(place.fund));
                 row.setSubjects(text_of(place.subjects));
                 row.setDecidedAt(record.getDecidedAt());
                 row.setActor(record.getActor());
                 row.setRole(record.getRole());
                 row.setOrganisation(record.getOrganisation());
                 row.setRuleSet(record.getRuleSetVersion());
               });
}

class Compliance final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "compliance"; }
  MadeOf made_of() const override { return MadeOf::projects; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    if (record.getFact().isEventReversed())
      CF_TRY(mark(rows, record.getFact().getEventReversed().getEvent(), record.getSequence()));
    if (record.getBreaches().size() == 0) return {};
    CF_LET(const Place place, place_of(record, rows));
    for (std::uint32_t i = 0; i < record.getBreaches().size(); ++i) put(rows, record, place, i);
    return {};
  }

 private:
  static Result<void> mark(Rows& rows, std::uint64_t event, std::uint64_t reversal) {
    RowBuffer<Row> buffer;
    for (std::uint32_t i = 0;; ++i) {
      CF_LET(std::string* const row, rows.edit(Key(row_letter).number(event).number(i)));
      if (row == nullptr) return {};
      buffer.change_numbers(*row, [&](Row::Builder builder) { builder.setReversedBy(reversal); });
    }
  }
};

}  // namespace

const Projection& compliance_projection() {
  static const Compliance one;
  return one;
}

}  // namespace counterfoil
