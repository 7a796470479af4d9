#include <algorithm>
#include <set>

#include "codec/line.h"
#include "codec/subjects.h"
#include "domain/base.h"
#include "domain/effects.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// Whether the event takes money away for a grade.
bool answers_a_grade(Fact::Reader fact) {
  using Kind = schema::BudgetAdjusted::Kind;
  if (fact.isBudgetAppropriated()) return fact.getBudgetAppropriated().getCutForGrade() > 0;
  if (!fact.isBudgetAdjusted()) return false;
  const auto adjusted = fact.getBudgetAdjusted();
  const Kind kind = adjusted.getKind();
  Wide sum = 0;
  for (const auto leg : adjusted.getLegs()) sum += leg.getAmount();
  return sum < 0 && adjusted.getCause() == schema::BudgetAdjusted::Cause::GRADE &&
         (kind == Kind::REDUCTION || kind == Kind::CLAWBACK || kind == Kind::CANCELLATION);
}

/// The projects whose lines the event changes.
Result<std::set<std::string>> projects_of(Fact::Reader fact) {
  std::set<std::string> projects;
  CF_TRY(for_each_line_effect(fact, [&](const LineEffect& effect) -> Result<void> {
    CF_LET(const LineId line, parse_line(effect.line));
    projects.emplace(line.project);
    return {};
  }));
  return projects;
}

/// Whether the event changes a line of what was graded: of the project or of one that took it over,
/// of a project of the unit, of the fund. A list names no lines.
Result<bool> concerns(RuleCase& rule_case, std::string_view about, Fact::Reader fact) {
  if (about.starts_with("fund/")) {
    CF_LET(const auto subjects, subjects_of(fact));
    return std::find(subjects.begin(), subjects.end(), about) != subjects.end();
  }
  if (about.starts_with("list/")) return true;
  CF_LET(const auto projects, projects_of(fact));
  for (const std::string& project : projects) {
    CF_LET(const auto state,
           rule_case.after().state<ProjectState>(fmt::format("project/{}", project)));
    if (about == fmt::format("unit/{}", state.unit)) return true;
    CF_LET(const auto shares, predecessors_of(rule_case.after(), project));
    for (const Share& share : shares)
      if (about == fmt::format("project/{}", share.project)) return true;
  }
  return false;
}

/// R15: a result that was not reached is answered by money taken away, or by a reasoned waiver.
Result<void> check_answer(RuleCase& rule_case) {
  const auto applied = rule_case.fact.getResultApplied();
  const auto broken = [&](std::string finding, std::string_view remedy) {
    return report_breach(rule_case.deciding, "R15", std::move(finding), remedy);
  };
  if (applied.getWaived() && rule_case.deciding.command.getReason().size() == 0)
    CF_TRY(broken(
        fmt::format("what follows from grade {} is waived without a reason", applied.getGrade()),
        "Give the command's reason"));
  if (!applied.getWaived() && applied.getAnswers().size() == 0)
    CF_TRY(broken(fmt::format("grade {} is answered by no event", applied.getGrade()),
                  "Name the reduction, the clawback or the cut appropriation, or waive it"));
  for (const std::uint64_t answer : applied.getAnswers()) {
    CF_LET(const HeldRecord record, held_record(rule_case.after(), Sequence{answer}));
    CF_LET(const auto state, rule_case.after().state<EventState>(event_key(Sequence{answer})));
    if (!answers_a_grade(record.fact()) || state.reversed) {
      CF_TRY(broken(fmt::format("record {}, a {}, takes nothing away for a grade", answer,
                                fact_name(record.fact())),
                    "Name a reduction or a clawback with cause grade, or a cut appropriation"));
      continue;
    }
    CF_LET(const bool same, concerns(rule_case, view(applied.getAbout()), record.fact()));
    if (!same)
      CF_TRY(broken(fmt::format("record {}, a {}, takes nothing away from {}, which grade {} is "
                                "about",
                                answer, fact_name(record.fact()), view(applied.getAbout()),
                                applied.getGrade()),
                    "Name an event that does"));
  }
  return want_cited(rule_case.deciding, "R15", Sequence{applied.getGrade()}, "the grade");
}

}  // namespace

std::vector<Rule> result_rules() {
  return {{"R15", Fact::RESULT_APPLIED, check_answer}};
}

}  // namespace counterfoil
