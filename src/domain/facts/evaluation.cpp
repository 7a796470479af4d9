#include "domain/facts/deciding.h"
#include "domain/standing.h"

namespace counterfoil {
namespace {

constexpr std::int64_t full_score = 100'000;  // thousandths of a point

}  // namespace

Result<void> decide_monitoring_checked(Deciding& deciding, schema::Fact::Builder fact) {
  const auto check = fact.asReader().getMonitoringChecked();
  CF_TRY(check_about(deciding, view(check.getAbout())));
  CF_TRY(check_fiscal_year(check.getFiscalYear()));
  if (check.getLight() == schema::MonitoringChecked::Light::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a monitoring check needs a light: green, yellow or red");
  for (const auto attainment : check.getAttainments())
    if (attainment.getIndicator().size() == 0)
      return fail(ErrorCode::invalid, "each attainment names its indicator");
  return {};
}

Result<void> decide_monitoring_planned(Deciding& deciding, schema::Fact::Builder fact) {
  const auto plan = fact.asReader().getMonitoringPlanned();
  CF_TRY(check_about(deciding, view(plan.getAbout())));
  CF_TRY(check_fiscal_year(plan.getFiscalYear()));
  if (plan.getClosesOn() >= plan.getOpensOn()) return {};
  return fail(ErrorCode::invalid, "the window of monitoring closes on {}, before it opens on {}",
              format_date(Date{plan.getClosesOn()}), format_date(Date{plan.getOpensOn()}));
}

Result<void> decide_correction_ordered(Deciding& deciding, schema::Fact::Builder fact) {
  auto ordered = fact.getCorrectionOrdered();
  CF_LET(const auto record, named_event(deciding, ordered.getCheck(),
                                        schema::Fact::MONITORING_CHECKED, "monitoringChecked"));
  const auto check = record.getFact().getMonitoringChecked();
  ordered.setAbout(check.getAbout());
  ordered.setFiscalYear(check.getFiscalYear());
  if (ordered.asReader().getCause().size() == 0)
    return fail(ErrorCode::invalid, "an order to correct names the cause");
  if (ordered.getDueOn() >= check.getCheckedOn()) return {};
  return fail(ErrorCode::invalid, "the correction is due on {}, before the check of {}",
              format_date(Date{ordered.getDueOn()}), format_date(Date{check.getCheckedOn()}));
}

Result<void> decide_correction_verified(Deciding& deciding, schema::Fact::Builder fact) {
  auto verified = fact.getCorrectionVerified();
  const Sequence correction{verified.getCorrection()};
  if (verified.getOutcome() == schema::CorrectionVerified::Outcome::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a verification finds corrected or notCorrected");
  CF_LET(const HeldRecord order,
         held_event(deciding, correction.value, schema::Fact::CORRECTION_ORDERED));
  verified.setAbout(order.fact().getCorrectionOrdered().getAbout());
  CF_LET(const auto earlier,
         newest(deciding.book, schema::Fact::CORRECTION_VERIFIED, key_of(correction)));
  if (!earlier || earlier->fact().getCorrectionVerified().getOutcome() !=
                      schema::CorrectionVerified::Outcome::CORRECTED)
    return {};
  return fail(ErrorCode::refused, "correction {} was verified as corrected by record {}",
              correction.value, earlier->sequence().value);
}

Result<void> decide_result_applied(Deciding& deciding, schema::Fact::Builder fact) {
  auto applied = fact.getResultApplied();
  CF_LET(const HeldRecord record,
         held_event(deciding, applied.getGrade(), schema::Fact::GRADE_ASSIGNED));
  const auto grade = record.fact().getGradeAssigned();
  applied.setAbout(grade.getAbout());
  applied.setEvaluatedYear(grade.getEvaluatedYear());
  for (const std::uint64_t answer : applied.asReader().getAnswers())
    if (answer >= deciding.sequence.value)
      return fail(ErrorCode::refused, "there is no record {} yet that could answer a grade",
                  answer);
  return {};
}

Result<void> decide_audit_finding_recorded(Deciding& deciding, schema::Fact::Builder fact) {
  const auto finding = fact.asReader().getAuditFindingRecorded();
  CF_TRY(check_about(deciding, view(finding.getAbout())));
  CF_TRY(check_fiscal_year(finding.getFiscalYear()));
  if (finding.getSeverity() == schema::AuditFindingRecorded::Severity::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a finding's severity is none, minor or major");
  if (finding.getFinding().size() == 0)
    return fail(ErrorCode::invalid, "a finding says what was found");
  return {};
}

Result<void> decide_factor_assessed(Deciding& deciding, schema::Fact::Builder fact) {
  const auto assessed = fact.asReader().getFactorAssessed();
  CF_TRY(check_about(deciding, view(assessed.getAbout())));
  CF_TRY(check_fiscal_year(assessed.getFiscalYear()));
  if (assessed.getKind() == schema::FactorKind::STOCK ||
      assessed.getKind() == schema::FactorKind::LEVEL_OF_DETAIL)
    return {};
  return fail(ErrorCode::invalid,
              "stock or levelOfDetail is assessed; the other factors are facts of their own");
}

Result<void> decide_grade_assigned(Deciding& deciding, schema::Fact::Builder fact) {
  const auto grade = fact.asReader().getGradeAssigned();
  CF_TRY(check_about(deciding, view(grade.getAbout())));
  CF_TRY(check_fiscal_year(grade.getEvaluatedYear()));
  if (grade.getLevel() == schema::GradeAssigned::Level::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a grade needs the level that assigned it, such as department");
  if (grade.getGrade() == schema::GradeAssigned::Grade::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a grade is excellent, good, medium or poor");
  for (const auto score : {grade.getDeclaredScore(), grade.getRecomputedScore()})
    if (score < 0 || score > full_score)
      return fail(ErrorCode::invalid, "the score {} lies outside 0 to {} thousandths of a point",
                  score, full_score);
  return {};
}

}  // namespace counterfoil
