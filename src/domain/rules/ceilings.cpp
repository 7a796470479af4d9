#include <algorithm>

#include "domain/base.h"
#include "domain/fiscal_year.h"
#include "domain/grades.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// An appropriation that ceilings may apply to, with its base.
struct Appropriation {
  LineId line;
  Money amount;
  Base base;
};

/// Nothing where no ceiling can apply.
Result<std::optional<Appropriation>> appropriation_of(RuleCase& rule_case) {
  const auto fact = rule_case.fact.getBudgetAppropriated();
  CF_LET(const LineId line, parse_line(view(fact.getLine())));
  if (fact.getAmount() <= 0 || !rule_case.rules().is_expenditure(line.measure)) return std::nullopt;
  CF_LET(Base base, base_of(rule_case.before, rule_case.rules(), line));
  return Appropriation{line, Money{fact.getAmount()}, std::move(base)};
}

/// The grade that decides on the project: its own, or the worst of its predecessors', so that a new
/// registration does not escape.
Result<std::optional<DecidingGrade>> grade_of(RuleCase& rule_case, const LineId& line) {
  std::optional<DecidingGrade> worst;
  CF_LET(const auto shares, predecessors_of(rule_case.before, line.project));
  for (const Share& share : shares) {
    CF_LET(const auto grade,
           deciding_grade(rule_case.before, rule_case.rules(), share.project, line.fiscal_year));
    if (grade && (!worst || grade->grade.grade > worst->grade.grade)) worst = grade;
  }
  return worst;
}

/// What the rule set makes of the grade; nothing where it is satisfactory.
std::optional<CutStep> step_of(const RuleSet& rules, const std::optional<DecidingGrade>& grade) {
  if (!grade || !grade->grade.is_unsatisfactory()) return std::nullopt;
  const auto& steps =
      grade->grade.grade == schema::GradeAssigned::Grade::POOR ? rules.poor : rules.medium;
  return steps[std::min(grade->running, steps.size()) - 1];
}

Result<void> want_base_cited(RuleCase& rule_case, std::string_view rule, const Base& base) {
  for (const Sequence appropriation : base.appropriations)
    CF_TRY(want_cited(rule_case.deciding, rule, appropriation, "the base's appropriation"));
  return {};
}

/// "on a base of 1000 (record 9)"
std::string words_of(const Base& base) {
  std::vector<std::uint64_t> records;
  records.reserve(base.appropriations.size());
  for (const Sequence sequence : base.appropriations) records.push_back(sequence.value);
  return fmt::format("a base of {} (record {})", base.amount.minor, fmt::join(records, ", "));
}

Result<void> check_redesigned(RuleCase& rule_case, const LineId& line, const Grade& grade) {
  const std::string about = fmt::format("project/{}", line.project);
  CF_LET(const auto target,
         rule_case.after().state<TargetState>(target_key(about, line.fiscal_year)));
  if (!target.approvals.empty() && target.approvals.back().target > grade.sequence) return {};
  return report_breach(
      rule_case.deciding, "R4",
      fmt::format("{} was unsatisfactory again, last by record {} ({}), and was not redesigned",
                  about, grade.sequence.value, grade_name(grade.grade)),
      fmt::format("Submit a new target for {} and have it approved first", line.fiscal_year));
}

/// R4: an unsatisfactory grade limits the next amount.
Result<void> check_grade_cut(RuleCase& rule_case) {
  CF_LET(const auto appropriation, appropriation_of(rule_case));
  if (!appropriation) return {};
  const auto& [line, amount, base] = *appropriation;
  CF_LET(const auto grade, grade_of(rule_case, line));
  const auto step = step_of(rule_case.rules(), grade);
  if (!step) return {};
  const Grade& why = grade->grade;
  if (base.appropriations.empty())
    return report_breach(
        rule_case.deciding, "R4",
        fmt::format("the grade of record {} ({}) limits project {} to a part of its base, and the "
                    "ledger holds no appropriation of {} on this line",
                    why.sequence.value, grade_name(why.grade), line.project, line.fiscal_year - 1),
        "Record the base, or declare the predecessor");
  if (base.amount.minor <= 0) return {};
  const Money ceiling = floor_of(base.amount, step->ceiling);
  if (amount > ceiling)
    CF_TRY(report_breach(
        rule_case.deciding, "R4",
        fmt::format("{} minor units are above the ceiling of {}: {} basis points of {}, for the "
                    "grade {} of record {}",
                    amount.minor, ceiling.minor, step->ceiling, words_of(base),
                    grade_name(why.grade), why.sequence.value),
        fmt::format("Appropriate at most {}", ceiling.minor)));
  if (step->redesign) CF_TRY(check_redesigned(rule_case, line, why));
  CF_TRY(want_cited(rule_case.deciding, "R4", why.sequence, "the grade"));
  return want_base_cited(rule_case, "R4", base);
}

/// R5 concerns key special projects, but not what serves people's livelihood or is rigid.
bool is_cut_across_the_board(schema::ProjectClassified::Reader classified) {
  return classified.getKey() && !classified.getLivelihood() &&
         classified.getExpenditure() == schema::ProjectClassified::Expenditure::SPECIAL &&
         classified.getObligation() == schema::ProjectClassified::Obligation::NONE;
}

Result<void> check_across_the_board(RuleCase& rule_case) {
  CF_LET(const auto appropriation, appropriation_of(rule_case));
  if (!appropriation) return {};
  const auto& [line, amount, base] = *appropriation;
  CF_LET(const auto classified, classification(rule_case.after(), line.project));
  if (!classified || !is_cut_across_the_board(classified->fact().getProjectClassified())) return {};
  if (base.appropriations.empty() || base.amount.minor <= 0) return {};
  Money ceiling = floor_of(base.amount, rule_case.rules().across_the_board);
  if (rule_case.rules().ceilings_compound) {
    CF_LET(const auto grade, grade_of(rule_case, line));
    if (const auto step = step_of(rule_case.rules(), grade))
      ceiling = floor_of(floor_of(base.amount, step->ceiling), rule_case.rules().across_the_board);
  }
  if (amount > ceiling)
    CF_TRY(report_breach(
        rule_case.deciding, "R5",
        fmt::format("{} minor units are above the ceiling of {}: {} basis points of {}, for a key "
                    "special project (record {})",
                    amount.minor, ceiling.minor, rule_case.rules().across_the_board, words_of(base),
                    classified->sequence().value),
        fmt::format("Appropriate at most {}", ceiling.minor)));
  const auto fact = rule_case.fact.getBudgetAppropriated();
  if (fact.getCutAcrossTheBoard() > 0 && fact.getPool().size() == 0)
    CF_TRY(report_breach(
        rule_case.deciding, "R5",
        fmt::format("the saving of {} minor units goes to no pool", fact.getCutAcrossTheBoard()),
        "Name the pool in `pool`"));
  CF_TRY(want_cited(rule_case.deciding, "R5", classified->sequence(), "the classification"));
  return want_base_cited(rule_case, "R5", base);
}

Result<void> check_expired(RuleCase& rule_case, const Appropriation& appropriation,
                           const HeldRecord& classified) {
  const auto fact = classified.fact().getProjectClassified();
  const LineId& line = appropriation.line;
  CF_LET(const auto ledger, rule_case.after().state<LedgerState>("ledger"));
  const Date start = first_day(ledger, line.fiscal_year);
  if (fact.getHasExpiresOn() && Date{fact.getExpiresOn()} < start)
    CF_TRY(report_breach(
        rule_case.deciding, "R6",
        fmt::format("{} minor units for project {}, whose policy ended on {} (record {})",
                    appropriation.amount.minor, line.project,
                    format_date(Date{fact.getExpiresOn()}), classified.sequence().value),
        "Appropriate 0, or classify the project anew"));
  CF_LET(const auto closed, newest(rule_case.after(), Fact::PROJECT_CLOSED, line.project));
  if (fact.getOneOff() && closed &&
      closed->fact().getProjectClosed().getOutcome() == schema::ProjectClosed::Outcome::FINISHED)
    CF_TRY(report_breach(
        rule_case.deciding, "R6",
        fmt::format("{} minor units for the one-off project {}, finished by record {}",
                    appropriation.amount.minor, line.project, closed->sequence().value),
        "Appropriate 0"));
  return {};
}

/// R6: last year's money is no reason for this year's; a review is.
Result<void> check_zero_base(RuleCase& rule_case) {
  CF_LET(const auto appropriation, appropriation_of(rule_case));
  if (!appropriation) return {};
  const LineId& line = appropriation->line;
  CF_LET(const auto classified, classification(rule_case.after(), line.project));
  if (classified) CF_TRY(check_expired(rule_case, *appropriation, *classified));
  const bool is_key = classified && classified->fact().getProjectClassified().getKey();
  if (!rule_case.rules().all_projects_need_reviews && !is_key) return {};
  CF_LET(const auto review,
         newest(rule_case.after(), Fact::ITEM_REVIEWED, key_of(line.fiscal_year, line.project)));
  if (!review)
    return report_breach(
        rule_case.deciding, "R6",
        fmt::format("{} minor units for project {} in {} rest on no review of the item",
                    appropriation->amount.minor, line.project, line.fiscal_year),
        "Record a budgetRequested and an itemReviewed first");
  const auto allowed = review->fact().getItemReviewed();
  CF_LET(const auto sums, project_sums(rule_case.after(), rule_case.rules(), line.fiscal_year,
                                       line.project, view(allowed.getFund())));
  if (view(allowed.getFund()) != line.fund || sums.original.minor > allowed.getAmount())
    CF_TRY(report_breach(
        rule_case.deciding, "R6",
        fmt::format("project {} would have {} minor units of fund {}; the review of record {} "
                    "allows {} of fund {}",
                    line.project,
                    view(allowed.getFund()) == line.fund ? sums.original.minor
                                                         : appropriation->amount.minor,
                    line.fund, review->sequence().value, allowed.getAmount(),
                    view(allowed.getFund())),
        "Appropriate no more than was allowed, or review the item again"));
  return want_cited(rule_case.deciding, "R6", review->sequence(), "the item's review");
}

}  // namespace

std::vector<Rule> ceiling_rules() {
  return {{"R4", Fact::BUDGET_APPROPRIATED, check_grade_cut},
          {"R5", Fact::BUDGET_APPROPRIATED, check_across_the_board},
          {"R6", Fact::BUDGET_APPROPRIATED, check_zero_base}};
}

}  // namespace counterfoil
