#include <map>

#include "codec/line.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// R17: earmarked money leaves a pool or a line only to its purpose.
Result<void> check_purpose(RuleCase& rule_case) {
  for (const auto leg : rule_case.fact.getBudgetAdjusted().getLegs()) {
    if (leg.getSourceTag().size() == 0 || leg.getAmount() <= 0) continue;
    CF_LET(const auto transfer,
           newest(rule_case.after(), Fact::TRANSFER_RECEIVED, view(leg.getSourceTag())));
    if (!transfer) continue;
    const auto received = transfer->fact().getTransferReceived();
    CF_LET(const LineId line, parse_line(view(leg.getLine())));
    if (received.getEarmarked() && view(received.getPurpose()) != line.project)
      CF_TRY(report_breach(
          rule_case.deciding, "R17",
          fmt::format("{} minor units tagged {} would go to project {}; they are earmarked for "
                      "project {} by record {}",
                      leg.getAmount(), view(leg.getSourceTag()), line.project,
                      view(received.getPurpose()), transfer->sequence().value),
          "Give them to their purpose, or take other money"));
    CF_TRY(want_cited(rule_case.deciding, "R17", transfer->sequence(), "the transfer"));
  }
  return {};
}

/// R17: money that moves between lines takes its tag along.
Result<void> check_tags_stay(RuleCase& rule_case, schema::BudgetAdjusted::Reader adjusted) {
  std::map<std::string_view, Wide> sums;
  for (const auto leg : adjusted.getLegs())
    if (leg.getSourceTag().size() != 0) sums[view(leg.getSourceTag())] += leg.getAmount();
  for (const auto& [tag, sum] : sums)
    if (sum != 0)
      CF_TRY(
          report_breach(rule_case.deciding, "R17",
                        fmt::format("the legs tagged {} sum to {} minor units, not to 0", tag, sum),
                        "Give the legs that take the money the tag of those that give it"));
  return {};
}

/// R17: what a pool gives out keeps the tag of where it came from.
Result<void> check_tagged(RuleCase& rule_case) {
  using Kind = schema::BudgetAdjusted::Kind;
  const auto adjusted = rule_case.fact.getBudgetAdjusted();
  const Kind kind = adjusted.getKind();
  if (kind == Kind::CLAWBACK && adjusted.getPool().size() != 0)
    for (const auto leg : adjusted.getLegs())
      if (leg.getSourceTag().size() == 0)
        CF_TRY(report_breach(
            rule_case.deciding, "R17",
            fmt::format("{} minor units go from {} into pool {} without a source tag",
                        -leg.getAmount(), view(leg.getLine()), view(adjusted.getPool())),
            "Give each leg its sourceTag"));
  if (kind == Kind::VIREMENT || kind == Kind::RESERVE_DRAW)
    CF_TRY(check_tags_stay(rule_case, adjusted));
  return check_purpose(rule_case);
}

}  // namespace

std::vector<Rule> pooling_rules() {
  return {{"R17", Fact::BUDGET_ADJUSTED, check_tagged}};
}

}  // namespace counterfoil
