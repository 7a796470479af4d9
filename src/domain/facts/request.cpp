#include <array>

#include "codec/subjects.h"
#include "domain/facts/deciding.h"
#include "domain/rules/rule.h"
#include "domain/standing.h"

/// What a unit applies for, and what a review allows.
namespace counterfoil {
namespace {

using schema::Fact;
using schema::FactorKind;

/// The kind of event that a factor rests on.
Fact::Which kind_of(FactorKind factor) {
  switch (factor) {
    case FactorKind::EXECUTION_RATE:
      return Fact::MONITORING_CHECKED;
    case FactorKind::GRADE:
      return Fact::GRADE_ASSIGNED;
    case FactorKind::AUDIT_FINDINGS:
      return Fact::AUDIT_FINDING_RECORDED;
    default:
      return Fact::FACTOR_ASSESSED;
  }
}

Result<void> check_factor(Deciding& deciding, schema::ItemReviewed::Factor::Reader factor) {
  if (factor.getKind() == FactorKind::UNSPECIFIED)
    return fail(ErrorCode::invalid,
                "a factor is executionRate, grade, levelOfDetail, stock or auditFindings");
  if (!factor.getHasEvent()) return {};
  const Fact::Which wanted = kind_of(factor.getKind());
  CF_LET(const auto record, named_event(deciding, factor.getEvent(), wanted, fact_name(wanted)));
  if (wanted != Fact::FACTOR_ASSESSED ||
      record.getFact().getFactorAssessed().getKind() == factor.getKind())
    return {};
  return fail(ErrorCode::refused, "record {} assesses another factor", factor.getEvent());
}

}  // namespace

Result<void> decide_budget_requested(Deciding& deciding, Fact::Builder fact) {
  const auto request = fact.asReader().getBudgetRequested();
  CF_TRY(check_fiscal_year(request.getFiscalYear()));
  CF_TRY(check_project(deciding, view(request.getProject())));
  CF_TRY(check_unit(deciding, view(request.getUnit())));
  CF_TRY(check_not_negative(request.getAmount(), "the amount requested"));
  for (const auto line : request.getCostLines()) {
    CF_TRY(check_not_negative(line.getAmount(), "a cost line"));
    if (line.getName().size() == 0) return fail(ErrorCode::invalid, "each cost line has a name");
  }
  return {};
}

Result<void> decide_item_reviewed(Deciding& deciding, Fact::Builder fact) {
  auto review = fact.getItemReviewed();
  CF_TRY(check_not_negative(review.getAmount(), "the amount allowed"));
  if (review.getCancelled() && review.getAmount() != 0)
    return fail(ErrorCode::invalid, "a cancelled item is allowed 0, not {}", review.getAmount());
  CF_LET(const auto record,
         named_event(deciding, review.getRequest(), Fact::BUDGET_REQUESTED, "budgetRequested"));
  const auto request = record.getFact().getBudgetRequested();
  review.setFiscalYear(request.getFiscalYear());
  review.setProject(request.getProject());
  review.setFund(request.getFund());
  std::array<bool, 6> seen{};
  for (const auto factor : review.asReader().getFactors()) {
    CF_TRY(check_factor(deciding, factor));
    bool& found = seen[static_cast<std::size_t>(factor.getKind())];
    if (found) return fail(ErrorCode::invalid, "a review names each factor once");
    found = true;
  }
  CF_LET(const auto classified,
         classification(deciding.book, view(review.asReader().getProject())));
  review.setRigid(is_rigid(classified));
  return {};
}

}  // namespace counterfoil
