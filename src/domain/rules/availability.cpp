#include <algorithm>
#include <set>

#include "domain/effects.h"
#include "domain/line.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// What a line has committed and paid beyond its current budget; 0 where it has not. A budget below
/// 0 allows as little as an empty one, unless `to_the_last` counts what it lacks as well.
Money overdrawn(const LineState& line, bool to_the_last) {
  const auto used = add(line.committed, line.spent);
  const Money limit{to_the_last ? line.current.minor
                                : std::max<std::int64_t>(line.current.minor, 0)};
  const auto over = used ? subtract(*used, limit) : std::nullopt;
  return over ? Money{std::max<std::int64_t>(over->minor, 0)} : Money{INT64_MAX};
}

/// Whether the fact moves money out of the line to where it appears again: then the line must have
/// had it.
bool moves_out_of(Fact::Reader fact, std::string_view line) {
  using Kind = schema::BudgetAdjusted::Kind;
  if (!fact.isBudgetAdjusted()) return false;
  const auto adjusted = fact.getBudgetAdjusted();
  const Kind kind = adjusted.getKind();
  if (kind != Kind::VIREMENT && kind != Kind::RESERVE_DRAW && kind != Kind::CLAWBACK &&
      kind != Kind::CARRY_OVER)
    return false;
  for (const auto leg : adjusted.getLegs())
    if (view(leg.getLine()) == line && leg.getAmount() < 0) return true;
  return false;
}

/// Rule R19: commitments and payments stay within the current budget. An event that leaves a line
/// no worse than it was breaks nothing.
Result<void> check_available(RuleCase& rule_case) {
  Deciding& deciding = rule_case.deciding;
  const auto fact = rule_case.fact;
  std::set<std::string_view> lines;
  CF_TRY(for_each_line_effect(fact, [&](const LineEffect& effect) -> Result<void> {
    lines.insert(effect.line);
    return {};
  }));
  for (const std::string_view line : lines) {
    CF_LET(const LineId id, parse_line(line));
    if (!rule_case.rules().is_expenditure(id.measure)) continue;
    CF_LET(const auto was, rule_case.before.state<LineState>(line));
    CF_LET(const auto is, deciding.book.state<LineState>(line));
    const bool to_the_last = moves_out_of(fact, line);
    if (overdrawn(is, to_the_last) <= overdrawn(was, to_the_last)) continue;
    CF_TRY(report_breach(
        deciding, "R19",
        fmt::format("{} would have {} minor units committed and {} paid on a current budget of {}",
                    line, is.committed.minor, is.spent.minor, is.current.minor),
        "Record a supplement or a virement to the line first"));
  }
  return {};
}

}  // namespace

std::vector<Rule> availability_rules() {
  return {{"R19", Fact::BUDGET_APPROPRIATED, check_available},
          {"R19", Fact::BUDGET_ADJUSTED, check_available},
          {"R19", Fact::BUDGET_STATED, check_available},
          {"R19", Fact::COMMITMENT_RECORDED, check_available},
          {"R19", Fact::PAYMENT_RECORDED, check_available},
          {"R19", Fact::EVENT_REVERSED, check_available}};
}

}  // namespace counterfoil
