#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const FactOf ann = fact_of(R"({"principalEnrolled": {"principal": "ann", "organisation": "101"}})");
const FactOf auditor = fact_of(R"({"roleGranted": {"principal": "ann", "role": "audit"}})");
constexpr std::uint64_t grant = next + 1;

FactOf revoke(std::uint64_t of_grant) {
  return fact_of(fmt::format(R"({{"roleRevoked": {{"grant": {}}}}})", of_grant));
}

}  // namespace

TEST_CASE("PrincipalEnrolled: a principal is enrolled once") {
  given({city()})
      .when(ann)
      .then({recorded(R"({"principalEnrolled": {"principal": "ann", "organisation": "101"}})"),
             record_has("/subjects/0/id", R"("principal/ann")")})
      .when(ann)
      .refused("principal ann was enrolled by record 10");
}

TEST_CASE("RoleGranted: to a principal that is known, each role once for an organisation") {
  const FactOf bound = but(
      auditor, [](schema::Fact::Builder fact) { fact.getRoleGranted().setOrganisation("101"); });
  given({city()}).when(auditor).refused("principal ann is not known", "principalEnrolled first");
  given({city(), ann})
      .when(but(auditor,
                [](schema::Fact::Builder fact) {
                  fact.getRoleGranted().setRole(schema::Role::UNSPECIFIED);
                }))
      .invalid("a grant names a role");
  given({city(), ann})
      .when(auditor)
      .then({})
      .when(auditor)
      .refused("principal ann has that role already, by record 11")
      .when(bound)
      .then({})
      .when(bound)
      .refused("by record 12");
}

TEST_CASE("RoleRevoked: a grant is revoked once, and may be given again") {
  given({city(), ann, auditor})
      .when(revoke(grant))
      .then({recorded(R"({"roleRevoked": {"grant": "11", "principal": "ann"}})")})
      .when(revoke(grant))
      .refused("grant 11 was revoked by record 12")
      .when(auditor)
      .then({})
      .when(revoke(13))
      .then({});
  given({city(), ann}).when(revoke(next)).refused("record 10 is of kind principalEnrolled");
  given({city(), ann}).when(revoke(grant)).refused("there is no record 11 yet");
}

TEST_CASE("KeyRotated, LedgerSealed: only the ledger records them") {
  given({city()})
      .when(FactOf{[](schema::Fact::Builder fact) { fact.initKeyRotated().setNewKey("k"); }})
      .refused("only the ledger rotates its key");
  given({city()})
      .when(FactOf{[](schema::Fact::Builder fact) { fact.initLedgerSealed().setSize(9); }})
      .refused("only the ledger seals itself");
}
