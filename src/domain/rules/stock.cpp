#include <algorithm>
#include <map>
#include <tuple>

#include "codec/line.h"
#include "domain/rules/rule.h"
#include "domain/vintages.h"

namespace counterfoil {
namespace {

using schema::Fact;

Money unspent(const LineState& line, std::int32_t vintage) {
  for (const Vintage& left : unspent_by_vintage(line))
    if (left.fiscal_year == vintage) return left.amount;
  return {};
}

Wide unspent(const LineState& line) {
  return std::max<Wide>(Wide{line.current.minor} - line.spent.minor, 0);
}

/// What the adjustment's legs take out of a line, by vintage: several legs share what is unspent.
using Carried = std::map<std::pair<std::string_view, std::int32_t>, Wide>;

std::int32_t vintage_of(schema::Leg::Reader leg, const LineId& line) {
  return leg.getVintage() == 0 ? line.fiscal_year : leg.getVintage();
}

/// "under its classification (record 10)"
std::string words_of(const std::optional<HeldRecord>& classified) {
  if (!classified) return "without a classification";
  return fmt::format("under the classification of record {}", classified->sequence().value);
}

/// One leg that takes unspent money out of a year.
Result<void> check_carried_out(RuleCase& rule_case, schema::Leg::Reader leg, const LineId& line,
                               Carried& carried) {
  const std::int32_t vintage = vintage_of(leg, line);
  CF_LET(const auto classified, classification(rule_case.after(), line.project));
  const Lapse lapse = lapse_of(rule_case.rules(), classified, line.fiscal_year, vintage);
  if (lapse == Lapse::expenditure)
    CF_TRY(report_breach(
        rule_case.deciding, "R7",
        fmt::format("{} minor units of basic expenditure or of the three public expenses would be "
                    "carried over from {}, {}",
                    -leg.getAmount(), view(leg.getLine()), words_of(classified)),
        "Claw them back whole"));
  else if (lapse == Lapse::vintage)
    CF_TRY(report_breach(
        rule_case.deciding, "R7",
        fmt::format("{} minor units of vintage {} would be carried over from {} a second time, {}",
                    -leg.getAmount(), vintage, view(leg.getLine()), words_of(classified)),
        "Claw them back whole"));
  CF_LET(const auto state, rule_case.before.state<LineState>(view(leg.getLine())));
  const Money left = unspent(state, vintage);
  Wide& taken = carried[{view(leg.getLine()), vintage}];
  taken -= leg.getAmount();
  if (taken > left.minor)
    CF_TRY(report_breach(rule_case.deciding, "R7",
                         fmt::format("{} minor units of vintage {} would be carried over from {}, "
                                     "which has {} of it unspent",
                                     taken, vintage, view(leg.getLine()), left.minor),
                         "Carry over no more than that"));
  CF_LET(const auto closed,
         newest(rule_case.after(), Fact::PERIOD_CLOSED, std::to_string(line.fiscal_year)));
  if (!closed || !closed->fact().isPeriodClosed())
    return report_breach(
        rule_case.deciding, "R7",
        fmt::format("money is carried over from {}, which is not closed", line.fiscal_year),
        "Record its periodClosed first");
  return want_cited(rule_case.deciding, "R7", closed->sequence(), "the close of the year");
}

/// One leg that brings money into a year: it stays of the year that it was appropriated in.
Result<void> check_carried_in(RuleCase& rule_case, schema::Leg::Reader leg, const LineId& line) {
  if (vintage_of(leg, line) < line.fiscal_year) return {};
  return report_breach(rule_case.deciding, "R7",
                       fmt::format("{} minor units would be carried into {} as money of {}",
                                   leg.getAmount(), view(leg.getLine()), vintage_of(leg, line)),
                       "Give the leg the vintage that the money was first appropriated in");
}

/// What goes out of one year comes into another: the same money of the same vintage, for the same
/// purpose.
Result<void> check_carried_whole(RuleCase& rule_case) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view,
                      std::int32_t>,
           Wide>
      sums;
  for (const auto leg : rule_case.fact.getBudgetAdjusted().getLegs()) {
    CF_LET(const LineId line, parse_line(view(leg.getLine())));
    if (!rule_case.rules().is_expenditure(line.measure)) continue;
    sums[{line.project, line.fund, line.measure, line.item, vintage_of(leg, line)}] +=
        leg.getAmount();
  }
  for (const auto& [key, sum] : sums) {
    if (sum == 0) continue;
    const auto& [project, fund, measure, item, vintage] = key;
    CF_TRY(report_breach(
        rule_case.deciding, "R7",
        fmt::format("the legs of {}/{}/{}/{} of vintage {} sum to {} minor units over the years, "
                    "not to 0",
                    project, fund, measure, item, vintage, sum),
        fmt::format("Add a leg of {} of vintage {} to the line of the year that {}", -sum, vintage,
                    sum > 0 ? "it comes from" : "it goes to")));
  }
  return {};
}

/// A clawback takes unspent money only: of the line in all, and of the vintage that a leg names.
Result<void> check_clawed_back(RuleCase& rule_case) {
  Carried taken;  // vintage 0: of the line in all
  for (const auto leg : rule_case.fact.getBudgetAdjusted().getLegs()) {
    const std::string_view name = view(leg.getLine());
    CF_LET(const LineId line, parse_line(name));
    if (!rule_case.rules().is_expenditure(line.measure)) continue;
    taken[{name, 0}] -= leg.getAmount();
    if (leg.getVintage() != 0) taken[{name, leg.getVintage()}] -= leg.getAmount();
  }
  for (const auto& [key, amount] : taken) {
    const auto& [line, vintage] = key;
    CF_LET(const auto state, rule_case.before.state<LineState>(line));
    const Wide left = vintage == 0 ? unspent(state) : Wide{unspent(state, vintage).minor};
    if (amount <= left) continue;
    CF_TRY(report_breach(
        rule_case.deciding, "R7",
        fmt::format("{} minor units{} would be clawed back from {}, which has {} {}unspent", amount,
                    vintage == 0 ? "" : fmt::format(" of vintage {}", vintage), line, left,
                    vintage == 0 ? "" : "of it "),
        "Claw back no more than that"));
  }
  return {};
}

/// R7: what may be carried over at the close of a year, by vintage, and what may be clawed back.
Result<void> check_stock(RuleCase& rule_case) {
  const auto adjusted = rule_case.fact.getBudgetAdjusted();
  if (adjusted.getKind() == schema::BudgetAdjusted::Kind::CLAWBACK)
    return check_clawed_back(rule_case);
  if (adjusted.getKind() != schema::BudgetAdjusted::Kind::CARRY_OVER) return {};
  Carried carried;
  for (const auto leg : adjusted.getLegs()) {
    CF_LET(const LineId line, parse_line(view(leg.getLine())));
    if (!rule_case.rules().is_expenditure(line.measure)) continue;
    if (leg.getAmount() < 0) CF_TRY(check_carried_out(rule_case, leg, line, carried));
    if (leg.getAmount() > 0) CF_TRY(check_carried_in(rule_case, leg, line));
  }
  return check_carried_whole(rule_case);
}

}  // namespace

std::vector<Rule> stock_rules() {
  return {{"R7", Fact::BUDGET_ADJUSTED, check_stock}};
}

}  // namespace counterfoil
