#include "domain/support/cycle_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

TEST_CASE("UnitRegistered: a unit is registered once") {
  given({ledger_under("off")})
      .when(unit("U", "D"))
      .then({recorded(R"({"unitRegistered": {"unit": "U", "name": "a unit", "department": "D"}})")})
      .when(unit("U"))
      .refused("unit/U is registered already");
  given({ledger_under("off")}).when(unit("")).invalid("needs an id");
  given({ledger_under("off")}).when(unit("U/1")).invalid("needs an id");
  given({ledger_under("off")}).when(unit(std::string(92, 'u'))).beyond_limit("the limit is 96");
}

TEST_CASE("ProjectProposed: by a unit that is registered, once") {
  given({ledger_under("off"), unit("U")})
      .when(project("P", "U"))
      .then(
          {recorded(R"({"projectProposed": {"project": "P", "unit": "U", "name": "a project"}})")})
      .when(project("P", "U"))
      .refused("project/P was proposed already")
      .when(project("Q", "X"))
      .refused("unit/X is not known", "unitRegistered first")
      .when(project("Q?", "U"))
      .invalid("needs an id");
}

TEST_CASE("ProjectProposed: takes over shares of projects that are known") {
  given({city()})
      .when(project("N", "U", {"P", "Q"}, 5'000))
      .then({recorded(R"({"projectProposed": {"project": "N", "unit": "U", "name": "a project",
        "predecessors": [{"project": "P", "shareBasisPoints": 5000},
                         {"project": "Q", "shareBasisPoints": 5000}]}})")});
  given({city()}).when(project("N", "U", {"X"})).refused("project/X is not known");
  given({city()}).when(project("N", "U", {"N"})).refused("project/N is not known");
  given({city()}).when(project("N", "U", {"P"}, 0)).invalid("P is 0 basis points");
  given({city()}).when(project("N", "U", {"P"}, 10'001)).invalid("P is 10001 basis points");
}

TEST_CASE("ProjectProposed: names each predecessor once") {
  // Two shares of one predecessor could sum to more than all of it.
  given({city()}).when(project("N", "U", {"P", "P"}, 6'000)).invalid("P is named twice");
}

TEST_CASE("ProjectProposed: the successors of a project share no more than the whole of it") {
  // Two projects could each take over all of a third, and have its base twice.
  Outcome shared = given({city()}).when(project("M", "U", {"P"}, 6'000));
  shared.then({})
      .when(project("N", "U", {"P", "Q"}, 4'001))
      .refused(
          "with these 4001 basis points, the successors of project P would have 10001 of its "
          "10000 (record 10)",
          "take over no more than is left, or reverse a proposal first")
      .when(project("N", "U", {"Q", "P"}, 4'000))
      .then({})
      .when(project("O", "U", {"P"}, 1))
      .refused("project P would have 10001 of its 10000 (record 10, 11)");
  shared.when(project("O", "U", {"Q"}, 6'000)).then({});
  shared.when(reverse(10)).then({}).when(project("T", "U", {"P"}, 6'000)).then({});
}

TEST_CASE("LineOpened: a line of a project that is known, once") {
  given({ledger_under("off"), unit("U"), project("P", "U")})
      .when(line(A))
      .then({recorded(R"({"lineOpened": {"line": "line/2024/P/general/net/-", "unit": "U"}})")})
      .when(line(A))
      .refused(A, "open already")
      .when(line(B))
      .refused("project/Q is not known", "projectProposed first");
}

TEST_CASE("a project that was closed is given no further lines and no money") {
  // It went on as if nothing had happened.
  using End = schema::ProjectClosed::Outcome;
  const std::string next_year = "line/2025/P/general/net/-", open = "line/2024/P/general/net/x";
  for (const End end : {End::FINISHED, End::CANCELLED, End::MERGED}) {
    const Given closed = given({city(), line(open), close_project("P", end)});
    for (const FactOf& fact : {line(next_year), appropriate(open, 1)})
      closed.when(fact).refused("project P was closed by record 11: reverse that first");
    closed.when(appropriate(open, 0))
        .then({})
        .when(adjust(Kind::REDUCTION, {{A, -1, ""}}))
        .then({})
        .when(reverse(11))
        .then({})
        .when(line(next_year))
        .then({})
        .when(appropriate(next_year, 1))
        .then({});
  }
  given({city(), line(open), close_project("P")}).when(appropriate(open, -5)).then({});
}

TEST_CASE("a budget line's id says its year, project, fund, measure and item") {
  for (const char* id : {"line/2024/P/general/net", "line/2024/P/general/net/-/-",
                         "line/24/P/general/net/-", "line/20x4/P/general/net/-", "line", "unit/U"})
    given({city()}).when(line(id)).invalid(id, "line/YEAR/PROJECT/FUND/MEASURE/ITEM");
  for (const char* id : {"", "line//P/general/net/-", "line/2024/P/general/net/"})
    given({city()}).when(line(id)).invalid("is not a subject");
  for (const char* year : {"1899", "3000", "-001"})
    given({city()})
        .when(line(fmt::format("line/{}/P/general/net/-", year)))
        .invalid("the fiscal year lies outside 1900 to 2999");
  given({city()})
      .when(line("line/2024/P/general/net/" + std::string(80, 'i')))
      .beyond_limit("the limit is 96");
}

TEST_CASE("LineOpened: a measure that no rule would look at is refused") {
  // A line of a mistyped measure was paid from without limit, with R19 enforced.
  for (const char* mode : {"enforce", "off"})
    given({city(mode)})
        .when(line("line/2024/P/general/bogus/-"))
        .refused("the measure \"bogus\" is in no balance group", "city@1",
                 "they have: net, conditional, earmarked, commitment, headcount", "publish");
}

TEST_CASE("a line that was never opened takes no money") {
  const std::string closed = "line/2025/P/general/net/-";
  for (const FactOf& fact :
       {appropriate(closed, 1), adjust(Kind::SUPPLEMENT, {{A, 1, ""}, {closed, 1, ""}}),
        commit(closed, 1), pay(closed, 1)})
    given({city()}).when(fact).refused(closed, "was never opened", "lineOpened first");
}
