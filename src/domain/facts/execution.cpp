#include "codec/line.h"
#include "domain/facts/deciding.h"
#include "domain/standing.h"

namespace counterfoil {
namespace {

Result<Money> sum(Money a, Money b, std::string_view line) {
  const auto total = add(a, b);
  if (!total) return fail(ErrorCode::limit, "the sums of {} would not fit 64 bits", line);
  return *total;
}

/// A payment settles at most what its commitment has left.
Result<void> check_commitment(Deciding& deciding, schema::PaymentRecorded::Reader payment) {
  CF_LET(const auto record, named_event(deciding, payment.getCommitment(),
                                        schema::Fact::COMMITMENT_RECORDED, "commitmentRecorded"));
  const auto commitment = record.getFact().getCommitmentRecorded();
  if (commitment.getLine() != payment.getLine())
    return fail(ErrorCode::refused, "commitment {} is on the line {}, the payment on {}",
                payment.getCommitment(), view(commitment.getLine()), view(payment.getLine()));
  if (payment.getAmount() < 0)
    return fail(ErrorCode::invalid,
                "a refund settles no commitment: it names the payment that it returns in refundOf");
  const Money committed{commitment.getAmount()};
  CF_LET(const auto event,
         deciding.book.state<EventState>(event_key(Sequence{payment.getCommitment()})));
  const auto left = subtract(committed, event.settled);
  if (!left || payment.getAmount() > left->minor)
    return fail(
        ErrorCode::refused,
        "commitment {} of {} minor units has {} left, the payment is {}: commit more first, "
        "or pay the rest without a commitment",
        payment.getCommitment(), committed.minor, left ? left->minor : 0, payment.getAmount());
  return {};
}

/// Refunds return at most what was paid.
Result<void> check_refund(Deciding& deciding, schema::PaymentRecorded::Reader refund) {
  if (refund.getRefundOf() == 0)
    return fail(ErrorCode::invalid,
                "a negative payment is a refund: it names the payment that it returns in refundOf");
  CF_LET(const auto record, named_event(deciding, refund.getRefundOf(),
                                        schema::Fact::PAYMENT_RECORDED, "paymentRecorded"));
  const auto payment = record.getFact().getPaymentRecorded();
  if (payment.getLine() != refund.getLine())
    return fail(ErrorCode::refused, "payment {} is on the line {}, its refund on {}",
                refund.getRefundOf(), view(payment.getLine()), view(refund.getLine()));
  const Money paid{payment.getAmount()};
  CF_LET(const auto event,
         deciding.book.state<EventState>(event_key(Sequence{refund.getRefundOf()})));
  const auto left = subtract(paid, event.settled);
  if (paid.minor < 0 || !left || -refund.getAmount() > left->minor)
    return fail(ErrorCode::refused,
                "payment {} of {} minor units has {} left to return, the refund is {}",
                refund.getRefundOf(), paid.minor, left ? left->minor : 0, -refund.getAmount());
  return {};
}

/// What commitments and payments have in common.
Result<LineState> line_to_spend_from(Deciding& deciding, std::string_view line) {
  CF_LET(const LineState state, opened_line(deciding, line));
  CF_LET(const LineId id, parse_line(line));
  CF_TRY(check_period_open(deciding, id.fiscal_year));
  return state;
}

}  // namespace

Result<void> check_not_suspended(Deciding& deciding, std::string_view line) {
  CF_LET(const LineId id, parse_line(line));
  for (const std::string& about : {std::string(line), fmt::format("project/{}", id.project)}) {
    CF_LET(const auto suspensions, standing(deciding.book, schema::Fact::FUNDS_SUSPENDED, about));
    for (const Sequence suspension : suspensions) {
      CF_LET(const auto resumed,
             standing(deciding.book, schema::Fact::FUNDS_RESUMED, key_of(suspension)));
      if (resumed.empty())
        return fail(ErrorCode::refused,
                    "the funds of {} are suspended by record {}: record a fundsResumed first",
                    about, suspension.value);
    }
  }
  return {};
}

Result<void> decide_funds_suspended(Deciding& deciding, schema::Fact::Builder fact) {
  const std::string_view about = view(fact.asReader().getFundsSuspended().getAbout());
  if (about.starts_with("line/")) {
    CF_TRY(opened_line(deciding, about));
  } else if (about.starts_with("project/")) {
    CF_TRY(check_about(deciding, about));
  } else {
    return fail(ErrorCode::invalid, "\"{}\": funds of a line/… or a project/… are suspended",
                about);
  }
  return {};
}

Result<void> decide_funds_resumed(Deciding& deciding, schema::Fact::Builder fact) {
  auto resumed = fact.getFundsResumed();
  const Sequence suspension{resumed.getSuspension()};
  CF_LET(const auto record,
         named_event(deciding, suspension.value, schema::Fact::FUNDS_SUSPENDED, "fundsSuspended"));
  resumed.setAbout(record.getFact().getFundsSuspended().getAbout());
  CF_LET(const auto before,
         standing(deciding.book, schema::Fact::FUNDS_RESUMED, key_of(suspension)));
  if (before.empty()) return {};
  return fail(ErrorCode::refused, "suspension {} was ended by record {}", suspension.value,
              before.back().value);
}

Result<void> decide_commitment_recorded(Deciding& deciding, schema::Fact::Builder fact) {
  auto commitment = fact.getCommitmentRecorded();
  const std::string_view line = view(commitment.asReader().getLine());
  if (commitment.getAmount() <= 0)
    return fail(ErrorCode::invalid,
                "a commitment is an amount above 0: to release one, reverse the event");
  CF_LET(const LineState state, line_to_spend_from(deciding, line));
  CF_TRY(check_not_suspended(deciding, line));
  CF_LET(const Money after, sum(state.committed, Money{commitment.getAmount()}, line));
  commitment.setCommittedAfter(after.minor);
  return {};
}

Result<void> decide_payment_recorded(Deciding& deciding, schema::Fact::Builder fact) {
  auto payment = fact.getPaymentRecorded();
  const std::string_view line = view(payment.asReader().getLine());
  CF_TRY(check_amount(payment.getAmount()));
  if (payment.getAmount() == 0) return fail(ErrorCode::invalid, "a payment of 0 is none");
  CF_LET(const LineState state, line_to_spend_from(deciding, line));
  if (payment.getAmount() > 0) CF_TRY(check_not_suspended(deciding, line));
  if (payment.getAmount() < 0)
    CF_TRY(check_refund(deciding, payment.asReader()));
  else if (payment.getRefundOf() != 0)
    return fail(ErrorCode::invalid, "refundOf is for refunds, whose amount is negative");
  Money committed = state.committed;
  if (payment.getCommitment() != 0) {
    CF_TRY(check_commitment(deciding, payment.asReader()));
    CF_LET(committed, sum(committed, Money{-payment.getAmount()}, line));
  }
  CF_LET(const Money spent, sum(state.spent, Money{payment.getAmount()}, line));
  payment.setSpentAfter(spent.minor);
  payment.setCommittedAfter(committed.minor);
  return {};
}

}  // namespace counterfoil
