#include "domain/permission.h"

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>

#include "codec/subjects.h"
#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;
using schema::Role;

namespace {

/// DOMAIN, facts: who records what.
const std::map<std::string, std::set<std::string>, std::less<>> table = {
    {"principalEnrolled", {"admin"}},
    {"roleGranted", {"admin"}},
    {"roleRevoked", {"admin"}},
    {"ruleSetPublished", {"finance", "government"}},
    {"expenditureStandardSet", {"finance", "government"}},
    {"revenueEstimated", {"finance", "government"}},
    {"ceilingIssued", {"finance", "government"}},
    {"periodClosed", {"finance", "government"}},
    {"periodReopened", {"finance", "government"}},
    {"unitRegistered", {"unit", "department", "finance"}},
    {"unitReorganised", {"unit", "department", "finance"}},
    {"projectProposed", {"unit", "department", "finance"}},
    {"projectClassified", {"unit", "department", "finance"}},
    {"lineOpened", {"unit", "department", "finance"}},
    {"exAnteAppraised", {"unit", "department", "finance"}},
    {"affordabilityAssessed", {"unit", "department", "finance"}},
    {"pipelineAdmitted", {"unit", "department", "finance"}},
    {"libraryAdmitted", {"unit", "department", "finance"}},
    {"instalmentsRolled", {"unit", "department", "finance"}},
    {"projectClosed", {"unit", "department", "finance"}},
    {"targetSubmitted", {"unit"}},
    {"targetReturned", {"performance"}},
    {"targetApproved", {"performance"}},
    {"budgetRequested", {"unit"}},
    {"itemReviewed", {"finance"}},
    {"budgetAppropriated", {"finance"}},
    {"adjustmentProposed", {"finance", "government"}},
    {"approvalRecorded", {"finance", "government"}},
    {"budgetAdjusted", {"finance", "government"}},
    {"budgetStated", {"finance"}},
    {"commitmentRecorded", {"treasury", "finance"}},
    {"paymentRecorded", {"treasury", "finance"}},
    {"fundsSuspended", {"treasury", "finance"}},
    {"fundsResumed", {"treasury", "finance"}},
    {"monitoringPlanned", {"unit", "performance"}},
    {"monitoringChecked", {"unit", "performance"}},
    {"correctionOrdered", {"unit", "performance"}},
    {"correctionVerified", {"unit", "performance"}},
    {"gradeAssigned", {"performance", "audit", "congress"}},  // of level finance
    {"resultApplied", {"unit", "performance", "audit", "congress"}},
    {"auditFindingRecorded", {"audit", "finance"}},
    {"factorAssessed", {"audit", "finance"}},
    {"priorityListAdopted", {"department", "government"}},
    {"fundingPlanFiled", {"department", "government"}},
    {"transferReceived", {"department", "government"}},
    {"trainingHeld", {"performance"}},
    {"disclosurePublished", {"performance"}},
    // Of a trainingHeld.
    {"reversalProposed", {"performance"}},
    {"eventReversed", {"performance"}},
};

/// Facts about no unit, which a role that is bound to one does not cover.
const std::set<std::string, std::less<>> of_the_whole = {
    "principalEnrolled", "roleGranted",  "roleRevoked",    "ruleSetPublished",
    "revenueEstimated",  "periodClosed", "periodReopened", "expenditureStandardSet",
};

const std::map<std::string, Role, std::less<>> roles = {
    {"unit", Role::UNIT},         {"department", Role::DEPARTMENT},   {"finance", Role::FINANCE},
    {"treasury", Role::TREASURY}, {"performance", Role::PERFORMANCE}, {"audit", Role::AUDIT},
    {"congress", Role::CONGRESS}, {"government", Role::GOVERNMENT},   {"admin", Role::ADMIN},
};

/// Of the examples: the unit that they are all about, and another one.
constexpr std::string_view right = "U001";
constexpr std::string_view wrong = "U002";

FactOf grant_of(std::string_view principal, std::string_view role, std::string_view organisation) {
  return fact_of(
      fmt::format(R"({{"roleGranted": {{"principal": "{}", "role": "{}", "organisation": "{}"}}}})",
                  principal, role, organisation));
}
FactOf enrolment(std::string_view principal) {
  return fact_of(fmt::format(R"({{"principalEnrolled": {{"principal": "{}"}}}})", principal));
}

/// The examples cite by numbers, as if records 0 and 1 alone were before them.
boost::json::value renumbered(const boost::json::value& json, std::uint64_t by,
                              std::string_view key = {}) {
  static const std::set<std::string_view> citing = {
      "evidence", "target",     "request", "event",      "proposal", "commitment",
      "check",    "suspension", "grade",   "correction", "answers",  "grant"};
  if (json.is_object()) {
    boost::json::object object;
    for (const auto& member : json.get_object())
      object[member.key()] = renumbered(member.value(), by, member.key());
    return object;
  }
  if (json.is_array()) {
    boost::json::array array;
    for (const auto& item : json.get_array()) array.push_back(renumbered(item, by, key));
    return array;
  }
  if (json.is_int64() && citing.contains(key)) return json.get_int64() + std::int64_t(by);
  return json;
}

struct Example {
  std::string name;  // of its fact
  CommandOf command;
};

std::vector<Example> examples(std::uint64_t before) {
  std::vector<Example> all;
  std::ifstream file(COUNTERFOIL_SOURCE_DIR "/schema/examples.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto json = renumbered(boost::json::parse(line), before).as_object();
    const auto& fact = json.at("facts").as_array().at(0).as_object();
    CommandOf command{fact_of(boost::json::serialize(fact))};
    if (const auto* evidence = json.if_contains("evidence")) {
      std::vector<std::uint64_t> cited;
      for (const auto& one : evidence->as_array()) cited.push_back(one.to_number<std::uint64_t>());
      command = command.citing(std::move(cited));
    }
    if (const auto* reason = json.if_contains("reason"))
      command = command.because(std::string(reason->as_string()));
    command = command.as(roles.at(std::string(json.at("role").as_string())));
    all.push_back({std::string(fact.begin()->key()), std::move(command)});
  }
  return all;
}

bool is_denied(MemoryLedger& ledger, const CommandOf& command) {
  const auto judged = ledger.judge(command);
  return !judged && judged.error().code == ErrorCode::denied;
}

}  // namespace

TEST_CASE("each fact is recorded in its roles, within their reach, and in no others") {
  MemoryLedger ledger;
  must(ledger.submit(opened()));
  must(ledger.submit(rules(rule_set("observe"))));
  std::vector<FactOf> staff;
  for (const auto& [role, value] : roles) {
    for (const std::string_view reach : {"", "U001", "U002"}) {
      const std::string name = fmt::format("{}-{}", role, reach);
      staff.push_back(enrolment(name));
      staff.push_back(grant_of(name, role, reach));
    }
  }
  must(ledger.submit(together(staff).as(Role::ADMIN)));
  std::size_t tried = 0;
  std::set<std::string> seen;
  for (const auto& [name, example] : examples(staff.size())) {
    INFO(name);
    seen.insert(name);
    for (const auto& [role, value] : roles) {
      const bool in_role = table.at(name).contains(role);
      const auto by = [&](std::string_view reach) {
        return example.by(fmt::format("{}-{}", role, reach)).as(value, std::string(reach));
      };
      INFO(role);
      CHECK(is_denied(ledger, by("")) == !in_role);
      CHECK(is_denied(ledger, by(right)) == !(in_role && !of_the_whole.contains(name)));
      CHECK(is_denied(ledger, by(wrong)));
      // In a role that is not held; for another organisation than the role is bound to.
      CHECK(is_denied(ledger, by(right).as(value, std::string(wrong))));
      CHECK(is_denied(ledger, example.by("nobody").as(value)));
      tried += 5;
    }
    const auto recorder = fmt::format("{}-", [&] {
      for (const auto& [role, value] : roles)
        if (value == example.role) return role;
      return std::string();
    }());
    must(ledger.submit(example.by(recorder)));
  }
  CHECK(seen.size() == table.size());
  CHECK(tried == 49 * 9 * 5);

  // Each grant is revoked, and then nothing is allowed any more.
  std::vector<FactOf> revocations;
  for (std::size_t i = 3; i < 2 + staff.size(); i += 2)
    revocations.push_back(fact_of(fmt::format(R"({{"roleRevoked": {{"grant": {}}}}})", i)));
  must(ledger.submit(together(revocations).as(Role::ADMIN)));
  for (const auto& [name, example] : examples(staff.size()))
    for (const auto& [role, value] : roles)
      for (const std::string_view reach : {"", "U001", "U002"})
        CHECK(is_denied(
            ledger, example.by(fmt::format("{}-{}", role, reach)).as(value, std::string(reach))));
  CHECK(ledger.judge(CommandOf(enrolment("last")).as(Role::ADMIN)));  // the opener
}

namespace {

/// Two units of two departments; Cai is of U001, Ann of the performance office.
std::unique_ptr<MemoryLedger> two_units() {
  auto ledger = std::make_unique<MemoryLedger>();
  must(ledger->submit(opened()));
  must(ledger->submit(rules(rule_set("observe"))));
  const auto unit = [](std::string_view id, std::string_view department) {
    return fact_of(fmt::format(
        R"({{"unitRegistered": {{"unit": "{}", "name": "N", "division": "110000", "department": "{}"}}}})",
        id, department));
  };
  must(ledger->submit(together({unit("U001", "D1"), unit("U002", "D2"), enrolment("Cai"),
                                grant_of("Cai", "unit", "U001"), grant_of("Cai", "unit", ""),
                                enrolment("Dan"), grant_of("Dan", "unit", "U001"), enrolment("Ann"),
                                grant_of("Ann", "performance", "")})
                          .as(Role::ADMIN)));
  return ledger;
}

CommandOf registration(std::string_view unit, std::string_view department) {
  return CommandOf(fact_of(fmt::format(
                       R"({{"unitRegistered": {{"unit": "{}", "name": "N", "division": "110000",
                                               "department": "{}"}}}})",
                       unit, department)))
      .by("Dan")
      .as(Role::UNIT, "U001");
}

}  // namespace

// Cause: of a unit that was registered, the department above it was looked at, and not whether the
// id was another's already: whoever took the id of a department stood above all of its units.
TEST_CASE("nobody takes an id that others stand below, or that is a unit's, under himself") {
  const auto ledger = two_units();
  CHECK(is_denied(*ledger, registration("D2", "U001")));
  CHECK(is_denied(*ledger, registration("U002", "U001")));
  CHECK_FALSE(is_denied(*ledger, registration("U003", "U001")));
  CHECK(is_denied(*ledger, registration("U003", "U002")));
}

TEST_CASE("of several grants of a role the one that reaches is taken") {
  const auto ledger = two_units();
  const CommandOf project = fact_of(
      R"({"projectProposed": {"project": "P", "unit": "U002", "name": "N", "category": "T"}})");
  CHECK(ledger->judge(project.by("Cai").as(Role::UNIT, "U001")));
  CHECK(is_denied(*ledger, project.by("Dan").as(Role::UNIT, "U001")));
}

// Cause: a unit could give itself a grade of the highest level, which displaced all others.
TEST_CASE("nobody gives a grade of a higher level than his own") {
  const auto ledger = two_units();
  const auto graded = [](std::string_view level) {
    return CommandOf(fact_of(fmt::format(
        R"({{"gradeAssigned": {{"about": "unit/U001", "evaluatedYear": 2023, "level": "{}",
                               "grade": "good"}}}})",
        level)));
  };
  CHECK_FALSE(is_denied(*ledger, graded("self").by("Dan").as(Role::UNIT, "U001")));
  for (const std::string_view level : {"department", "finance", "audit", "congress"})
    CHECK(is_denied(*ledger, graded(level).by("Dan").as(Role::UNIT, "U001")));
  CHECK_FALSE(is_denied(*ledger, graded("finance").by("Ann").as(Role::PERFORMANCE)));
  CHECK(is_denied(*ledger, graded("audit").by("Ann").as(Role::PERFORMANCE)));
}
