#include "domain/support/undo.h"

#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

// A reversal leaves every state as it was, and is itself there for good.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf reorganised(std::string_view rest) {
  return fact_of(fmt::format(R"({{"unitReorganised": {{"unit": "V", {}}}}})", rest));
}

}  // namespace

TEST_CASE("EventReversed: what holds for a year is undone") {
  const std::vector<CommandOf> history = {city()};
  check_undone(history, fact_of(R"({"expenditureStandardSet": {"standard": "meal", "name": "a meal",
                                     "unitAmount": 20, "measureUnit": "meal"}})"));
  check_undone(history, estimate("general", 1'200));
  check_undone({city(), estimate("general", 900)}, estimate("general", 1'200));
  check_undone(history, fact_of(R"({"ceilingIssued": {"fiscalYear": 2024, "unit": "U",
                                     "amount": 900}})"));
  check_undone({city(), year_closed(2023)}, year_reopened(2023));
}

TEST_CASE("EventReversed: reorganisations are undone, one after another or out of order") {
  check_undone({city()}, reorganised(R"("kind": "merged", "into": "U")"));
  check_undone({city()}, reorganised(R"("kind": "renamed", "name": "another")"));
  check_undone({city()}, reorganised(R"("kind": "newParent", "department": "F")"));
  check_undone({city(), reorganised(R"("kind": "newParent", "department": "F")")},
               reorganised(R"("kind": "newParent", "department": "G")"));
}

TEST_CASE("EventReversed: a project's way into the library is undone") {
  const std::vector<CommandOf> history = {city()};
  check_undone(history, classified("Q", "special"));
  check_undone({city(), classified("Q", "basic")}, classified("Q", "special"));
  check_undone(history, fact_of(R"({"exAnteAppraised": {"project": "Q", "score": "90000",
                                     "verdict": "recommended"}})"));
  check_undone(history, fact_of(R"({"affordabilityAssessed": {"project": "Q", "fiscalYear": 2024,
                                     "affordable": true, "total": 500}})"));
  check_undone(history, fact_of(R"({"pipelineAdmitted": {"project": "Q"}})"));
  check_undone(history, fact_of(R"({"libraryAdmitted": {"project": "Q", "fiscalYear": 2024,
                                     "rank": 1}})"));
  check_undone(history, fact_of(R"({"instalmentsRolled": {"project": "Q", "total": 500,
      "instalments": [{"fiscalYear": 2024, "plannedProgress": 10000, "amount": 500}]}})"));
  check_undone(history, fact_of(R"({"projectClosed": {"project": "Q", "outcome": "finished"}})"));
}

TEST_CASE("EventReversed: targets, requests and reviews are undone") {
  const std::vector<CommandOf> asked = {city(), target("project/Q", "V"), request("Q", 500)};
  check_undone({city()}, target("project/Q", "V"));
  check_undone(asked, fact_of(R"({"targetReturned": {"target": 10}})"));
  check_undone(asked, approve(next));
  check_undone(asked, request("Q", 400));
  check_undone(asked, review(next + 1, 400));
  check_undone(
      {city(), classified("Q", "basic", R"("obligation": "threeGuarantees")"), request("Q", 500)},
      review(next + 1, 400));
}

TEST_CASE("EventReversed: proposals and approvals are undone while nothing rests on them") {
  const FactOf proposed = propose(Kind::SUPPLEMENT, {{A, 5, ""}});
  check_undone({city()}, proposed);
  check_undone({city(), proposed}, approval(next));
  check_undone({city(), proposed}, approval(next, "rejected"));
  check_undone({city(), proposed}, as_proposed(adjust(Kind::SUPPLEMENT, {{A, 5, ""}}), next));
  check_undone({city()}, propose_reversal(appropriation_A));
  check_undone({city(), propose_reversal(appropriation_A)}, approval(next));
}

TEST_CASE("EventReversed: statements are undone, the spending too") {
  check_undone({city()}, state_budget(A, {900, 300}));
  check_undone({city(), pay(A, 40)}, state_budget(A, {900, 300}, 70));
  check_undone({city(), pay(A, 40)}, state_budget(A, {1'000, 0}, 40));
  check_undone({city()}, carry_over({{A, -5, 2023}, {B, 5, 2022}}));
}

TEST_CASE("EventReversed: suspensions, monitoring and corrections are undone") {
  const FactOf suspended = fact_of(R"({"fundsSuspended": {"about": "project/P"}})");
  const FactOf checked = check("project/P", "2024-07-01", 0, 0, "red");
  check_undone({city()}, suspended);
  check_undone({city(), suspended}, fact_of(R"({"fundsResumed": {"suspension": 10}})"));
  check_undone({city()}, fact_of(R"({"monitoringPlanned": {"fiscalYear": 2024, "about": "unit/U",
                                      "opensOn": "2024-05-01", "closesOn": "2024-06-01"}})"));
  check_undone({city()}, checked);
  check_undone({city(), checked}, order_correction(next));
  check_undone({city(), checked, order_correction(next)}, verify_correction(next + 1));
}

TEST_CASE("EventReversed: results, findings and factors are undone") {
  check_undone({city()}, graded("project/P", "poor"));
  check_undone({city(), graded("project/P", "poor")}, waived(next));
  check_undone({city()}, fact_of(R"({"auditFindingRecorded": {"fiscalYear": 2024, "amount": 5,
      "about": "project/P", "severity": "minor", "finding": "no receipts"}})"));
  check_undone({city()}, fact_of(R"({"factorAssessed": {"fiscalYear": 2024, "kind": "stock",
                                      "about": "project/P", "value": "5"}})"));
}

TEST_CASE("EventReversed: priorities, transfers and what the public is told are undone") {
  const FactOf adopted = list_adopted("L", "D", {{"Q", 500}});
  check_undone({city()}, adopted);
  check_undone({city(), adopted, plan_filed("L", {{"Q", 500}})}, adopted);
  check_undone({city(), adopted}, plan_filed("L", {{"Q", 500}}));
  check_undone({city()}, transfer("t", 300));
  check_undone({city()}, fact_of(R"({"trainingHeld": {"heldOn": "2024-02-01",
                                           "participants": 30, "topic": "targets"}})"));
  check_undone({city()}, fact_of(R"({"disclosurePublished": {"fiscalYear": 2024,
      "about": "unit/U", "url": "https://example.org/a", "hash": "00ff"}})"));
}

TEST_CASE("EventReversed: principals, roles and the close of a year stay") {
  const std::vector<FactOf> facts = {
      fact_of(R"({"principalEnrolled": {"principal": "clerk"}})"), year_closed(2023),
      fact_of(R"({"roleGranted": {"principal": "clerk", "role": "finance"}})"),
      fact_of(R"({"roleRevoked": {"grant": 12}})"),
      fact_of(R"({"roleGranted": {"principal": "clerk", "role": "finance"}})")};
  const std::vector<std::string> names = {"principalEnrolled", "periodClosed", "roleGranted",
                                          "roleRevoked"};
  for (std::size_t i = 0; i < names.size(); ++i)
    given({city(), together(facts)})
        .when(CommandOf(reverse(next + i)).as(i == 1 ? schema::Role::FINANCE : schema::Role::ADMIN))
        .refused(
            fmt::format("record {} is of kind {}, which cannot be reversed", next + i, names[i]),
            "as a new event");
}
