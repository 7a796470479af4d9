#include <algorithm>
#include <set>

#include "codec/line.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// One step that must lie behind the one before it.
struct Step {
  Fact::Which fact;
  std::string key;
  std::string_view what;
};

/// What in the step itself stands against going on; empty where nothing does.
std::string_view objection(const HeldRecord& step) {
  if (step.fact().isExAnteAppraised() &&
      step.fact().getExAnteAppraised().getVerdict() == schema::ExAnteAppraised::Verdict::REJECTED)
    return "was rejected by";
  if (step.fact().isAffordabilityAssessed() &&
      !step.fact().getAffordabilityAssessed().getAffordable())
    return "is not affordable by";
  return {};
}

/// R13: into the library only by way of pipeline, appraisal, affordability, ceiling and rank.
Result<void> check_admission(RuleCase& rule_case) {
  const auto admitted = rule_case.fact.getLibraryAdmitted();
  const std::string project(view(admitted.getProject()));
  const auto broken = [&](std::string finding, const std::string& remedy) {
    return report_breach(rule_case.deciding, "R13", std::move(finding), remedy);
  };
  CF_LET(const auto state,
         rule_case.after().state<ProjectState>(fmt::format("project/{}", project)));
  const Step steps[] = {
      {Fact::PIPELINE_ADMITTED, project, "pipelineAdmitted"},
      {Fact::EX_ANTE_APPRAISED, project, "exAnteAppraised"},
      {Fact::AFFORDABILITY_ASSESSED, project, "affordabilityAssessed"},
      {Fact::CEILING_ISSUED, key_of(admitted.getFiscalYear(), state.unit), "ceilingIssued"}};
  Sequence last;
  for (const Step& step : steps) {
    CF_LET(const auto found, newest(rule_case.after(), step.fact, step.key));
    if (!found) {
      CF_TRY(broken(fmt::format("project {} enters the library without its {}", project, step.what),
                    fmt::format("Record the {} first", step.what)));
      continue;
    }
    if (const auto why = objection(*found); !why.empty())
      CF_TRY(broken(fmt::format("project {} {} record {}", project, why, found->sequence().value),
                    "Record a new one that lets it pass"));
    // A ceiling is issued for the whole unit, whenever its turn comes.
    if (step.fact != Fact::CEILING_ISSUED && found->sequence() < last)
      CF_TRY(broken(fmt::format("the {} of project {}, record {}, comes before what it follows, "
                                "record {}",
                                step.what, project, found->sequence().value, last.value),
                    fmt::format("Record the {} again", step.what)));
    if (step.fact != Fact::CEILING_ISSUED) last = found->sequence();
    CF_TRY(
        want_cited(rule_case.deciding, "R13", found->sequence(), fmt::format("the {}", step.what)));
  }
  if (admitted.getRank() != 0) return {};
  return broken(fmt::format("project {} enters the library without a rank", project),
                "Give it a rank from 1 on");
}

/// What the project got in the years before `fiscal_year` that earlier plans of it name.
Result<Wide> given_before(RuleCase& rule_case, std::string_view project, std::int32_t fiscal_year) {
  CF_LET(const auto plans, standing(rule_case.before, Fact::INSTALMENTS_ROLLED, project));
  std::set<std::int32_t> years;
  for (const Sequence sequence : plans) {
    CF_LET(const HeldRecord plan, held_record(rule_case.before, sequence));
    for (const auto instalment : plan.fact().getInstalmentsRolled().getInstalments())
      if (instalment.getFiscalYear() < fiscal_year) years.insert(instalment.getFiscalYear());
  }
  Wide sum = 0;
  for (const std::int32_t year : years) {
    CF_LET(const auto sums, project_sums(rule_case.before, rule_case.rules(), year, project));
    sum += sums.original.minor;
  }
  return sum;
}

/// R13: a plan's instalments stay within the total, and each follows the planned progress.
Result<void> check_instalments(RuleCase& rule_case) {
  const auto rolled = rule_case.fact.getInstalmentsRolled();
  std::vector<schema::InstalmentsRolled::Instalment::Reader> plan;
  for (const auto instalment : rolled.getInstalments()) plan.push_back(instalment);
  std::sort(plan.begin(), plan.end(),
            [](auto& a, auto& b) { return a.getFiscalYear() < b.getFiscalYear(); });
  CF_LET(Wide sum,
         given_before(rule_case, view(rolled.getProject()), plan.front().getFiscalYear()));
  for (const auto instalment : plan) {
    sum += instalment.getAmount();
    const Money planned = floor_of(Money{rolled.getTotal()}, instalment.getPlannedProgress());
    if (sum > planned.minor)
      return report_breach(
          rule_case.deciding, "R13",
          fmt::format("by {} the instalments of project {} come to {} minor units; its planned "
                      "progress of {} basis points is {} of the total of {}",
                      instalment.getFiscalYear(), view(rolled.getProject()), sum,
                      instalment.getPlannedProgress(), planned.minor, rolled.getTotal()),
          "Lower the instalment, or plan more progress");
  }
  return {};
}

/// R13: of a project with a plan, a year gets no more than its instalment.
Result<void> check_follows_plan(RuleCase& rule_case) {
  const auto appropriated = rule_case.fact.getBudgetAppropriated();
  CF_LET(const LineId line, parse_line(view(appropriated.getLine())));
  if (appropriated.getAmount() <= 0 || !rule_case.rules().is_expenditure(line.measure)) return {};
  CF_LET(const auto plan, newest(rule_case.after(), Fact::INSTALMENTS_ROLLED, line.project));
  if (!plan) return {};
  std::int64_t due = 0;
  for (const auto instalment : plan->fact().getInstalmentsRolled().getInstalments())
    if (instalment.getFiscalYear() == line.fiscal_year) due = instalment.getAmount();
  CF_LET(const auto sums,
         project_sums(rule_case.after(), rule_case.rules(), line.fiscal_year, line.project));
  if (sums.original.minor > due)
    CF_TRY(report_breach(
        rule_case.deciding, "R13",
        fmt::format("project {} would have {} minor units in {}; its instalment of record {} is {}",
                    line.project, sums.original.minor, line.fiscal_year, plan->sequence().value,
                    due),
        "Appropriate no more than the instalment, or roll the plan first"));
  return want_cited(rule_case.deciding, "R13", plan->sequence(), "the plan of instalments");
}

}  // namespace

std::vector<Rule> library_rules() {
  return {{"R13", Fact::LIBRARY_ADMITTED, check_admission},
          {"R13", Fact::INSTALMENTS_ROLLED, check_instalments},
          {"R13", Fact::BUDGET_APPROPRIATED, check_follows_plan}};
}

}  // namespace counterfoil
