#include "domain/support/rule_book.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf target_with(std::function<void(schema::TargetSubmitted::Builder)> change) {
  return but(target("project/P", "U"),
             [=](schema::Fact::Builder fact) { change(fact.getTargetSubmitted()); });
}

Expectation in_force(std::vector<std::pair<std::uint64_t, std::uint64_t>> approvals) {
  return [=](MemoryLedger& ledger) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> got;
    for (const auto& one : ledger.state<TargetState>(target_key("project/P", 2024)).approvals)
      got.emplace_back(one.approval.value, one.target.value);
    CHECK(got == approvals);
  };
}

}  // namespace

TEST_CASE("TargetSubmitted: about a project, a unit, a list or a fund") {
  for (const char* about : {"project/P", "unit/V", "list/2024", "fund/2024/general"})
    given({city()})
        .when(target(about, "U"))
        .then({record_has("/fact/targetSubmitted/about", '"' + std::string(about) + '"')});
  given({city()}).when(target("project/X", "U")).refused("project/X is not known");
  given({city()}).when(target("unit/X", "U")).refused("unit/X is not known");
  given({city()}).when(target("project/P", "X")).refused("unit/X is not known");
  given({city()}).when(target("pool/P", "U")).invalid("\"pool/P\" cannot be the subject here");
  given({city()}).when(target("P", "U")).invalid("is not a subject");
  given({city()}).when(target("project/P", "U", 1899)).invalid("fiscal year 1899");
  given({city()}).when(target("project/P", "U", 3000)).invalid("fiscal year 3000");
}

TEST_CASE("TargetSubmitted: each indicator has a name of its own and a dimension") {
  using Target = schema::TargetSubmitted::Builder;
  using Direction = schema::Indicator::Direction;
  given({city()})
      .when(target_with([](Target it) { it.initIndicators(0); }))
      .invalid("at least one indicator");
  given({city()})
      .when(target_with([](Target it) { it.initIndicators(129); }))
      .beyond_limit("129 indicators; the limit is 128");
  given({city()})
      .when(target_with([](Target it) { it.getIndicators()[0].setName(""); }))
      .invalid("a name of its own");
  given({city()})
      .when(target_with([](Target it) {
        for (auto indicator : it.initIndicators(2)) {
          indicator.setName("pupils");
          indicator.setDimension(schema::Indicator::Dimension::QUANTITY);
        }
      }))
      .invalid("\"pupils\" is not");
  given({city()})
      .when(target_with([](Target it) {
        it.getIndicators()[0].setDimension(schema::Indicator::Dimension::UNSPECIFIED);
      }))
      .invalid("\"pupils\" needs a dimension");
  const auto qualitative = [](std::string statement) {
    return target_with([=](Target it) {
      it.getIndicators()[0].setDirection(Direction::QUALITATIVE);
      it.getIndicators()[0].setStatement(statement.c_str());
    });
  };
  given({city()}).when(qualitative("")).invalid("needs a statement");
  given({city()}).when(qualitative("all are housed")).then({});
}

TEST_CASE(
    "TargetApproved: the newest approval counts, and the version in force is not approved again") {
  given({city(), target("project/P", "U"), target("project/P", "U")})
      .when(approve(next))
      .then({recorded(R"({"targetApproved":
              {"target": "10", "fiscalYear": 2024, "about": "project/P"}})"),
             in_force({{12, 10}})})
      .when(approve(next))
      .refused("target 10 is the version in force already, by approval 12")
      .when(approve(next + 1))
      .then({in_force({{12, 10}, {13, 11}})})
      .when(approve(next))
      .then({in_force({{12, 10}, {13, 11}, {14, 10}})});
}

TEST_CASE("TargetApproved: names a target that was submitted and not reversed") {
  given({city()}).when(approve(next)).refused("there is no record 10 yet");
  given({city()})
      .when(approve(unit_U))
      .refused("record 2 is of kind unitRegistered", "targetSubmitted");
  given({city(), target("project/P", "U"), reverse(next)})
      .when(approve(next))
      .refused("record 10 was reversed by record 11");
}

TEST_CASE("TargetApproved: reversed, the version before it is in force again") {
  given({city(), target("project/P", "U"), target("project/P", "U"), approve(next),
         approve(next + 1)})
      .when(reverse(next + 3))
      .then({in_force({{12, 10}})})
      .when(reverse(next))
      .refused("target 10 is approved", "reverse the approval first")
      .when(reverse(next + 2))
      .then({in_force({})})
      .when(reverse(next))
      .then({});
}

TEST_CASE("TargetApproved: a target approved twice is reversible when both approvals are undone") {
  given({city(), target("project/P", "U"), target("project/P", "U"), approve(next),
         approve(next + 1), approve(next), reverse(next + 2)})
      .when(reverse(next))
      .refused("target 10 is approved")
      .when(reverse(next + 4))
      .then({in_force({{13, 11}})})
      .when(reverse(next))
      .then({});
}
