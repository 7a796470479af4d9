#include <set>

#include "codec/line.h"
#include "domain/effects.h"
#include "domain/fiscal_year.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// What has the year closed, where it is closed.
Result<std::optional<Sequence>> close_of(Book& book, std::int32_t year) {
  CF_LET(const auto closed, newest(book, Fact::PERIOD_CLOSED, std::to_string(year)));
  if (!closed || !closed->fact().isPeriodClosed()) return std::nullopt;
  return closed->sequence();
}

Result<std::int32_t> effective_year(RuleCase& rule_case) {
  CF_LET(const auto ledger, rule_case.after().state<LedgerState>("ledger"));
  return fiscal_year_of(ledger, Date{rule_case.deciding.record.getEffectiveOn()});
}

/// R18: a year that was closed is not changed behind its close.
Result<void> check_closed_year(RuleCase& rule_case) {
  CF_LET(const std::int32_t year, effective_year(rule_case));
  CF_LET(const auto closed, close_of(rule_case.after(), year));
  if (!closed) return {};
  return report_breach(
      rule_case.deciding, "R18",
      fmt::format("it would count from {}, and fiscal year {} was closed by record {}",
                  format_date(Date{rule_case.deciding.record.getEffectiveOn()}), year,
                  closed->value),
      "Let it count from a day after the close, or record a periodReopened first");
}

/// Whether the fact settles a closed year: unspent money is carried over and clawed back behind it.
bool is_of_the_close(Fact::Reader fact) {
  using Kind = schema::BudgetAdjusted::Kind;
  if (!fact.isBudgetAdjusted()) return false;
  const Kind kind = fact.getBudgetAdjusted().getKind();
  return kind == Kind::CARRY_OVER || kind == Kind::CLAWBACK;
}

/// R18: nor are its lines, whatever day it would count from; next year's base is made of them. What
/// is committed and paid on them is refused in any case.
Result<void> check_closed_lines(RuleCase& rule_case) {
  CF_TRY(check_closed_year(rule_case));
  if (is_of_the_close(rule_case.fact)) return {};
  CF_LET(const std::int32_t effective, effective_year(rule_case));
  std::set<std::string_view> lines;
  CF_TRY(for_each_line_effect(rule_case.fact, [&](const LineEffect& effect) -> Result<void> {
    lines.insert(effect.line);
    return {};
  }));
  for (const std::string_view line : lines) {
    CF_LET(const LineId id, parse_line(line));
    if (id.fiscal_year == effective) continue;
    CF_LET(const auto closed, close_of(rule_case.after(), id.fiscal_year));
    if (closed)
      CF_TRY(report_breach(rule_case.deciding, "R18",
                           fmt::format("{} is a line of fiscal year {}, which was closed by record "
                                       "{}",
                                       line, id.fiscal_year, closed->value),
                           "Use a line of an open year, or record a periodReopened first"));
  }
  return {};
}

/// R18: a correction names the original among its evidence.
Result<void> check_reversal(RuleCase& rule_case) {
  CF_TRY(check_closed_year(rule_case));
  return want_cited(rule_case.deciding, "R18",
                    Sequence{rule_case.fact.getEventReversed().getEvent()}, "the original");
}

}  // namespace

std::vector<Rule> correction_rules() {
  return {{"R18", Fact::BUDGET_APPROPRIATED, check_closed_lines},
          {"R18", Fact::BUDGET_ADJUSTED, check_closed_lines},
          {"R18", Fact::BUDGET_STATED, check_closed_year},
          {"R18", Fact::COMMITMENT_RECORDED, check_closed_year},
          {"R18", Fact::PAYMENT_RECORDED, check_closed_year},
          {"R18", Fact::EVENT_REVERSED, check_reversal}};
}

}  // namespace counterfoil
