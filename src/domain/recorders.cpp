#include "domain/recorders.h"

#include <capnp/schema.h>

#include "codec/text.h"

namespace counterfoil {

using schema::Fact;
using schema::Role;

const std::vector<Role>& recorders_of(Fact::Which fact) {
  static const std::vector<Role> admin = {Role::ADMIN};
  static const std::vector<Role> rules = {Role::FINANCE, Role::GOVERNMENT};
  static const std::vector<Role> registry = {Role::UNIT, Role::DEPARTMENT, Role::FINANCE};
  static const std::vector<Role> unit = {Role::UNIT};
  static const std::vector<Role> performance = {Role::PERFORMANCE};
  static const std::vector<Role> finance = {Role::FINANCE};
  static const std::vector<Role> execution = {Role::TREASURY, Role::FINANCE};
  static const std::vector<Role> monitoring = {Role::UNIT, Role::PERFORMANCE};
  static const std::vector<Role> evaluation = {Role::UNIT, Role::PERFORMANCE, Role::AUDIT,
                                               Role::CONGRESS};
  static const std::vector<Role> audit = {Role::AUDIT, Role::FINANCE};
  static const std::vector<Role> priorities = {Role::DEPARTMENT, Role::GOVERNMENT};
  static const std::vector<Role> whoever;
  switch (fact) {
    case Fact::LEDGER_OPENED:
    case Fact::PRINCIPAL_ENROLLED:
    case Fact::ROLE_GRANTED:
    case Fact::ROLE_REVOKED:
    case Fact::KEY_ROTATED:
    case Fact::LEDGER_SEALED:
      return admin;
    case Fact::RULE_SET_PUBLISHED:
    case Fact::EXPENDITURE_STANDARD_SET:
    case Fact::REVENUE_ESTIMATED:
    case Fact::CEILING_ISSUED:
    case Fact::PERIOD_CLOSED:
    case Fact::PERIOD_REOPENED:
    case Fact::ADJUSTMENT_PROPOSED:
    case Fact::APPROVAL_RECORDED:
    case Fact::BUDGET_ADJUSTED:
      return rules;
    case Fact::UNIT_REGISTERED:
    case Fact::UNIT_REORGANISED:
    case Fact::PROJECT_PROPOSED:
    case Fact::PROJECT_CLASSIFIED:
    case Fact::LINE_OPENED:
    case Fact::EX_ANTE_APPRAISED:
    case Fact::AFFORDABILITY_ASSESSED:
    case Fact::PIPELINE_ADMITTED:
    case Fact::LIBRARY_ADMITTED:
    case Fact::INSTALMENTS_ROLLED:
    case Fact::PROJECT_CLOSED:
      return registry;
    case Fact::TARGET_SUBMITTED:
    case Fact::BUDGET_REQUESTED:
      return unit;
    case Fact::TARGET_RETURNED:
    case Fact::TARGET_APPROVED:
    case Fact::TRAINING_HELD:
    case Fact::DISCLOSURE_PUBLISHED:
      return performance;
    case Fact::ITEM_REVIEWED:
    case Fact::BUDGET_APPROPRIATED:
    case Fact::BUDGET_STATED:
      return finance;
    case Fact::COMMITMENT_RECORDED:
    case Fact::PAYMENT_RECORDED:
    case Fact::FUNDS_SUSPENDED:
    case Fact::FUNDS_RESUMED:
      return execution;
    case Fact::MONITORING_PLANNED:
    case Fact::MONITORING_CHECKED:
    case Fact::CORRECTION_ORDERED:
    case Fact::CORRECTION_VERIFIED:
      return monitoring;
    case Fact::GRADE_ASSIGNED:
    case Fact::RESULT_APPLIED:
      return evaluation;
    case Fact::AUDIT_FINDING_RECORDED:
    case Fact::FACTOR_ASSESSED:
      return audit;
    case Fact::PRIORITY_LIST_ADOPTED:
    case Fact::FUNDING_PLAN_FILED:
    case Fact::TRANSFER_RECEIVED:
      return priorities;
    case Fact::REVERSAL_PROPOSED:
    case Fact::EVENT_REVERSED:
    case Fact::UNSPECIFIED:
      break;
  }
  return whoever;
}

std::string_view role_name(Role role) {
  const auto enumerants = capnp::Schema::from<Role>().getEnumerants();
  const auto index = static_cast<unsigned>(role);
  return index < enumerants.size() ? view(enumerants[index].getProto().getName()) : "unknown";
}

std::optional<Role> role_named(std::string_view name) {
  for (const auto enumerant : capnp::Schema::from<Role>().getEnumerants())
    if (enumerant.getOrdinal() != 0 && view(enumerant.getProto().getName()) == name)
      return static_cast<Role>(enumerant.getOrdinal());
  return std::nullopt;
}

bool is_recordable(Fact::Which fact) {
  return fact != Fact::UNSPECIFIED && fact != Fact::LEDGER_OPENED && fact != Fact::KEY_ROTATED &&
         fact != Fact::LEDGER_SEALED;
}

}  // namespace counterfoil
