#include <set>

#include "domain/facts/deciding.h"
#include "domain/standing.h"

/// A project's way from the pipeline into the budget library, and out of it.
namespace counterfoil {
namespace {

constexpr std::int64_t full_score = 100'000;  // thousandths of a point
constexpr std::uint32_t whole = 10'000;       // basis points

}  // namespace

using schema::Fact;

Result<void> decide_project_classified(Deciding& deciding, Fact::Builder fact) {
  const auto classified = fact.asReader().getProjectClassified();
  if (classified.getExpenditure() == schema::ProjectClassified::Expenditure::UNSPECIFIED)
    return fail(ErrorCode::invalid,
                "a classification says which expenditure it is: basic, threePublic, special or "
                "development");
  return check_project(deciding, view(classified.getProject()));
}

Result<void> decide_ex_ante_appraised(Deciding& deciding, Fact::Builder fact) {
  const auto appraised = fact.asReader().getExAnteAppraised();
  if (appraised.getVerdict() == schema::ExAnteAppraised::Verdict::UNSPECIFIED)
    return fail(ErrorCode::invalid, "an appraisal is recommended, conditional or rejected");
  if (appraised.getScore() < 0 || appraised.getScore() > full_score)
    return fail(ErrorCode::invalid, "the score {} lies outside 0 to {} thousandths of a point",
                appraised.getScore(), full_score);
  return check_project(deciding, view(appraised.getProject()));
}

Result<void> decide_affordability_assessed(Deciding& deciding, Fact::Builder fact) {
  const auto assessed = fact.asReader().getAffordabilityAssessed();
  CF_TRY(check_fiscal_year(assessed.getFiscalYear()));
  CF_TRY(check_not_negative(assessed.getTotal(), "the total of a project"));
  return check_project(deciding, view(assessed.getProject()));
}

Result<void> decide_pipeline_admitted(Deciding& deciding, Fact::Builder fact) {
  const std::string_view project = view(fact.asReader().getPipelineAdmitted().getProject());
  CF_TRY(check_project(deciding, project));
  CF_LET(const auto before, standing(deciding.book, Fact::PIPELINE_ADMITTED, project));
  if (before.empty()) return {};
  return fail(ErrorCode::refused, "project {} is in the pipeline already, by record {}", project,
              before.back().value);
}

Result<void> decide_library_admitted(Deciding& deciding, Fact::Builder fact) {
  const auto admitted = fact.asReader().getLibraryAdmitted();
  CF_TRY(check_fiscal_year(admitted.getFiscalYear()));
  return check_project(deciding, view(admitted.getProject()));
}

Result<void> decide_instalments_rolled(Deciding& deciding, Fact::Builder fact) {
  const auto rolled = fact.asReader().getInstalmentsRolled();
  CF_TRY(check_project(deciding, view(rolled.getProject())));
  CF_TRY(check_not_negative(rolled.getTotal(), "the total of a project"));
  if (rolled.getInstalments().size() == 0)
    return fail(ErrorCode::invalid, "a plan of instalments has at least one");
  std::set<std::int32_t> years;
  for (const auto instalment : rolled.getInstalments()) {
    CF_TRY(check_fiscal_year(instalment.getFiscalYear()));
    CF_TRY(check_not_negative(instalment.getAmount(), "an instalment"));
    if (instalment.getPlannedProgress() > whole)
      return fail(ErrorCode::invalid, "planned progress is {} basis points; the whole is {}",
                  instalment.getPlannedProgress(), whole);
    if (!years.insert(instalment.getFiscalYear()).second)
      return fail(ErrorCode::invalid, "fiscal year {} has two instalments: add them up",
                  instalment.getFiscalYear());
  }
  return {};
}

Result<void> decide_project_closed(Deciding& deciding, Fact::Builder fact) {
  const auto closed = fact.asReader().getProjectClosed();
  if (closed.getOutcome() == schema::ProjectClosed::Outcome::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a project ends finished, cancelled or merged");
  return check_project(deciding, view(closed.getProject()));
}

}  // namespace counterfoil
