#include "domain/standing.h"

#include "codec/line.h"
#include "codec/text.h"

namespace counterfoil {

using schema::Fact;

std::string key_of(std::int32_t fiscal_year, std::string_view id) {
  return fmt::format("{}/{}", fiscal_year, id);
}
std::string key_of(Sequence event) {
  return fmt::format("{}", event.value);
}
std::string estimate_key(std::int32_t fiscal_year, std::string_view fund,
                         schema::RevenueEstimated::Source source) {
  return fmt::format("{}/{}/{}", fiscal_year, fund, static_cast<unsigned>(source));
}
std::string factor_key(std::int32_t fiscal_year, std::string_view about, schema::FactorKind kind) {
  return fmt::format("{}/{}/{}", fiscal_year, about, static_cast<unsigned>(kind));
}
std::string successors_key(std::string_view predecessor) {
  return fmt::format("from/{}", predecessor);
}
std::string rigid_key(std::int32_t fiscal_year, std::string_view fund) {
  return fmt::format("rigid/{}/{}", fiscal_year, fund);
}

std::vector<Standing> standings_of(Fact::Reader fact) {
  const auto which = fact.which();
  const auto under = [&](std::string key) {
    return std::vector<Standing>{{which, std::move(key)}};
  };
  const auto id = [&](capnp::Text::Reader text) { return under(std::string(view(text))); };
  const auto event = [&](std::uint64_t sequence) { return under(key_of(Sequence{sequence})); };
  switch (which) {
    case Fact::PRINCIPAL_ENROLLED:
      return id(fact.getPrincipalEnrolled().getPrincipal());
    case Fact::ROLE_GRANTED:
      return id(fact.getRoleGranted().getPrincipal());
    case Fact::ROLE_REVOKED:
      return event(fact.getRoleRevoked().getGrant());
    case Fact::EXPENDITURE_STANDARD_SET:
      return id(fact.getExpenditureStandardSet().getStandard());
    case Fact::REVENUE_ESTIMATED: {
      const auto estimate = fact.getRevenueEstimated();
      return under(
          estimate_key(estimate.getFiscalYear(), view(estimate.getFund()), estimate.getSource()));
    }
    case Fact::CEILING_ISSUED:
      return under(
          key_of(fact.getCeilingIssued().getFiscalYear(), view(fact.getCeilingIssued().getUnit())));
    // The newest of both kinds says whether the year is closed.
    case Fact::PERIOD_CLOSED:
      return under(std::to_string(fact.getPeriodClosed().getFiscalYear()));
    case Fact::PERIOD_REOPENED:
      return {{Fact::PERIOD_CLOSED, std::to_string(fact.getPeriodReopened().getFiscalYear())}};
    case Fact::UNIT_REGISTERED:
      return id(fact.getUnitRegistered().getUnit());
    case Fact::PROJECT_PROPOSED: {
      const auto proposed = fact.getProjectProposed();
      std::vector<Standing> all = id(proposed.getProject());
      for (const auto predecessor : proposed.getPredecessors())
        all.push_back({which, successors_key(view(predecessor.getProject()))});
      return all;
    }
    case Fact::UNIT_REORGANISED:
      return id(fact.getUnitReorganised().getUnit());
    case Fact::PROJECT_CLASSIFIED:
      return id(fact.getProjectClassified().getProject());
    case Fact::EX_ANTE_APPRAISED:
      return id(fact.getExAnteAppraised().getProject());
    case Fact::AFFORDABILITY_ASSESSED:
      return id(fact.getAffordabilityAssessed().getProject());
    case Fact::PIPELINE_ADMITTED:
      return id(fact.getPipelineAdmitted().getProject());
    case Fact::LIBRARY_ADMITTED:
      return id(fact.getLibraryAdmitted().getProject());
    case Fact::INSTALMENTS_ROLLED:
      return id(fact.getInstalmentsRolled().getProject());
    case Fact::PROJECT_CLOSED:
      return id(fact.getProjectClosed().getProject());
    case Fact::LINE_OPENED: {
      const auto line = parse_line(view(fact.getLineOpened().getLine()));
      if (!line) return {};
      return under(key_of(line->fiscal_year, line->project));
    }
    case Fact::TARGET_SUBMITTED:
      return under(key_of(fact.getTargetSubmitted().getFiscalYear(),
                          view(fact.getTargetSubmitted().getAbout())));
    case Fact::TARGET_RETURNED:
      return event(fact.getTargetReturned().getTarget());
    case Fact::BUDGET_REQUESTED:
      return under(key_of(fact.getBudgetRequested().getFiscalYear(),
                          view(fact.getBudgetRequested().getProject())));
    case Fact::ITEM_REVIEWED: {
      const auto review = fact.getItemReviewed();
      std::vector<Standing> all{{which, key_of(review.getFiscalYear(), view(review.getProject()))},
                                {which, key_of(Sequence{review.getRequest()})}};
      if (review.getRigid())
        all.push_back({which, rigid_key(review.getFiscalYear(), view(review.getFund()))});
      return all;
    }
    case Fact::BUDGET_ADJUSTED:
      if (fact.getBudgetAdjusted().getProposal() == 0) return {};
      return event(fact.getBudgetAdjusted().getProposal());
    case Fact::APPROVAL_RECORDED:
      return event(fact.getApprovalRecorded().getEvent());
    case Fact::FUNDS_SUSPENDED:
      return id(fact.getFundsSuspended().getAbout());
    case Fact::FUNDS_RESUMED:
      return event(fact.getFundsResumed().getSuspension());
    case Fact::MONITORING_PLANNED:
      return under(key_of(fact.getMonitoringPlanned().getFiscalYear(),
                          view(fact.getMonitoringPlanned().getAbout())));
    case Fact::MONITORING_CHECKED:
      return under(key_of(fact.getMonitoringChecked().getFiscalYear(),
                          view(fact.getMonitoringChecked().getAbout())));
    case Fact::CORRECTION_ORDERED:
      return event(fact.getCorrectionOrdered().getCheck());
    case Fact::CORRECTION_VERIFIED:
      return event(fact.getCorrectionVerified().getCorrection());
    case Fact::GRADE_ASSIGNED:
      return id(fact.getGradeAssigned().getAbout());
    case Fact::RESULT_APPLIED:
      return event(fact.getResultApplied().getGrade());
    case Fact::AUDIT_FINDING_RECORDED:
      return under(key_of(fact.getAuditFindingRecorded().getFiscalYear(),
                          view(fact.getAuditFindingRecorded().getAbout())));
    case Fact::FACTOR_ASSESSED: {
      const auto assessed = fact.getFactorAssessed();
      return under(
          factor_key(assessed.getFiscalYear(), view(assessed.getAbout()), assessed.getKind()));
    }
    case Fact::PRIORITY_LIST_ADOPTED: {
      const auto adopted = fact.getPriorityListAdopted();
      return {{which, fmt::format("list/{}", view(adopted.getList()))},
              {which, key_of(adopted.getFiscalYear(), view(adopted.getDepartment()))}};
    }
    case Fact::FUNDING_PLAN_FILED:
      return id(fact.getFundingPlanFiled().getList());
    case Fact::TRANSFER_RECEIVED:
      return id(fact.getTransferReceived().getSourceTag());
    case Fact::REVERSAL_PROPOSED:
      return event(fact.getReversalProposed().getEvent());
    default:
      return {};
  }
}

std::string standing_key(Fact::Which fact, std::string_view key) {
  return fmt::format("@standing/{}/{}", static_cast<unsigned>(fact), key);
}

Result<std::vector<Sequence>> standing(Book& book, Fact::Which fact, std::string_view key) {
  CF_LET(auto state, book.state<StandingState>(standing_key(fact, key)));
  return std::move(state.sequences);
}

HeldRecord::HeldRecord(schema::Record::Reader record)
    : message_(std::make_unique<capnp::MallocMessageBuilder>(
          static_cast<capnp::uint>(record.totalSize().wordCount + 1))) {  // and the root's pointer
  message_->setRoot(record);
  record_ = message_->getRoot<schema::Record>().asReader();
}

Result<HeldRecord> held_record(Book& book, Sequence sequence) {
  CF_LET(const auto record, book.record(sequence));
  return HeldRecord(record);
}

Result<std::optional<HeldRecord>> newest(Book& book, Fact::Which fact, std::string_view key) {
  CF_LET(const auto sequences, standing(book, fact, key));
  if (sequences.empty()) return std::nullopt;
  CF_LET(HeldRecord record, held_record(book, sequences.back()));
  return std::optional<HeldRecord>(std::move(record));
}

}  // namespace counterfoil
