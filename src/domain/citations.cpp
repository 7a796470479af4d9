#include "domain/citations.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// 0 where the fact names none; record 0 opened the ledger, and is named by no fact.
std::uint64_t event_named_by(Fact::Reader fact) {
  switch (fact.which()) {
    case Fact::ROLE_REVOKED:
      return fact.getRoleRevoked().getGrant();
    case Fact::TARGET_APPROVED:
      return fact.getTargetApproved().getTarget();
    case Fact::TARGET_RETURNED:
      return fact.getTargetReturned().getTarget();
    case Fact::ITEM_REVIEWED:
      return fact.getItemReviewed().getRequest();
    case Fact::BUDGET_ADJUSTED:
      return fact.getBudgetAdjusted().getProposal();
    case Fact::APPROVAL_RECORDED:
      return fact.getApprovalRecorded().getEvent();
    case Fact::PAYMENT_RECORDED:
      return fact.getPaymentRecorded().getCommitment();
    case Fact::FUNDS_RESUMED:
      return fact.getFundsResumed().getSuspension();
    case Fact::CORRECTION_ORDERED:
      return fact.getCorrectionOrdered().getCheck();
    case Fact::CORRECTION_VERIFIED:
      return fact.getCorrectionVerified().getCorrection();
    case Fact::RESULT_APPLIED:
      return fact.getResultApplied().getGrade();
    case Fact::REVERSAL_PROPOSED:
      return fact.getReversalProposed().getEvent();
    case Fact::EVENT_REVERSED:
      return fact.getEventReversed().getEvent();
    default:
      return 0;
  }
}

}  // namespace

std::set<std::uint64_t> cited_by(schema::Record::Reader record) {
  std::set<std::uint64_t> cited;
  for (const std::uint64_t event : record.getEvidence()) cited.insert(event);
  if (record.getFact().isItemReviewed())
    for (const auto factor : record.getFact().getItemReviewed().getFactors())
      if (factor.getHasEvent()) cited.insert(factor.getEvent());
  if (record.getFact().isResultApplied())
    for (const std::uint64_t answer : record.getFact().getResultApplied().getAnswers())
      cited.insert(answer);
  return cited;
}

std::set<std::uint64_t> named_by(schema::Record::Reader record) {
  auto named = cited_by(record);
  const auto fact = record.getFact();
  if (const std::uint64_t event = event_named_by(fact)) named.insert(event);
  if (fact.isPaymentRecorded() && fact.getPaymentRecorded().getRefundOf() != 0)
    named.insert(fact.getPaymentRecorded().getRefundOf());
  return named;
}

}  // namespace counterfoil
