#include "codec/text.h"
#include "ledger_rig.h"
#include "support/catch.h"

// Who is let in, what a session of each role holds, and how that ends.

using namespace counterfoil;
using namespace counterfoil::test;
using Catch::Matchers::Contains;
using schema::Role;

namespace {

Fill enrolment(std::string principal) {
  return [=](schema::Command::Builder command) {
    command.setCommandId(text_of("enrol-" + principal));
    command.setRole(Role::ADMIN);
    command.initFacts(1)[0].initPrincipalEnrolled().setPrincipal(text_of(principal));
  };
}

Fill grant(std::string principal, Role role, std::string organisation = {}) {
  return [=](schema::Command::Builder command) {
    command.setCommandId(text_of(fmt::format("grant-{}-{}", principal, static_cast<int>(role))));
    command.setRole(Role::ADMIN);
    auto fact = command.initFacts(1)[0].initRoleGranted();
    fact.setPrincipal(text_of(principal));
    fact.setRole(role);
    if (!organisation.empty()) fact.setOrganisation(text_of(organisation));
  };
}

Fill revocation(std::uint64_t sequence) {
  return [=](schema::Command::Builder command) {
    command.setCommandId(text_of(fmt::format("revoke-{}", sequence)));
    command.initFacts(1)[0].initRoleRevoked().setGrant(sequence);
  };
}

struct Place {
  LedgerPlace place;
  LedgerServer server{place};
  AsioLoop loop;
  LedgerClient admin{loop, server.address(), place.token()};

  std::string issue(const std::string& principal,
                    schema::TokenScope scope = schema::TokenScope::USUAL,
                    std::int64_t expires = 0) {
    auto request = admin.admin().issueTokenRequest();
    request.setPrincipal(principal);
    request.setScope(scope);
    request.setExpires(expires);
    return request.send().wait(loop.scope()).getToken();
  }
  /// The token of a principal that is enrolled with one role.
  std::string let_in(const std::string& principal, Role role, std::string organisation = {}) {
    must_record(loop, admin, {enrolment(principal), grant(principal, role, organisation)});
    return issue(principal);
  }
  Error login_error(const std::string& token) {
    LedgerClient client(loop, server.address(), "");
    auto login = client.gate().loginRequest();
    login.setCredential(token);
    return error_of(login.send(), loop);
  }
  Error budgets_error(LedgerClient& client, const std::string& of_unit) {
    auto request = client.reader().budgetsRequest();
    request.setLimit(10);
    request.initFilter().setUnit(of_unit);
    return error_of(request.send(), loop);
  }
};

bool is_answered(const Error& error) {
  return error.message == "there was none";
}

}  // namespace

TEST_CASE("a session holds what the roles of its principal allow, and nothing else") {
  Place at;
  must_record(at.loop, at.admin,
              {unit("u1"), unit("u2"), project("p1", "u1"), line("p1"), project("p2", "u2")});
  LedgerClient ann(at.loop, at.server.address(), at.let_in("ann", Role::AUDIT));
  CHECK_FALSE(ann.opened().hasRecorder());
  CHECK_FALSE(ann.opened().hasAdmin());
  CHECK(ann.opened().hasLog());
  CHECK(is_answered(at.budgets_error(ann, "")));

  LedgerClient recording(at.loop, at.server.address(), at.issue("ann", schema::TokenScope::RECORD));
  CHECK(recording.opened().hasRecorder());

  LedgerClient bob(at.loop, at.server.address(), at.let_in("bob", Role::FINANCE));
  CHECK(bob.opened().hasRecorder());
  CHECK_FALSE(bob.opened().hasAdmin());
  must_record(at.loop, bob, {appropriation("p1", 5, "a1")});
  LedgerClient reading(at.loop, at.server.address(), at.issue("bob", schema::TokenScope::READ));
  CHECK_FALSE(reading.opened().hasRecorder());

  LedgerClient cai(at.loop, at.server.address(), at.let_in("cai", Role::UNIT, "u1"));
  CHECK(cai.opened().hasRecorder());
  CHECK_FALSE(cai.opened().hasLog());
  CHECK(is_answered(at.budgets_error(cai, "u1")));
  CHECK_THAT(at.budgets_error(cai, "u2").message, Contains("of another unit"));
  CHECK_THAT(at.budgets_error(cai, "").message, Contains("name a unit or a project"));
  const auto history = [&](const char* subject) {
    auto request = cai.reader().historyRequest();
    request.setSubject(subject);
    request.setLimit(10);
    return error_of(request.send(), at.loop);
  };
  CHECK(is_answered(history("project/p1")));
  CHECK(is_answered(history(line_id("p1").c_str())));
  CHECK(history("project/p2").code == ErrorCode::denied);
  CHECK(history("principal/bob").code == ErrorCode::denied);
}

TEST_CASE("a role that is revoked ends its principal's connections, and no others") {
  Place at;
  const std::string token = at.let_in("bob", Role::FINANCE);
  LedgerClient bob(at.loop, at.server.address(), token);
  LedgerClient ann(at.loop, at.server.address(), at.let_in("ann", Role::FINANCE));
  must_record(at.loop, bob, {unit("u1")});
  must_record(at.loop, at.admin, {revocation(3)});
  CHECK(error_of(record(bob.recorder(), {unit("u2")}), at.loop).code == ErrorCode::io);
  CHECK(error_of(bob.reader().viewsRequest().send(), at.loop).code == ErrorCode::io);
  must_record(at.loop, ann, {unit("u3")});
  CHECK_THAT(at.login_error(token).message, Contains("has no role"));
  const auto reports = at.server.reports();
  REQUIRE(reports.size() == 2);
  CHECK(reports[0] == "closed 1 connections of bob: record 7 revokes a role");
  CHECK_THAT(reports[1], Contains("a login was refused: token"));
}

TEST_CASE("a token that was withdrawn, expired, changed or made up opens nothing") {
  Place at;
  const std::string token = at.let_in("bob", Role::FINANCE);
  const std::string secret = token.substr(token.rfind('_') + 1);
  LedgerClient bob(at.loop, at.server.address(), token);
  auto withdraw = at.admin.admin().withdrawTokenRequest();
  withdraw.setId(token.substr(3, 16));
  CHECK(withdraw.send().wait(at.loop.scope()).getClosed() == 1);
  CHECK(error_of(bob.reader().viewsRequest().send(), at.loop).code == ErrorCode::io);
  CHECK(at.login_error(token).code == ErrorCode::denied);
  const std::string expired = at.issue("bob", schema::TokenScope::USUAL, 4'102'444'800'000'000);
  CHECK(at.login_error(expired.substr(0, expired.size() - 1)).code == ErrorCode::denied);
  CHECK(at.login_error("cf_0123456789abcdef_" + secret).code == ErrorCode::denied);
  CHECK(at.login_error("").code == ErrorCode::denied);
  for (const std::string& report : at.server.reports()) {
    CHECK(report.find(secret) == std::string::npos);
    CHECK(report.find(expired.substr(20)) == std::string::npos);
  }
  auto past = at.admin.admin().issueTokenRequest();
  past.setPrincipal("bob");
  past.setExpires(1);
  CHECK(error_of(past.send(), at.loop).code == ErrorCode::invalid);
  auto stranger = at.admin.admin().issueTokenRequest();
  stranger.setPrincipal("nobody");
  CHECK(error_of(stranger.send(), at.loop).code == ErrorCode::not_found);
}
