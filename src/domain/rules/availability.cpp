#include <algorithm>
#include <set>

#include "codec/line.h"
#include "domain/effects.h"
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

/// Whether all that the adjustment does to expenditure lines stays within one project and fund.
Result<bool> is_within_a_project(const RuleSet& rules, schema::BudgetAdjusted::Reader adjusted) {
  std::set<std::pair<std::string_view, std::string_view>> places;
  for (const auto leg : adjusted.getLegs()) {
    CF_LET(const LineId id, parse_line(view(leg.getLine())));
    if (rules.is_expenditure(id.measure)) places.emplace(id.project, id.fund);
  }
  return places.size() == 1;
}

/// Whether the fact moves money out of the line to where it appears again: then the line must have
/// had it. Published years move money between projects before it is there, so that a virement is
/// held to it within one project and fund only.
Result<bool> moves_out_of(const RuleSet& rules, Fact::Reader fact, std::string_view line) {
  using Kind = schema::BudgetAdjusted::Kind;
  if (!fact.isBudgetAdjusted()) return false;
  const auto adjusted = fact.getBudgetAdjusted();
  bool out = false;
  for (const auto leg : adjusted.getLegs())
    out = out || (view(leg.getLine()) == line && leg.getAmount() < 0);
  if (!out) return false;
  if (adjusted.getKind() == Kind::VIREMENT) return is_within_a_project(rules, adjusted);
  return adjusted.getKind() == Kind::CLAWBACK || adjusted.getKind() == Kind::CARRY_OVER;
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
    CF_LET(const bool to_the_last, moves_out_of(rule_case.rules(), fact, line));
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
