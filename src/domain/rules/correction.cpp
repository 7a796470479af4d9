#include "domain/fiscal_year.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// R18: a year that was closed is not changed behind its close.
Result<void> check_closed_year(RuleCase& rule_case) {
  CF_LET(const auto ledger, rule_case.after().state<LedgerState>("ledger"));
  const Date effective{rule_case.deciding.record.getEffectiveOn()};
  const std::int32_t year = fiscal_year_of(ledger, effective);
  CF_LET(const auto closed, newest(rule_case.after(), Fact::PERIOD_CLOSED, std::to_string(year)));
  if (!closed || !closed->fact().isPeriodClosed()) return {};
  return report_breach(
      rule_case.deciding, "R18",
      fmt::format("it would count from {}, and fiscal year {} was closed by record {}",
                  format_date(effective), year, closed->sequence().value),
      "Let it count from a day after the close, or record a periodReopened first");
}

/// R18: a correction names the original among its evidence.
Result<void> check_reversal(RuleCase& rule_case) {
  CF_TRY(check_closed_year(rule_case));
  return want_cited(rule_case.deciding, "R18",
                    Sequence{rule_case.fact.getEventReversed().getEvent()}, "the original");
}

}  // namespace

std::vector<Rule> correction_rules() {
  return {{"R18", Fact::BUDGET_APPROPRIATED, check_closed_year},
          {"R18", Fact::BUDGET_ADJUSTED, check_closed_year},
          {"R18", Fact::BUDGET_STATED, check_closed_year},
          {"R18", Fact::COMMITMENT_RECORDED, check_closed_year},
          {"R18", Fact::PAYMENT_RECORDED, check_closed_year},
          {"R18", Fact::EVENT_REVERSED, check_reversal}};
}

}  // namespace counterfoil
