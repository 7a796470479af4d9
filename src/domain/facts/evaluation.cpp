#include <algorithm>
#include <array>
#include <set>

#include "domain/facts/deciding.h"
#include "domain/rules/rule.h"
#include "domain/score.h"
#include "domain/standing.h"

namespace counterfoil {
namespace {

constexpr std::int64_t full_score = 100'000;  // thousandths of a point

/// The version of the target that the results are about: the one in force for the evaluated year.
Result<HeldRecord> target_of(Deciding& deciding, schema::GradeAssigned::Reader grade) {
  CF_LET(const auto state, deciding.book.state<TargetState>(
                               target_key(view(grade.getAbout()), grade.getEvaluatedYear())));
  if (state.approvals.empty())
    return fail(ErrorCode::refused,
                "{} has no approved target for {} whose indicators the results could be of",
                view(grade.getAbout()), grade.getEvaluatedYear());
  return held_record(deciding.book, state.approvals.back().target);
}

Result<std::int64_t> score_of(schema::Indicator::Reader indicator,
                              schema::GradeAssigned::IndicatorResult::Reader result) {
  const std::int64_t weight = indicator.getWeight();
  if (indicator.getDirection() == schema::Indicator::Direction::QUALITATIVE) {
    if (result.getAwarded() >= 0 && result.getAwarded() <= weight) return result.getAwarded();
    return fail(ErrorCode::invalid, "indicator \"{}\" is awarded {} of {} thousandths of a point",
                view(indicator.getName()), result.getAwarded(), weight);
  }
  const auto score =
      indicator_score(indicator.getDirection(), weight, indicator.getTarget(), result.getActual());
  if (score) return *score;
  return fail(ErrorCode::invalid,
              "indicator \"{}\" has a target and an actual figure whose ratio means nothing: make "
              "it a qualitative one",
              view(indicator.getName()));
}

/// Execution ÷ current budget of a project in the evaluated year, as the ledger has it, unless the
/// fact says it.
Result<std::int64_t> execution_rate(Deciding& deciding, schema::GradeAssigned::Reader grade) {
  if (grade.getHasExecutionRate()) return grade.getExecutionRate();
  const std::string_view about = view(grade.getAbout());
  constexpr std::string_view kind = "project/";
  if (!about.starts_with(kind)) return 0;
  CF_LET(const auto sums, project_sums(deciding.book, *deciding.rules, grade.getEvaluatedYear(),
                                       about.substr(kind.size())));
  return basis_points(sums.spent, sums.current).value_or(0);
}

/// Where a rule set's weights have the dimension; costs belong to the output.
std::size_t weight_of(schema::Indicator::Dimension dimension) {
  using Dimension = schema::Indicator::Dimension;
  switch (dimension) {
    case Dimension::ECONOMIC:
    case Dimension::SOCIAL:
    case Dimension::ECOLOGICAL:
    case Dimension::LASTING:
      return 2;
    case Dimension::SATISFACTION:
      return 3;
    default:
      return 1;
  }
}

/// The score that the results give, and the indicators that they leave unmet, by the target: of
/// output, outcome and satisfaction no more than the rule set's weight of it, which also says what
/// execution is worth.
Result<void> recompute(Deciding& deciding, schema::GradeAssigned::Builder grade) {
  if (grade.asReader().getResults().size() == 0) return {};
  CF_LET(const HeldRecord target, target_of(deciding, grade.asReader()));
  CF_LET(const std::int64_t rate, execution_rate(deciding, grade.asReader()));
  std::array<std::int64_t, 4> parts = {execution_score(deciding.rules->weights[0], rate)};
  std::set<std::string_view> scored;
  std::vector<std::string> unmet;
  for (const auto result : grade.asReader().getResults()) {
    const auto name = view(result.getIndicator());
    bool found = false;
    for (const auto indicator : target.fact().getTargetSubmitted().getIndicators()) {
      if (view(indicator.getName()) != name) continue;
      found = true;
      CF_LET(const std::int64_t part, score_of(indicator, result));
      parts[weight_of(indicator.getDimension())] += part;
      if (indicator.getDirection() != schema::Indicator::Direction::QUALITATIVE &&
          !is_met(indicator.getDirection(), indicator.getTarget(), result.getActual()))
        unmet.emplace_back(name);
    }
    if (!found || !scored.insert(name).second)
      return fail(ErrorCode::invalid,
                  "\"{}\" is {} of target {}: results name each indicator of the target in force "
                  "once",
                  name, found ? "named twice as an indicator" : "no indicator",
                  target.sequence().value);
  }
  std::int64_t score = 0;
  for (std::size_t i = 0; i < parts.size(); ++i)
    score += std::min(parts[i], deciding.rules->weights[i]);
  if (grade.getRecomputedScore() != 0 && grade.getRecomputedScore() != score)
    return fail(ErrorCode::invalid,
                "the results give {} thousandths of a point, the fact says {}: leave "
                "recomputedScore out",
                score, grade.getRecomputedScore());
  if (!unmet.empty()) {
    auto names = grade.initUnmet(static_cast<unsigned>(unmet.size()));
    for (unsigned i = 0; i < names.size(); ++i) names.set(i, text_of(unmet[i]));
  }
  grade.setRecomputedScore(score);
  grade.setScored(true);
  return {};
}

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
  return recompute(deciding, fact.getGradeAssigned());
}

}  // namespace counterfoil
