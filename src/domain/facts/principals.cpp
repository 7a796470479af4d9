#include "domain/facts/deciding.h"
#include "domain/standing.h"

namespace counterfoil {

using schema::Fact;

Result<void> decide_principal_enrolled(Deciding& deciding, Fact::Builder fact) {
  const auto enrolled = fact.asReader().getPrincipalEnrolled();
  CF_LET(const auto before,
         standing(deciding.book, Fact::PRINCIPAL_ENROLLED, view(enrolled.getPrincipal())));
  if (before.empty()) return {};
  return fail(ErrorCode::refused, "principal {} was enrolled by record {}",
              view(enrolled.getPrincipal()), before.back().value);
}

Result<void> decide_role_granted(Deciding& deciding, Fact::Builder fact) {
  const auto granted = fact.asReader().getRoleGranted();
  const std::string_view principal = view(granted.getPrincipal());
  if (granted.getRole() == schema::Role::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a grant names a role, such as audit");
  CF_LET(const auto enrolled, standing(deciding.book, Fact::PRINCIPAL_ENROLLED, principal));
  if (enrolled.empty())
    return fail(ErrorCode::refused, "principal {} is not known: record a principalEnrolled first",
                principal);
  CF_LET(const auto grants, standing(deciding.book, Fact::ROLE_GRANTED, principal));
  for (const Sequence grant : grants) {
    CF_LET(const auto revoked, standing(deciding.book, Fact::ROLE_REVOKED, key_of(grant)));
    if (!revoked.empty()) continue;
    CF_LET(const HeldRecord earlier, held_record(deciding.book, grant));
    const auto held = earlier.fact().getRoleGranted();
    if (held.getRole() == granted.getRole() && held.getOrganisation() == granted.getOrganisation())
      return fail(ErrorCode::refused, "principal {} has that role already, by record {}", principal,
                  grant.value);
  }
  return {};
}

Result<void> decide_role_revoked(Deciding& deciding, Fact::Builder fact) {
  auto revoked = fact.getRoleRevoked();
  const Sequence grant{revoked.getGrant()};
  CF_LET(const auto record, named_event(deciding, grant.value, Fact::ROLE_GRANTED, "roleGranted"));
  revoked.setPrincipal(record.getFact().getRoleGranted().getPrincipal());
  CF_LET(const auto before, standing(deciding.book, Fact::ROLE_REVOKED, key_of(grant)));
  if (before.empty()) return {};
  return fail(ErrorCode::refused, "grant {} was revoked by record {}", grant.value,
              before.back().value);
}

}  // namespace counterfoil
