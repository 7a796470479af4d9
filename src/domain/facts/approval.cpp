#include "codec/subjects.h"
#include "core/limits.h"
#include "domain/effects.h"
#include "domain/facts/deciding.h"
#include "domain/standing.h"

/// What is proposed before it is decided, and who approved it.
namespace counterfoil {
namespace {

using schema::Fact;

/// A list of the event's own subjects, so that the decision on it stands in their histories.
template <typename Init>
Result<void> copy_subjects(Fact::Reader event, Init init) {
  CF_LET(const auto subjects, subjects_of(event));
  auto list = init(static_cast<unsigned>(subjects.size()));
  for (unsigned i = 0; i < subjects.size(); ++i) list.set(i, text_of(subjects[i]));
  return {};
}

bool can_be_approved(Fact::Which which) {
  return which == Fact::TARGET_SUBMITTED || which == Fact::ADJUSTMENT_PROPOSED ||
         which == Fact::REVERSAL_PROPOSED;
}

}  // namespace

Result<void> decide_adjustment_proposed(Deciding& deciding, Fact::Builder fact) {
  const auto proposed = fact.asReader().getAdjustmentProposed();
  if (proposed.getKind() == schema::BudgetAdjusted::Kind::UNSPECIFIED)
    return fail(ErrorCode::invalid, "an adjustment needs a kind, such as virement");
  CF_TRY(component_of(proposed.getKind()));
  if (proposed.getLegs().size() == 0)
    return fail(ErrorCode::invalid, "an adjustment needs at least one leg");
  for (const auto leg : proposed.getLegs()) {
    CF_TRY(check_amount(leg.getAmount()));
    CF_TRY(opened_line(deciding, view(leg.getLine())));
  }
  return {};
}

Result<void> decide_approval_recorded(Deciding& deciding, Fact::Builder fact) {
  auto approval = fact.getApprovalRecorded();
  const std::uint64_t event = approval.getEvent();
  if (approval.getVerdict() == schema::ApprovalRecorded::Verdict::UNSPECIFIED)
    return fail(ErrorCode::invalid, "an approval's verdict is approved or rejected");
  if (approval.asReader().getAuthority().size() == 0)
    return fail(ErrorCode::invalid, "an approval names the authority that decided");
  if (event >= deciding.sequence.value)
    return fail(ErrorCode::refused, "there is no record {} yet that could be approved", event);
  CF_LET(const auto state, deciding.book.state<EventState>(event_key(Sequence{event})));
  if (state.reversed)
    return fail(ErrorCode::refused, "record {} was reversed by record {}", event,
                state.reversed_by.value);
  CF_LET(const HeldRecord record, held_record(deciding.book, Sequence{event}));
  const auto which = record.fact().which();
  if (!can_be_approved(which))
    return fail(ErrorCode::refused,
                "record {} is of kind {}; a targetSubmitted, an adjustmentProposed or a "
                "reversalProposed is approved",
                event, fact_name(which));
  approval.setApprovedFact(static_cast<std::uint16_t>(which));
  return copy_subjects(record.fact(), [&](unsigned size) { return approval.initSubjects(size); });
}

Result<void> decide_reversal_proposed(Deciding& deciding, Fact::Builder fact) {
  auto proposed = fact.getReversalProposed();
  const std::uint64_t event = proposed.getEvent();
  if (event >= deciding.sequence.value)
    return fail(ErrorCode::refused, "there is no record {} yet that could be reversed", event);
  CF_TRY(check_reversible(deciding, Sequence{event}));
  CF_LET(const HeldRecord record, held_record(deciding.book, Sequence{event}));
  return copy_subjects(record.fact(), [&](unsigned size) { return proposed.initSubjects(size); });
}

}  // namespace counterfoil
