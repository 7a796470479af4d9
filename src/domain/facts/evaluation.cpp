#include "domain/facts/deciding.h"

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
