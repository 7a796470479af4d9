#include "codec/subjects.h"

#include <set>

#include "core/limits.h"
#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// The subjects joined by blanks, or the error's sentence.
std::string subjects(const FactOf& of) {
  capnp::MallocMessageBuilder message;
  auto fact = message.initRoot<schema::Fact>();
  of.fill(fact);
  const auto found = subjects_of(fact.asReader());
  return found ? fmt::format("{}", fmt::join(*found, " ")) : found.error().message;
}

unsigned tag_of(const FactOf& of) {
  capnp::MallocMessageBuilder message;
  auto fact = message.initRoot<schema::Fact>();
  of.fill(fact);
  return static_cast<unsigned>(fact.which());
}

FactOf line_of(std::string unit) {
  return but(line(A), [=](schema::Fact::Builder fact) { fact.getLineOpened().setUnit(unit); });
}

FactOf approval_of(std::string about) {
  return but(approve(1),
             [=](schema::Fact::Builder fact) { fact.getTargetApproved().setAbout(about); });
}

FactOf requested(FactOf adjustment) {
  return but(std::move(adjustment),
             [](schema::Fact::Builder fact) { fact.getBudgetAdjusted().setRequest("R-7"); });
}

FactOf with_subjects(FactOf fact) {
  return but(std::move(fact), [](schema::Fact::Builder it) {
    const auto set = [](auto list) {
      list.set(0, "unit/U");
      list.set(1, "project/P");
    };
    if (it.isApprovalRecorded()) set(it.getApprovalRecorded().initSubjects(2));
    if (it.isReversalProposed()) set(it.getReversalProposed().initSubjects(2));
  });
}

/// Facts whose subject the ledger takes from the event that they name.
template <typename Fill>
FactOf named(Fill fill) {
  return {[=](schema::Fact::Builder fact) { fill(fact); }};
}

FactOf proposed_for(std::string request, std::string pool) {
  return but(propose(Kind::CLAWBACK, {{B, -1, ""}, {A, -1, ""}}, std::move(pool)),
             [=](schema::Fact::Builder fact) { fact.getAdjustmentProposed().setRequest(request); });
}

FactOf reversal() {
  return but(reverse(5), [](schema::Fact::Builder fact) {
    auto reversed = fact.getEventReversed();
    auto effects = reversed.initEffects(2);
    effects[0].setLine(B);
    effects[1].setLine(A);
    reversed.initSubjects(1).set(0, "fund/2024/general");
  });
}

}  // namespace

TEST_CASE("the table fact → subjects: sorted, each once") {
  const std::vector<std::pair<FactOf, std::string>> table = {
      {opened(), "ledger"},
      {rules(rule_set("off")), "ledger ruleset/city"},
      {unit("U"), "unit/U"},
      {unit("U", "D"), "department/D unit/U"},
      {project("P", "U", {"R", "O", "R"}), "project/O project/P project/R unit/U"},
      {line_of("U"), A + " project/P unit/U"},
      {target("project/P", "U"), "project/P unit/U"},
      {target("unit/U", "U"), "unit/U"},
      {approval_of("list/L"), "list/L"},
      {appropriate(A, 1), "fund/2024/general " + A + " project/P"},
      {appropriate(A, 1, {1, 0, "p"}), "fund/2024/general " + A + " pool/p project/P"},
      {requested(adjust(Kind::CLAWBACK, {{B, -1, ""}, {A, -1, ""}, {B, -1, ""}}, "p")),
       "fund/2024/general " + A + " " + B + " pool/p project/P project/Q request/R-7"},
      {commit(A, 1), A + " project/P"},
      {pay(A, 1), A + " project/P"},
      {monitor("unit/U"), "unit/U"},
      {grade("project/P", 2023), "evaluation/2023/project/P project/P"},
      {reversal(), "fund/2024/general " + A + " " + B + " project/P project/Q"},
      {fact_of(R"({"principalEnrolled": {"principal": "ann"}})"), "principal/ann"},
      {fact_of(R"({"roleGranted": {"principal": "ann", "role": "audit"}})"), "principal/ann"},
      {named([](auto fact) { fact.initRoleRevoked().setPrincipal("ann"); }), "principal/ann"},
      {named([](auto fact) { fact.initKeyRotated(); }), "ledger"},
      {named([](auto fact) { fact.initLedgerSealed(); }), "ledger"},
      {named([](auto fact) { fact.initExpenditureStandardSet().setStandard("meal"); }),
       "standard/meal"},
      {estimate("general", 1), "fund/2024/general"},
      {fact_of(R"({"ceilingIssued": {"fiscalYear": 2024, "unit": "U", "amount": 1}})"), "unit/U"},
      {year_closed(2024), "period/2024"},
      {year_reopened(2024), "period/2024"},
      {fact_of(R"({"unitReorganised": {"kind": "merged", "unit": "V", "into": "U"}})"),
       "unit/U unit/V"},
      {fact_of(R"({"unitReorganised": {"kind": "newParent", "unit": "V", "department": "D"}})"),
       "department/D unit/V"},
      {classified("P", "basic"), "project/P"},
      {fact_of(R"({"exAnteAppraised": {"project": "P"}})"), "project/P"},
      {fact_of(R"({"affordabilityAssessed": {"project": "P"}})"), "project/P"},
      {fact_of(R"({"pipelineAdmitted": {"project": "P"}})"), "project/P"},
      {fact_of(R"({"libraryAdmitted": {"project": "P"}})"), "project/P"},
      {fact_of(R"({"instalmentsRolled": {"project": "P"}})"), "project/P"},
      {fact_of(R"({"projectClosed": {"project": "P", "outcome": "merged"}})"), "project/P"},
      {named([](auto fact) { fact.initTargetReturned().setAbout("list/L"); }), "list/L"},
      {request("Q", 1), "project/Q unit/V"},
      {named([](auto fact) { fact.initItemReviewed().setProject("P"); }), "project/P"},
      {proposed_for("R-7", "p"), A + " " + B + " pool/p project/P project/Q request/R-7"},
      {proposed_for("", ""), A + " " + B + " project/P project/Q"},
      {with_subjects(approval(1)), "project/P unit/U"},
      {state_budget(A, {1, 0}), "fund/2024/general " + A + " project/P"},
      {fact_of(R"({"fundsSuspended": {"about": "project/P"}})"), "project/P"},
      {fact_of(R"({"fundsSuspended": {"about": ")" + A + R"("}})"), A + " project/P"},
      {named([](auto fact) { fact.initFundsResumed().setAbout(A); }), A + " project/P"},
      {fact_of(R"({"monitoringPlanned": {"about": "unit/U"}})"), "unit/U"},
      {named([](auto fact) { fact.initCorrectionOrdered().setAbout("unit/U"); }), "unit/U"},
      {named([](auto fact) { fact.initCorrectionVerified().setAbout("unit/U"); }), "unit/U"},
      {named([](auto fact) {
         fact.initResultApplied().setAbout("project/P");
         fact.getResultApplied().setEvaluatedYear(2023);
       }),
       "evaluation/2023/project/P project/P"},
      {fact_of(R"({"auditFindingRecorded": {"about": "project/P"}})"), "project/P"},
      {fact_of(R"({"factorAssessed": {"about": "project/P"}})"), "project/P"},
      {list_adopted("L", "D", {{"Q", 1}, {"P", 1}}), "department/D list/L project/P project/Q"},
      {plan_filed("L", {{"Q", 1}}), "list/L project/Q"},
      {transfer("t", 1), "fund/2024/general"},
      {earmarked_transfer("t", 1, "P"), "fund/2024/general project/P"},
      {fact_of(R"({"trainingHeld": {"topic": "targets"}})"), "ledger"},
      {fact_of(R"({"trainingHeld": {"topic": "targets", "unit": "U"}})"), "unit/U"},
      {fact_of(R"({"disclosurePublished": {"about": "unit/U"}})"), "unit/U"},
      {with_subjects(propose_reversal(1)), "project/P unit/U"},
  };
  std::set<unsigned> listed;
  for (const auto& [fact, expected] : table) {
    CHECK(subjects(fact) == expected);
    listed.insert(tag_of(fact));
  }
  for (unsigned tag = 1; tag < fact_count; ++tag) {
    INFO("the table lacks " << fact_name(static_cast<schema::Fact::Which>(tag)));
    CHECK(listed.contains(tag));
  }
}

TEST_CASE("an event is about at most 520 subjects") {
  const auto successor = [](int predecessors) {
    std::vector<std::string> names;
    for (int i = 0; i < predecessors; ++i) names.push_back(fmt::format("P{}", i));
    return project("N", "U", names, 10);
  };
  CHECK(subjects(successor(518)).starts_with("project/N project/P0 "));
  CHECK_THAT(subjects(successor(519)),
             Catch::Matchers::Contains("about 521 subjects; the limit is 520"));
}

TEST_CASE("256 legs of different projects and years stay within the subjects of an event") {
  std::vector<LegOf> legs;
  for (int i = 0; i < 256; ++i) legs.push_back({fmt::format("line/2024/P{}/f/net/-", i), 1, ""});
  CHECK(subjects(requested(adjust(Kind::CLAWBACK, legs, "p"))).starts_with("fund/2024/f "));
}

TEST_CASE("a part of a fact that is no id gives no subject but an error") {
  CHECK_THAT(subjects(unit("ü")), Catch::Matchers::Contains("is not a subject"));
  CHECK_THAT(subjects(commit("line/2024", 1)), Catch::Matchers::Contains("not a budget line"));
  CHECK_THAT(subjects({[](schema::Fact::Builder) {}}),
             Catch::Matchers::Contains("does not know the fact with tag 0"));
}

TEST_CASE(
    "every subject's history is a chain: ordinals without gaps, each record naming the last") {
  given({city(), pay(A, 1), pay(A, 2)})
      .when(together({pay(A, 3), pay(A, 4)}))
      .then({record_has("/subjects", R"([{"ordinal":"5","previous":"12","id":")" + A + R"("},)" +
                                         R"({"ordinal":"6","previous":"12","id":"project/P"}])")});
}
