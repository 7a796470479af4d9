#include <algorithm>
#include <map>

#include "domain/base.h"
#include "domain/grades.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// An appropriation that ceilings may apply to.
struct Appropriation {
  LineId line;
  Money amount;
};

/// Nothing where no ceiling can apply.
Result<std::optional<Appropriation>> appropriation_of(RuleCase& rule_case) {
  const auto fact = rule_case.fact.getBudgetAppropriated();
  CF_LET(const LineId line, parse_line(view(fact.getLine())));
  if (fact.getAmount() <= 0 || !rule_case.rules().is_expenditure(line.measure)) return std::nullopt;
  return Appropriation{line, Money{fact.getAmount()}};
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

/// Without a base there is no ceiling to compare with: an authority has to answer for the amount.
Result<void> report_missing_base(RuleCase& rule_case, std::string_view rule,
                                 const Appropriation& appropriation, const Base& base,
                                 std::string_view why) {
  const LineId& line = appropriation.line;
  const std::string missing =
      base.is_rounded_away
          ? fmt::format("the shares of what it took over leave {}", words_of(base))
          : fmt::format(
                "the ledger holds no appropriation of {} for fund {}, measure {} and item "
                "{}",
                line.fiscal_year - 1, line.fund, line.measure, line.item);
  return want_override(
      rule_case.deciding, rule,
      fmt::format("{} limits the {} minor units for project {} to a part of the base, and {}", why,
                  appropriation.amount.minor, line.project, missing),
      "Record the base, or propose the project with its predecessor");
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

/// A ceiling of R4, and what it comes from.
struct GradeCeiling {
  GradeCut cut;
  Base base;
  Money amount;
};

/// The ceiling that a grade sets for the amount; nothing where none does, or where there is no base
/// and an authority answers for it.
Result<std::optional<GradeCeiling>> grade_ceiling(RuleCase& rule_case,
                                                  const Appropriation& appropriation) {
  const LineId& line = appropriation.line;
  CF_LET(const auto cut,
         grade_cut(rule_case.before, rule_case.rules(), line.project, line.fiscal_year));
  if (!cut) return std::nullopt;
  CF_LET(Base base, base_of(rule_case.before, rule_case.rules(), line));
  if (base.is_missing()) {
    CF_TRY(report_missing_base(rule_case, "R4", appropriation, base,
                               fmt::format("the grade of record {} ({})", cut->grade.sequence.value,
                                           grade_name(cut->grade.grade))));
    return std::nullopt;
  }
  if (base.amount.minor <= 0) return std::nullopt;
  const Money ceiling = floor_of(base.amount, cut->step.ceiling);
  return GradeCeiling{*cut, std::move(base), ceiling};
}

Result<void> report_above(RuleCase& rule_case, const GradeCeiling& ceiling, std::string_view what,
                          std::string_view remedy, const Appropriation& above) {
  const auto& [why, step] = ceiling.cut;
  return report_breach(
      rule_case.deciding, "R4",
      fmt::format("{} above the ceiling of {}: {} basis points of {}, for the grade {} of record "
                  "{}",
                  what, ceiling.amount.minor, step.ceiling, words_of(ceiling.base),
                  grade_name(why.grade), why.sequence.value),
      remedy, Excess{format_line(above.line), above.amount, ceiling.amount});
}

Result<void> want_ceiling_cited(RuleCase& rule_case, const GradeCeiling& ceiling) {
  CF_TRY(want_cited(rule_case.deciding, "R4", ceiling.cut.grade.sequence, "the grade"));
  return want_base_cited(rule_case, "R4", ceiling.base);
}

/// R4: a base that is declared is the ledger's own, where it has one, and a cut for a grade has a
/// grade that asks for it.
Result<void> check_declared(RuleCase& rule_case) {
  const auto fact = rule_case.fact.getBudgetAppropriated();
  CF_LET(const LineId line, parse_line(view(fact.getLine())));
  if (fact.getBase() != 0) {
    CF_LET(const Base base, base_of(rule_case.before, rule_case.rules(), line));
    if (!base.is_missing() && base.amount.minor != fact.getBase())
      CF_TRY(report_breach(rule_case.deciding, "R4",
                           fmt::format("a base of {} is declared, and the ledger holds {}",
                                       fact.getBase(), words_of(base)),
                           "Declare that one, or none"));
  }
  if (fact.getCutForGrade() <= 0) return {};
  CF_LET(const auto cut,
         grade_cut(rule_case.before, rule_case.rules(), line.project, line.fiscal_year));
  if (cut) return {};
  return report_breach(
      rule_case.deciding, "R4",
      fmt::format("{} minor units are a cut for a grade, and no grade of project {} asks for one "
                  "in {}",
                  fact.getCutForGrade(), line.project, line.fiscal_year),
      "Leave cutForGrade out, or record the gradeAssigned first");
}

/// R4: an unsatisfactory grade limits the next amount.
Result<void> check_grade_cut(RuleCase& rule_case) {
  CF_TRY(check_declared(rule_case));
  CF_LET(const auto appropriation, appropriation_of(rule_case));
  if (!appropriation) return {};
  const auto& [line, amount] = *appropriation;
  CF_LET(const auto ceiling, grade_ceiling(rule_case, *appropriation));
  if (!ceiling) return {};
  if (amount > ceiling->amount)
    CF_TRY(report_above(rule_case, *ceiling, fmt::format("{} minor units are", amount.minor),
                        fmt::format("Appropriate at most {}", ceiling->amount.minor),
                        *appropriation));
  if (ceiling->cut.step.redesign) CF_TRY(check_redesigned(rule_case, line, ceiling->cut.grade));
  return want_ceiling_cited(rule_case, *ceiling);
}

/// The lines that an adjustment gives more money of their own year: not what is carried into them,
/// and not what a statement finds.
Result<std::map<std::string_view, LineId>> lines_given_more(RuleCase& rule_case) {
  std::map<std::string_view, LineId> lines;
  const auto adjusted = rule_case.fact.getBudgetAdjusted();
  if (adjusted.getKind() == schema::BudgetAdjusted::Kind::CARRY_OVER ||
      adjusted.getKind() == schema::BudgetAdjusted::Kind::RESTATEMENT)
    return lines;
  for (const auto leg : adjusted.getLegs()) {
    CF_LET(const LineId line, parse_line(view(leg.getLine())));
    const bool is_own = leg.getVintage() == 0 || leg.getVintage() == line.fiscal_year;
    if (leg.getAmount() > 0 && is_own && rule_case.rules().is_expenditure(line.measure))
      lines.emplace(view(leg.getLine()), line);
  }
  return lines;
}

/// R4: what is cut at the start of the year does not come back in the course of it.
Result<void> check_cut_stays(RuleCase& rule_case) {
  CF_LET(const auto lines, lines_given_more(rule_case));
  for (const auto& [name, line] : lines) {
    CF_LET(const auto state, rule_case.after().state<LineState>(name));
    const auto own = std::find_if(
        state.vintages.begin(), state.vintages.end(),
        [&](const Vintage& vintage) { return vintage.fiscal_year == line.fiscal_year; });
    if (own == state.vintages.end() || own->amount.minor <= 0) continue;
    CF_LET(const auto ceiling, grade_ceiling(rule_case, {line, own->amount}));
    if (!ceiling || own->amount <= ceiling->amount) continue;
    CF_TRY(report_above(rule_case, *ceiling,
                        fmt::format("the {} minor units of {} that {} would have are",
                                    own->amount.minor, line.fiscal_year, name),
                        fmt::format("Give it no more than makes {}", ceiling->amount.minor),
                        {line, own->amount}));
    CF_TRY(want_ceiling_cited(rule_case, *ceiling));
  }
  return {};
}

/// R5 concerns key special projects, but not what serves people's livelihood or is rigid.
bool is_cut_across_the_board(schema::ProjectClassified::Reader classified) {
  return classified.getKey() && !classified.getLivelihood() &&
         classified.getExpenditure() == schema::ProjectClassified::Expenditure::SPECIAL &&
         classified.getObligation() == schema::ProjectClassified::Obligation::NONE;
}

bool serves(std::string_view pool, std::string_view purpose) {
  return pool == purpose || (pool.starts_with(purpose) &&
                             (pool[purpose.size()] == '-' || pool[purpose.size()] == '.'));
}

/// What the cut takes off goes to a pool for what matters more.
Result<void> check_saving(RuleCase& rule_case, Money saving) {
  const auto fact = rule_case.fact.getBudgetAppropriated();
  const auto& purposes = rule_case.rules().saving_purposes;
  const std::string_view pool = view(fact.getPool());
  const Wide declared = static_cast<Wide>(fact.getCutForGrade()) + fact.getCutAcrossTheBoard();
  if (pool.empty() || declared < saving.minor)
    return report_breach(
        rule_case.deciding, "R5",
        fmt::format("of the saving of {} minor units, {} go to a pool", saving.minor,
                    pool.empty() ? Wide{0} : declared),
        fmt::format("Give the saving in cutForGrade and cutAcrossTheBoard, and the pool for {} "
                    "that it goes to",
                    fmt::join(purposes, " or ")));
  if (std::any_of(purposes.begin(), purposes.end(),
                  [&](const std::string& purpose) { return serves(pool, purpose); }))
    return {};
  return report_breach(rule_case.deciding, "R5",
                       fmt::format("the saving of {} minor units goes to pool {}, which is not for "
                                   "{}",
                                   saving.minor, pool, fmt::join(purposes, " or ")),
                       "Name a pool whose name begins with that");
}

/// The ceiling of R5, and how it comes about. Where ceilings compound, R5 takes its part of what R4
/// leaves.
struct Ceiling {
  Money amount;
  std::string how;
};
Result<Ceiling> across_the_board_of(RuleCase& rule_case, const LineId& line, const Base& base) {
  const RuleSet& rules = rule_case.rules();
  Ceiling ceiling{floor_of(base.amount, rules.across_the_board),
                  fmt::format("{} basis points of {}", rules.across_the_board, words_of(base))};
  if (!rules.ceilings_compound || rules.mode("R4") == RuleMode::off) return ceiling;
  CF_LET(const auto cut, grade_cut(rule_case.before, rules, line.project, line.fiscal_year));
  if (!cut) return ceiling;
  ceiling.amount = floor_of(floor_of(base.amount, cut->step.ceiling), rules.across_the_board);
  ceiling.how =
      fmt::format("{} basis points of {} basis points (for the grade {} of record {}) of {}",
                  rules.across_the_board, cut->step.ceiling, grade_name(cut->grade.grade),
                  cut->grade.sequence.value, words_of(base));
  return ceiling;
}

Result<void> check_across_the_board(RuleCase& rule_case) {
  CF_LET(const auto appropriation, appropriation_of(rule_case));
  if (!appropriation) return {};
  const auto& [line, amount] = *appropriation;
  CF_LET(const auto classified, classification(rule_case.after(), line.project));
  if (!classified || !is_cut_across_the_board(classified->fact().getProjectClassified())) return {};
  CF_LET(const Base base, base_of(rule_case.before, rule_case.rules(), line));
  if (base.is_missing())
    return report_missing_base(
        rule_case, "R5", *appropriation, base,
        fmt::format("the classification as a key special project (record {})",
                    classified->sequence().value));
  if (base.amount.minor <= 0) return {};
  CF_LET(const Ceiling ceiling, across_the_board_of(rule_case, line, base));
  if (amount > ceiling.amount)
    CF_TRY(report_breach(
        rule_case.deciding, "R5",
        fmt::format("{} minor units are above the ceiling of {}: {}, for a key special project "
                    "(record {})",
                    amount.minor, ceiling.amount.minor, ceiling.how, classified->sequence().value),
        fmt::format("Appropriate at most {}", ceiling.amount.minor),
        Excess{format_line(line), amount, ceiling.amount}));
  else
    CF_TRY(check_saving(rule_case, Money{base.amount.minor - ceiling.amount.minor}));
  CF_TRY(want_cited(rule_case.deciding, "R5", classified->sequence(), "the classification"));
  return want_base_cited(rule_case, "R5", base);
}

}  // namespace

std::vector<Rule> ceiling_rules() {
  return {{"R4", Fact::BUDGET_APPROPRIATED, check_grade_cut},
          {"R4", Fact::BUDGET_ADJUSTED, check_cut_stays},
          {"R5", Fact::BUDGET_APPROPRIATED, check_across_the_board}};
}

}  // namespace counterfoil
