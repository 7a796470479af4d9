#include <set>

#include "domain/fiscal_year.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// Every indicator of the target in force is attained to some degree, or the worst could be left
/// out.
Result<void> check_indicators(RuleCase& rule_case, schema::MonitoringChecked::Reader check) {
  CF_LET(const auto target, rule_case.after().state<TargetState>(
                                target_key(view(check.getAbout()), check.getFiscalYear())));
  if (target.approvals.empty()) return {};
  const Sequence in_force = target.approvals.back().target;
  CF_LET(const HeldRecord submitted, held_record(rule_case.after(), in_force));
  std::set<std::string_view> attained;
  for (const auto attainment : check.getAttainments())
    attained.insert(view(attainment.getIndicator()));
  for (const auto indicator : submitted.fact().getTargetSubmitted().getIndicators())
    if (!attained.contains(view(indicator.getName())))
      return report_breach(
          rule_case.deciding, "R14",
          fmt::format("the check of {} has no attainment of \"{}\", an indicator of target {}",
                      view(check.getAbout()), view(indicator.getName()), in_force.value),
          "Give the attainment of each indicator");
  return {};
}

/// R14: money and targets are watched together, and what is behind time gets a light.
Result<void> check_dual_monitoring(RuleCase& rule_case) {
  const auto check = rule_case.fact.getMonitoringChecked();
  const auto broken = [&](std::string finding, std::string_view remedy) {
    return report_breach(rule_case.deciding, "R14", std::move(finding), remedy);
  };
  if (check.getAttainments().size() == 0)
    CF_TRY(broken(
        fmt::format("the check of {} has no attainment of any indicator", view(check.getAbout())),
        "Give the attainment beside the execution rate"));
  else
    CF_TRY(check_indicators(rule_case, check));
  CF_LET(const auto ledger, rule_case.after().state<LedgerState>("ledger"));
  // A check that names no day is of the day from which it counts.
  const Date day{check.getCheckedOn() != 0 ? check.getCheckedOn()
                                           : rule_case.deciding.record.getEffectiveOn()};
  const std::int64_t elapsed = elapsed_basis_points(ledger, check.getFiscalYear(), day);
  const std::int64_t least = elapsed - rule_case.rules().monitoring_tolerance;
  if (check.getLight() != schema::MonitoringChecked::Light::GREEN) return {};
  const auto behind = [&](std::string_view what, std::int64_t rate) {
    return broken(fmt::format("{} is {} basis points when {} of the year have gone by; behind {} "
                              "the light is not green",
                              what, rate, elapsed, least),
                  "Give a yellow or a red light, and order a correction");
  };
  if (check.getExecutionRate() < least)
    return behind("the execution rate", check.getExecutionRate());
  for (const auto attainment : check.getAttainments())
    if (attainment.getAttained() < least)
      return behind(fmt::format("the attainment of \"{}\"", view(attainment.getIndicator())),
                    attainment.getAttained());
  return {};
}

/// R14: an order to correct rests on the check.
Result<void> check_correction(RuleCase& rule_case) {
  return want_cited(rule_case.deciding, "R14",
                    Sequence{rule_case.fact.getCorrectionOrdered().getCheck()}, "the check");
}

}  // namespace

std::vector<Rule> monitoring_rules() {
  return {{"R14", Fact::MONITORING_CHECKED, check_dual_monitoring},
          {"R14", Fact::CORRECTION_ORDERED, check_correction}};
}

}  // namespace counterfoil
