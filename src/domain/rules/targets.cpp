#include "codec/line.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// Whether the rule set wants a target for the project.
Result<bool> needs_target(RuleCase& rule_case, std::string_view project) {
  if (rule_case.rules().all_projects_need_targets) return true;
  CF_LET(const auto classified, classification(rule_case.after(), project));
  return classified && classified->fact().getProjectClassified().getKey();
}

/// R1: no money before an approved target.
Result<void> check_target_first(RuleCase& rule_case) {
  const auto appropriated = rule_case.fact.getBudgetAppropriated();
  CF_LET(const LineId line, parse_line(view(appropriated.getLine())));
  if (appropriated.getAmount() <= 0 || !rule_case.rules().is_expenditure(line.measure)) return {};
  CF_LET(const bool needed, needs_target(rule_case, line.project));
  if (!needed) return {};
  const std::string about = fmt::format("project/{}", line.project);
  CF_LET(const auto target,
         rule_case.after().state<TargetState>(target_key(about, line.fiscal_year)));
  if (target.approvals.empty()) {
    CF_LET(const auto submitted,
           newest(rule_case.after(), Fact::TARGET_SUBMITTED, key_of(line.fiscal_year, about)));
    return report_breach(
        rule_case.deciding, "R1",
        fmt::format("{} would get {} minor units for {} without an approved target; {}", about,
                    appropriated.getAmount(), line.fiscal_year,
                    submitted
                        ? fmt::format("record {} is not approved", submitted->sequence().value)
                        : "none was submitted"),
        submitted ? fmt::format("Record a targetApproved of {} first", submitted->sequence().value)
                  : fmt::format("Record a targetSubmitted and a targetApproved for {} first",
                                line.fiscal_year));
  }
  return want_cited(rule_case.deciding, "R1", target.approvals.back().approval,
                    "the target's approval");
}

/// The target that a request rests on: the version in force; before there is one, the newest that
/// was not returned.
Result<std::optional<HeldRecord>> target_of(Book& book, std::string_view about,
                                            std::int32_t fiscal_year) {
  CF_LET(const auto state, book.state<TargetState>(target_key(about, fiscal_year)));
  if (!state.approvals.empty()) {
    CF_LET(HeldRecord in_force, held_record(book, state.approvals.back().target));
    return std::optional<HeldRecord>(std::move(in_force));
  }
  CF_LET(const auto submitted, standing(book, Fact::TARGET_SUBMITTED, key_of(fiscal_year, about)));
  for (auto at = submitted.rbegin(); at != submitted.rend(); ++at) {
    CF_LET(const auto returned, standing(book, Fact::TARGET_RETURNED, key_of(*at)));
    if (!returned.empty()) continue;
    CF_LET(HeldRecord record, held_record(book, *at));
    return std::optional<HeldRecord>(std::move(record));
  }
  return std::nullopt;
}

/// Whether the unit is that one, or took it over by mergers (which end somewhere: a unit that was
/// merged is reorganised no more).
Result<bool> stands_for(Book& book, std::string_view unit, std::string_view other) {
  std::string at(other);
  while (!at.empty() && at != unit) {
    CF_LET(const auto state, book.state<UnitState>(fmt::format("unit/{}", at)));
    at = state.merged_into;
  }
  return at == unit;
}

/// R3: the unit that applies is the one that set the target, or took it over.
Result<void> check_who_applies(RuleCase& rule_case) {
  const auto request = rule_case.fact.getBudgetRequested();
  const std::string_view project = view(request.getProject());
  CF_LET(const auto target,
         target_of(rule_case.after(), fmt::format("project/{}", project), request.getFiscalYear()));
  if (!target) {
    CF_LET(const bool needed, needs_target(rule_case, project));
    if (!needed) return {};
    return report_breach(rule_case.deciding, "R3",
                         fmt::format("unit {} applies for project {}, for which no target of {} "
                                     "stands",
                                     view(request.getUnit()), project, request.getFiscalYear()),
                         "Record the unit's targetSubmitted first");
  }
  const std::string_view by = view(target->fact().getTargetSubmitted().getUnit());
  CF_LET(const bool own, stands_for(rule_case.after(), view(request.getUnit()), by));
  if (!own)
    return report_breach(
        rule_case.deciding, "R3",
        fmt::format("unit {} applies for project {}, whose target, record {}, unit {} submitted",
                    view(request.getUnit()), project, target->sequence().value, by),
        "Let that unit apply, or have a target of this one approved first");
  return want_cited(rule_case.deciding, "R3", target->sequence(), "the target");
}

}  // namespace

std::vector<Rule> target_rules() {
  return {{"R1", Fact::BUDGET_APPROPRIATED, check_target_first},
          {"R3", Fact::BUDGET_REQUESTED, check_who_applies}};
}

}  // namespace counterfoil
