#include "domain/facts/deciding.h"
#include "domain/standing.h"

/// What holds for a whole year: standards, estimates, ceilings, and the year's close.
namespace counterfoil {

using schema::Fact;

Result<void> decide_expenditure_standard_set(Deciding&, Fact::Builder fact) {
  const auto standard = fact.asReader().getExpenditureStandardSet();
  CF_TRY(check_not_negative(standard.getUnitAmount(), "a unit standard"));
  if (standard.getMeasureUnit().size() == 0)
    return fail(ErrorCode::invalid, "a standard says in measureUnit what is counted");
  return {};
}

Result<void> decide_revenue_estimated(Deciding&, Fact::Builder fact) {
  const auto estimate = fact.asReader().getRevenueEstimated();
  CF_TRY(check_fiscal_year(estimate.getFiscalYear()));
  CF_TRY(check_not_negative(estimate.getAmount(), "an estimate"));
  if (estimate.getSource() == schema::RevenueEstimated::Source::UNSPECIFIED)
    return fail(ErrorCode::invalid, "an estimate names its source, such as revenue");
  return {};
}

Result<void> decide_ceiling_issued(Deciding& deciding, Fact::Builder fact) {
  const auto ceiling = fact.asReader().getCeilingIssued();
  CF_TRY(check_fiscal_year(ceiling.getFiscalYear()));
  CF_TRY(check_not_negative(ceiling.getAmount(), "a ceiling"));
  return check_unit(deciding, view(ceiling.getUnit()));
}

Result<void> decide_period_closed(Deciding& deciding, Fact::Builder fact) {
  const auto closed = fact.asReader().getPeriodClosed();
  CF_TRY(check_fiscal_year(closed.getFiscalYear()));
  return check_period_open(deciding, closed.getFiscalYear());
}

Result<void> decide_period_reopened(Deciding& deciding, Fact::Builder fact) {
  const auto reopened = fact.asReader().getPeriodReopened();
  CF_TRY(check_fiscal_year(reopened.getFiscalYear()));
  if (reopened.getAuthority().size() == 0)
    return fail(ErrorCode::invalid, "reopening a year names the authority that allowed it");
  CF_LET(const auto last,
         newest(deciding.book, Fact::PERIOD_CLOSED, std::to_string(reopened.getFiscalYear())));
  if (last && last->fact().isPeriodClosed()) return {};
  return fail(ErrorCode::refused, "fiscal year {} is not closed", reopened.getFiscalYear());
}

}  // namespace counterfoil
