#include "domain/rules/rule.h"
#include "domain/subjects.h"

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
  return adjusted.getCause() == schema::BudgetAdjusted::Cause::GRADE &&
         (kind == Kind::REDUCTION || kind == Kind::CLAWBACK || kind == Kind::CANCELLATION);
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
    if (answers_a_grade(record.fact()) && !state.reversed) continue;
    CF_TRY(broken(fmt::format("record {}, a {}, takes nothing away for a grade", answer,
                              fact_name(record.fact())),
                  "Name a reduction or a clawback with cause grade, or a cut appropriation"));
  }
  return want_cited(rule_case.deciding, "R15", Sequence{applied.getGrade()}, "the grade");
}

}  // namespace

std::vector<Rule> result_rules() {
  return {{"R15", Fact::RESULT_APPLIED, check_answer}};
}

}  // namespace counterfoil
