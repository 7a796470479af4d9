#include <algorithm>

#include "codec/text.h"
#include "domain/permission.h"
#include "domain/recorders.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// The newest decision on a proposal, where it was approved; a rejection is a breach of its own.
Result<std::optional<Sequence>> approval_of(RuleCase& rule_case, Sequence proposal) {
  CF_LET(const auto decision, newest(rule_case.after(), Fact::APPROVAL_RECORDED, key_of(proposal)));
  if (!decision) return std::nullopt;
  if (decision->fact().getApprovalRecorded().getVerdict() ==
      schema::ApprovalRecorded::Verdict::APPROVED)
    return decision->sequence();
  CF_TRY(report_breach(rule_case.deciding, "R20",
                       fmt::format("record {} rejected what record {} proposes",
                                   decision->sequence().value, proposal.value),
                       "Propose it anew and have it approved"));
  return std::nullopt;
}

/// Either another principal records it than proposed it, or an approval is cited.
Result<void> check_proposed(RuleCase& rule_case, Sequence proposal) {
  CF_LET(const auto approval, approval_of(rule_case, proposal));
  if (approval && cites(rule_case.deciding, *approval)) return {};
  CF_LET(const HeldRecord record, held_record(rule_case.after(), proposal));
  if (view(record->getActor()) != rule_case.deciding.stamp.actor) return {};
  return report_breach(
      rule_case.deciding, "R20",
      fmt::format("{} proposed it by record {}, and would decide on it too",
                  rule_case.deciding.stamp.actor, proposal.value),
      "Let another principal record it, or cite an approvalRecorded of the proposal");
}

/// Whether the adjustment is the one that was proposed, leg by leg.
bool is_as_proposed(schema::BudgetAdjusted::Reader adjusted,
                    schema::AdjustmentProposed::Reader proposed) {
  if (adjusted.getKind() != proposed.getKind() || adjusted.getPool() != proposed.getPool() ||
      adjusted.getLegs().size() != proposed.getLegs().size())
    return false;
  for (unsigned i = 0; i < adjusted.getLegs().size(); ++i) {
    const auto leg = adjusted.getLegs()[i];
    const auto as = proposed.getLegs()[i];
    if (leg.getLine() != as.getLine() || leg.getAmount() != as.getAmount() ||
        leg.getVintage() != as.getVintage() || leg.getSourceTag() != as.getSourceTag())
      return false;
  }
  return true;
}

Result<void> check_adjustment(RuleCase& rule_case) {
  const auto adjusted = rule_case.fact.getBudgetAdjusted();
  const std::uint64_t proposal = adjusted.getProposal();
  if (proposal != 0) {
    CF_LET(const HeldRecord record, held_record(rule_case.after(), Sequence{proposal}));
    if (!is_as_proposed(adjusted, record.fact().getAdjustmentProposed()))
      CF_TRY(report_breach(rule_case.deciding, "R20",
                           fmt::format("record {} proposes another adjustment", proposal),
                           "Record its kind, its pool and its legs as they were proposed"));
    return check_proposed(rule_case, Sequence{proposal});
  }
  return report_breach(rule_case.deciding, "R20", "the adjustment was proposed by nobody",
                       "Record an adjustmentProposed first, and name it in `proposal`");
}

Result<void> check_target(RuleCase& rule_case) {
  return check_proposed(rule_case, Sequence{rule_case.fact.getTargetApproved().getTarget()});
}

Result<void> check_reversal(RuleCase& rule_case) {
  const Sequence event{rule_case.fact.getEventReversed().getEvent()};
  CF_LET(const auto proposal, newest(rule_case.after(), Fact::REVERSAL_PROPOSED, key_of(event)));
  if (proposal) return check_proposed(rule_case, proposal->sequence());
  return report_breach(rule_case.deciding, "R20",
                       fmt::format("the reversal of record {} was proposed by nobody", event.value),
                       "Record a reversalProposed first");
}

/// While one principal founds a ledger, it records what others decided on its proposals.
Result<void> check_not_own(RuleCase& rule_case, Sequence submitted) {
  CF_LET(const bool founding, is_being_founded(rule_case.before));
  CF_LET(const HeldRecord record, held_record(rule_case.after(), submitted));
  if (founding || view(record->getActor()) != rule_case.deciding.stamp.actor) return {};
  return report_breach(rule_case.deciding, "R20",
                       fmt::format("{} submitted record {}, and would decide on it too",
                                   rule_case.deciding.stamp.actor, submitted.value),
                       "Let another principal record the decision");
}

Result<void> check_approval(RuleCase& rule_case) {
  return check_not_own(rule_case, Sequence{rule_case.fact.getApprovalRecorded().getEvent()});
}

Result<void> check_review(RuleCase& rule_case) {
  return check_not_own(rule_case, Sequence{rule_case.fact.getItemReviewed().getRequest()});
}

/// The side of the rule set that the role stands on; null where it stands on none.
const std::vector<schema::Role>* side_of(const RuleSet& rules, schema::Role role) {
  for (const auto& side : rules.sides)
    if (std::find(side.begin(), side.end(), role) != side.end()) return &side;
  return nullptr;
}

Result<void> check_sides(RuleCase& rule_case) {
  const auto granted = rule_case.fact.getRoleGranted();
  const auto* const side = side_of(rule_case.rules(), granted.getRole());
  if (side == nullptr) return {};
  CF_LET(const auto held, grants_of(rule_case.before, view(granted.getPrincipal())));
  for (const Grant& grant : held) {
    const auto* const other = side_of(rule_case.rules(), grant.role);
    if (other == nullptr || other == side) continue;
    return report_breach(
        rule_case.deciding, "R20",
        fmt::format("{} has the role {} by record {}, and {} stands on another side",
                    view(granted.getPrincipal()), role_name(grant.role), grant.sequence.value,
                    role_name(granted.getRole())),
        "Grant it to another principal, or revoke the other role first");
  }
  return {};
}

}  // namespace

std::vector<Rule> four_eyes_rules() {
  return {{"R20", Fact::BUDGET_ADJUSTED, check_adjustment},
          {"R20", Fact::TARGET_APPROVED, check_target},
          {"R20", Fact::EVENT_REVERSED, check_reversal},
          {"R20", Fact::APPROVAL_RECORDED, check_approval},
          {"R20", Fact::ITEM_REVIEWED, check_review},
          {"R20", Fact::ROLE_GRANTED, check_sides}};
}

}  // namespace counterfoil
