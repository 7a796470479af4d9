#include "codec/subjects.h"

#include <capnp/dynamic.h>

#include <algorithm>

#include "codec/line.h"
#include "codec/text.h"
#include "core/limits.h"
#include "core/text.h"

namespace counterfoil {
namespace {

class Subjects {
 public:
  void add(std::string_view subject) { found_.emplace_back(subject); }
  void add(std::string_view kind, std::string_view id) {
    found_.push_back(fmt::format("{}/{}", kind, id));
  }
  void add_if(std::string_view kind, std::string_view id) {
    if (!id.empty()) add(kind, id);
  }
  /// A line stands for itself and for its project.
  Result<LineId> add_line(std::string_view line) {
    CF_LET(const LineId id, parse_line(line));
    add(line);
    add("project", id.project);
    return id;
  }
  /// A line stands for its project, too; anything else for itself.
  Result<void> add_line_or(std::string_view about) {
    if (about.starts_with("line/")) {
      CF_TRY(add_line(about));
    } else {
      add(about);
    }
    return {};
  }
  /// Where money moves between the budget and its source, the fund is touched too.
  Result<void> add_funded_line(std::string_view line) {
    CF_LET(const LineId id, add_line(line));
    add("fund", fmt::format("{}/{}", id.fiscal_year, id.fund));
    return {};
  }
  Result<std::vector<std::string>> take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    if (found_.size() > limits::subjects_in_event)
      return fail(ErrorCode::limit,
                  "the event is about {} subjects; the limit is {}: split it into several events",
                  found_.size(), limits::subjects_in_event);
    for (const std::string& subject : found_) CF_TRY(check_subject(subject));
    return std::move(found_);
  }

 private:
  std::vector<std::string> found_;
};

Result<void> collect(schema::Fact::Reader fact, Subjects& subjects) {
  using schema::Fact;
  switch (fact.which()) {
    case Fact::LEDGER_OPENED:
      subjects.add("ledger");
      return {};
    case Fact::RULE_SET_PUBLISHED:
      subjects.add("ledger");
      subjects.add("ruleset", view(fact.getRuleSetPublished().getName()));
      return {};
    case Fact::UNIT_REGISTERED:
      subjects.add("unit", view(fact.getUnitRegistered().getUnit()));
      subjects.add_if("department", view(fact.getUnitRegistered().getDepartment()));
      return {};
    case Fact::PROJECT_PROPOSED: {
      const auto proposed = fact.getProjectProposed();
      subjects.add("project", view(proposed.getProject()));
      subjects.add("unit", view(proposed.getUnit()));
      for (const auto predecessor : proposed.getPredecessors())
        subjects.add("project", view(predecessor.getProject()));
      return {};
    }
    case Fact::LINE_OPENED: {
      CF_TRY(subjects.add_line(view(fact.getLineOpened().getLine())));
      subjects.add_if("unit", view(fact.getLineOpened().getUnit()));
      return {};
    }
    case Fact::TARGET_SUBMITTED:
      subjects.add(view(fact.getTargetSubmitted().getAbout()));
      subjects.add("unit", view(fact.getTargetSubmitted().getUnit()));
      return {};
    case Fact::TARGET_APPROVED:
      subjects.add(view(fact.getTargetApproved().getAbout()));
      return {};
    case Fact::BUDGET_APPROPRIATED:
      CF_TRY(subjects.add_funded_line(view(fact.getBudgetAppropriated().getLine())));
      subjects.add_if("pool", view(fact.getBudgetAppropriated().getPool()));
      return {};
    case Fact::BUDGET_ADJUSTED:
      for (const auto leg : fact.getBudgetAdjusted().getLegs())
        CF_TRY(subjects.add_funded_line(view(leg.getLine())));
      subjects.add_if("request", view(fact.getBudgetAdjusted().getRequest()));
      subjects.add_if("pool", view(fact.getBudgetAdjusted().getPool()));
      return {};
    case Fact::COMMITMENT_RECORDED:
      CF_TRY(subjects.add_line(view(fact.getCommitmentRecorded().getLine())));
      return {};
    case Fact::PAYMENT_RECORDED:
      CF_TRY(subjects.add_line(view(fact.getPaymentRecorded().getLine())));
      return {};
    case Fact::MONITORING_CHECKED:
      subjects.add(view(fact.getMonitoringChecked().getAbout()));
      return {};
    case Fact::GRADE_ASSIGNED: {
      const auto grade = fact.getGradeAssigned();
      subjects.add(view(grade.getAbout()));
      subjects.add(
          fmt::format("evaluation/{}/{}", grade.getEvaluatedYear(), view(grade.getAbout())));
      return {};
    }
    case Fact::EVENT_REVERSED:
      for (const auto effect : fact.getEventReversed().getEffects())
        CF_TRY(subjects.add_line(view(effect.getLine())));
      for (const auto subject : fact.getEventReversed().getSubjects()) subjects.add(view(subject));
      return {};
    case Fact::PRINCIPAL_ENROLLED:
      subjects.add("principal", view(fact.getPrincipalEnrolled().getPrincipal()));
      return {};
    case Fact::ROLE_GRANTED:
      subjects.add("principal", view(fact.getRoleGranted().getPrincipal()));
      return {};
    case Fact::ROLE_REVOKED:
      subjects.add("principal", view(fact.getRoleRevoked().getPrincipal()));
      return {};
    case Fact::KEY_ROTATED:
    case Fact::LEDGER_SEALED:
      subjects.add("ledger");
      return {};
    case Fact::EXPENDITURE_STANDARD_SET:
      subjects.add("standard", view(fact.getExpenditureStandardSet().getStandard()));
      return {};
    case Fact::REVENUE_ESTIMATED: {
      const auto estimate = fact.getRevenueEstimated();
      subjects.add("fund",
                   fmt::format("{}/{}", estimate.getFiscalYear(), view(estimate.getFund())));
      return {};
    }
    case Fact::CEILING_ISSUED:
      subjects.add("unit", view(fact.getCeilingIssued().getUnit()));
      return {};
    case Fact::PERIOD_CLOSED:
      subjects.add("period", std::to_string(fact.getPeriodClosed().getFiscalYear()));
      return {};
    case Fact::PERIOD_REOPENED:
      subjects.add("period", std::to_string(fact.getPeriodReopened().getFiscalYear()));
      return {};
    case Fact::UNIT_REORGANISED: {
      const auto reorganised = fact.getUnitReorganised();
      subjects.add("unit", view(reorganised.getUnit()));
      subjects.add_if("unit", view(reorganised.getInto()));
      subjects.add_if("department", view(reorganised.getDepartment()));
      return {};
    }
    case Fact::PROJECT_CLASSIFIED:
      subjects.add("project", view(fact.getProjectClassified().getProject()));
      return {};
    case Fact::EX_ANTE_APPRAISED:
      subjects.add("project", view(fact.getExAnteAppraised().getProject()));
      return {};
    case Fact::AFFORDABILITY_ASSESSED:
      subjects.add("project", view(fact.getAffordabilityAssessed().getProject()));
      return {};
    case Fact::PIPELINE_ADMITTED:
      subjects.add("project", view(fact.getPipelineAdmitted().getProject()));
      return {};
    case Fact::LIBRARY_ADMITTED:
      subjects.add("project", view(fact.getLibraryAdmitted().getProject()));
      return {};
    case Fact::INSTALMENTS_ROLLED:
      subjects.add("project", view(fact.getInstalmentsRolled().getProject()));
      return {};
    case Fact::PROJECT_CLOSED:
      subjects.add("project", view(fact.getProjectClosed().getProject()));
      return {};
    case Fact::TARGET_RETURNED:
      subjects.add(view(fact.getTargetReturned().getAbout()));
      return {};
    case Fact::BUDGET_REQUESTED:
      subjects.add("project", view(fact.getBudgetRequested().getProject()));
      subjects.add("unit", view(fact.getBudgetRequested().getUnit()));
      return {};
    case Fact::ITEM_REVIEWED:
      subjects.add("project", view(fact.getItemReviewed().getProject()));
      return {};
    case Fact::ADJUSTMENT_PROPOSED:
      for (const auto leg : fact.getAdjustmentProposed().getLegs())
        CF_TRY(subjects.add_line(view(leg.getLine())));
      subjects.add_if("request", view(fact.getAdjustmentProposed().getRequest()));
      subjects.add_if("pool", view(fact.getAdjustmentProposed().getPool()));
      return {};
    case Fact::APPROVAL_RECORDED:
      for (const auto subject : fact.getApprovalRecorded().getSubjects())
        subjects.add(view(subject));
      return {};
    case Fact::BUDGET_STATED:
      return subjects.add_funded_line(view(fact.getBudgetStated().getLine()));
    case Fact::FUNDS_SUSPENDED:
      return subjects.add_line_or(view(fact.getFundsSuspended().getAbout()));
    case Fact::FUNDS_RESUMED:
      return subjects.add_line_or(view(fact.getFundsResumed().getAbout()));
    case Fact::MONITORING_PLANNED:
      subjects.add(view(fact.getMonitoringPlanned().getAbout()));
      return {};
    case Fact::CORRECTION_ORDERED:
      subjects.add(view(fact.getCorrectionOrdered().getAbout()));
      return {};
    case Fact::CORRECTION_VERIFIED:
      subjects.add(view(fact.getCorrectionVerified().getAbout()));
      return {};
    case Fact::RESULT_APPLIED: {
      const auto applied = fact.getResultApplied();
      subjects.add(view(applied.getAbout()));
      subjects.add(
          fmt::format("evaluation/{}/{}", applied.getEvaluatedYear(), view(applied.getAbout())));
      return {};
    }
    case Fact::AUDIT_FINDING_RECORDED:
      subjects.add(view(fact.getAuditFindingRecorded().getAbout()));
      return {};
    case Fact::FACTOR_ASSESSED:
      subjects.add(view(fact.getFactorAssessed().getAbout()));
      return {};
    case Fact::PRIORITY_LIST_ADOPTED: {
      const auto adopted = fact.getPriorityListAdopted();
      subjects.add("list", view(adopted.getList()));
      subjects.add("department", view(adopted.getDepartment()));
      for (const auto item : adopted.getItems()) subjects.add("project", view(item.getProject()));
      return {};
    }
    case Fact::FUNDING_PLAN_FILED:
      subjects.add("list", view(fact.getFundingPlanFiled().getList()));
      for (const auto item : fact.getFundingPlanFiled().getItems())
        subjects.add("project", view(item.getProject()));
      return {};
    case Fact::TRANSFER_RECEIVED: {
      const auto received = fact.getTransferReceived();
      subjects.add("fund",
                   fmt::format("{}/{}", received.getFiscalYear(), view(received.getFund())));
      subjects.add_if("project", view(received.getPurpose()));
      return {};
    }
    case Fact::TRAINING_HELD:
      subjects.add_if("unit", view(fact.getTrainingHeld().getUnit()));
      if (fact.getTrainingHeld().getUnit().size() == 0) subjects.add("ledger");
      return {};
    case Fact::DISCLOSURE_PUBLISHED:
      subjects.add(view(fact.getDisclosurePublished().getAbout()));
      return {};
    case Fact::REVERSAL_PROPOSED:
      for (const auto subject : fact.getReversalProposed().getSubjects())
        subjects.add(view(subject));
      return {};
    case Fact::UNSPECIFIED:
      break;
  }
  return {};
}

bool are_subjects(capnp::List<schema::SubjectEntry>::Reader filed,
                  const std::vector<std::string>& expected) {
  if (filed.size() != expected.size()) return false;
  for (unsigned i = 0; i < filed.size(); ++i)
    if (view(filed[i].getId()) != expected[i]) return false;
  return true;
}

Result<void> check_order(std::uint64_t sequence, capnp::List<schema::SubjectEntry>::Reader filed) {
  for (unsigned i = 1; i < filed.size(); ++i) {
    const auto before = view(filed[i - 1].getId());
    const auto id = view(filed[i].getId());
    if (before == id)
      return fail(ErrorCode::corrupt, "record {} is filed under {} twice", sequence, quote(id));
    if (before > id)
      return fail(ErrorCode::corrupt, "record {} is filed under {} behind {}: out of order",
                  sequence, quote(id), quote(before));
  }
  return {};
}

/// Both are sorted, and differ.
tl::unexpected<Error> other_subjects(std::uint64_t sequence,
                                     capnp::List<schema::SubjectEntry>::Reader filed,
                                     const std::vector<std::string>& expected) {
  std::vector<std::string_view> found;
  for (const auto entry : filed) found.push_back(view(entry.getId()));
  const auto wrong = std::ranges::find_if(
      found, [&](std::string_view id) { return !std::ranges::binary_search(expected, id); });
  const auto missing = std::ranges::find_if(
      expected, [&](std::string_view id) { return !std::ranges::binary_search(found, id); });
  if (wrong == found.end())
    return fail(ErrorCode::corrupt, "record {} is not filed under {}, which its fact is about",
                sequence, quote(*missing));
  if (missing == expected.end())
    return fail(ErrorCode::corrupt, "record {} is filed under {}, which its fact is not about",
                sequence, quote(*wrong));
  return fail(ErrorCode::corrupt, "record {} is filed under {}, but its fact is about {}", sequence,
              quote(*wrong), quote(*missing));
}

}  // namespace

Result<Filing> check_filing(schema::Record::Reader record) {
  const auto fact = record.getFact();
  const auto filed = record.getSubjects();
  if (fact.isUnspecified())
    return fail(ErrorCode::corrupt, "record {} holds no fact", record.getSequence());
  if (!check_known(fact)) {
    CF_TRY(check_order(record.getSequence(), filed));
    return Filing::of_unknown_fact;
  }
  const auto expected = subjects_of(fact);
  if (!expected)
    return fail(ErrorCode::corrupt, "whom record {} is about cannot be told: {}",
                record.getSequence(), expected.error().message);
  if (are_subjects(filed, *expected)) return Filing::by_its_fact;
  CF_TRY(check_order(record.getSequence(), filed));
  return other_subjects(record.getSequence(), filed, *expected);
}

Result<void> check_known(schema::Fact::Reader fact) {
  const auto tag = static_cast<unsigned>(fact.which());
  if (tag != static_cast<unsigned>(schema::Fact::UNSPECIFIED) && tag < fact_count) return {};
  return fail(ErrorCode::unsupported,
              "this build does not know the fact with tag {}: install a newer one", tag);
}

Result<std::vector<std::string>> subjects_of(schema::Fact::Reader fact) {
  Subjects subjects;
  CF_TRY(check_known(fact));
  CF_TRY(collect(fact, subjects));
  return subjects.take();
}

std::string_view fact_name(schema::Fact::Which which) {
  const auto tag = static_cast<unsigned>(which);
  if (tag >= fact_count) return "unknown";
  return view(capnp::Schema::from<schema::Fact>().getUnionFields()[tag].getProto().getName());
}

std::string_view fact_name(schema::Fact::Reader fact) {
  return fact_name(fact.which());
}

}  // namespace counterfoil
