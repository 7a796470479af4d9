#include "domain/subjects.h"

#include "core/limits.h"
#include "domain/support/rule_book.h"
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
  };
  for (const auto& [fact, expected] : table) CHECK(subjects(fact) == expected);
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
