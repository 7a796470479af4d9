#include <schema/views.capnp.h>

#include <algorithm>

#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::MonitoringRow;

/// Rows by fiscal year, subject and check, then by the correction (0 where there is none).
Key key_of_rows(schema::MonitoringChecked::Reader check, Sequence sequence) {
  return Key(row_letter)
      .year(check.getFiscalYear())
      .text(view(check.getAbout()))
      .number(sequence.value);
}

void set_check(Row::Builder row, const HeldRecord& record, const About& whom) {
  const auto check = record.fact().getMonitoringChecked();
  row.setSequence(record.sequence().value);
  row.setAbout(check.getAbout());
  row.setProject(text_of(whom.project));
  row.setUnit(text_of(whom.unit));
  row.setFiscalYear(check.getFiscalYear());
  row.setCheckedOn(check.getCheckedOn());
  row.setSpent(check.getSpent());
  row.setExecutionRate(check.getExecutionRate());
  row.setLight(check.getLight());
  row.setIndicators(check.getAttainments().size());
  bool first = true;
  for (const auto attainment : check.getAttainments()) {
    if (first || attainment.getAttained() < row.getAttainment())
      row.setAttainment(attainment.getAttained());
    first = false;
  }
}

void set_correction(Row::Builder row, const HeldRecord& order,
                    const std::optional<HeldRecord>& verification) {
  using Outcome = schema::CorrectionVerified::Outcome;
  const auto ordered = order.fact().getCorrectionOrdered();
  row.setCorrection(order.sequence().value);
  row.setDueOn(ordered.getDueOn());
  row.setProblem(ordered.getCause());
  row.setState(Row::State::OPEN);
  if (!verification) return;
  const auto verified = verification->fact().getCorrectionVerified();
  row.setVerification(verification->sequence().value);
  row.setVerifiedOn(verified.getVerifiedOn());
  row.setState(verified.getOutcome() == Outcome::CORRECTED ? Row::State::CORRECTED
                                                           : Row::State::NOT_CORRECTED);
}

/// The check's rows, made anew from what stands.
Result<void> put_rows(Rows& rows, const HeldRecord& check) {
  Standings standings(rows);
  const auto fact = check.fact().getMonitoringChecked();
  const Key prefix = key_of_rows(fact, check.sequence());
  CF_TRY(erase_all(rows, prefix));
  CF_LET(const About whom, about_of(rows, view(fact.getAbout())));
  CF_LET(const auto orders, standings.all(Fact::CORRECTION_ORDERED, key_of(check.sequence())));
  if (orders.empty())
    put_row<Row>(rows, Key(prefix).number(0),
                 [&](Row::Builder row) { set_check(row, check, whom); });
  for (const HeldRecord& order : orders) {
    CF_LET(const auto verification,
           standings.newest(Fact::CORRECTION_VERIFIED, key_of(order.sequence())));
    put_row<Row>(rows, Key(prefix).number(order.sequence().value), [&](Row::Builder row) {
      set_check(row, check, whom);
      set_correction(row, order, verification);
    });
  }
  return {};
}

class Monitoring final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "monitoring"; }
  MadeOf made_of() const override { return MadeOf::projects; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    Standings standings(rows);
    CF_LET(auto change, standings.note(record, {Fact::MONITORING_CHECKED, Fact::CORRECTION_ORDERED,
                                                Fact::CORRECTION_VERIFIED}));
    if (!change) return {};
    if (change->record.fact().isMonitoringChecked()) {
      const auto fact = change->record.fact().getMonitoringChecked();
      if (change->reversed_by == 0) return put_rows(rows, change->record);
      return erase_all(rows, key_of_rows(fact, change->record.sequence()));
    }
    std::uint64_t check = 0;
    if (change->record.fact().isCorrectionOrdered()) {
      check = change->record.fact().getCorrectionOrdered().getCheck();
    } else {
      CF_LET(
          const auto order,
          standings.kept(Sequence{change->record.fact().getCorrectionVerified().getCorrection()}));
      if (!order) return {};
      check = order->fact().getCorrectionOrdered().getCheck();
    }
    CF_LET(const auto checked, standings.kept(Sequence{check}));
    return checked ? put_rows(rows, *checked) : Result<void>();
  }
};

}  // namespace

const Projection& monitoring_projection() {
  static const Monitoring one;
  return one;
}

}  // namespace counterfoil
