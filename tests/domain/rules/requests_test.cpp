#include "domain/support/cycle_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

const std::string R2 = R"("R2": {"mode": "enforce"})";
const std::string R11 = R"("R11": {"mode": "enforce"})";
const std::string R12 = R"("R12": {"mode": "enforce"})";

using Severity = schema::AuditFindingRecorded::Severity;

/// Records 10 to 15: a request of 1001 for P, and what the five factors rest on.
CommandOf asked() {
  return together({request("P", "U", 1'001), monitor("project/P", 2023), grade("project/P", 2023),
                   assess(FactorKind::LEVEL_OF_DETAIL, "project/P"),
                   assess(FactorKind::STOCK, "unit/U"), audit("project/P", Severity::NONE)});
}
constexpr std::uint64_t asked_for = 10;
const std::vector<std::uint64_t> five = {11, 12, 13, 14, 15};

/// The five factors, those with a name in it breached: 0 is the execution rate.
std::vector<FactorOf> factors(std::vector<std::size_t> breached = {}) {
  std::vector<FactorOf> all = {{FactorKind::EXECUTION_RATE, 11},
                               {FactorKind::GRADE, 12},
                               {FactorKind::LEVEL_OF_DETAIL, 13},
                               {FactorKind::STOCK, 14},
                               {FactorKind::AUDIT_FINDINGS, 15}};
  for (const std::size_t index : breached) all[index].breached = true;
  return all;
}

CommandOf reviewed(std::int64_t amount, std::vector<FactorOf> looked_at = factors()) {
  return CommandOf(review(asked_for, amount, std::move(looked_at))).citing(five);
}

/// Rests on record 16 instead of the usual one.
std::vector<FactorOf> with_other(std::size_t factor) {
  auto all = factors();
  all[factor].event = 16;
  return all;
}
CommandOf reviewed_with_other(std::size_t factor, std::int64_t amount = 1) {
  return CommandOf(review(asked_for, amount, with_other(factor))).citing({11, 12, 13, 14, 15, 16});
}

FactOf meals(std::int64_t amount, std::int64_t quantity, std::uint8_t scale = 0) {
  return request("P", "U", amount,
                 {{.amount = amount, .standard = "meal", .quantity = quantity, .scale = scale}});
}

}  // namespace

TEST_CASE("R2 itemised: the cost lines make up the amount requested") {
  check_in_each_mode({"R2",
                      only("R2"),
                      {},
                      request("P", "U", 701, {{.amount = 400}, {.amount = 300}}),
                      {"the cost lines sum to 700 minor units, the amount requested is 701",
                       "Correct the cost lines or the amount"}});
  given({city_of_rules(R2)})
      .when(request("P", "U", 699, {{.amount = 400}, {.amount = 300}}))
      .refused("R2: the cost lines sum to 700 minor units, the amount requested is 699")
      .when(request("P", "U", 700, {{.amount = 400}, {.amount = 300}}))
      .then({no_breach()});
  // More than 64 bits hold is no sum that equals an amount.
  given({city_of_rules(R2)})
      .when(request("P", "U", most, {{.amount = most}, {.amount = most}}))
      .refused("the cost lines sum to 18446744073709551614 minor units");
}

TEST_CASE("R2 itemised: a request without cost lines or without content is refused") {
  check_in_each_mode({"R2",
                      only("R2"),
                      {},
                      request("P", "U", 700, {}),
                      {"the request has no cost lines", "List what the amount is made of"}});
  check_in_each_mode(
      {"R2",
       only("R2"),
       {},
       but(request("P", "U", 700),
           [](schema::Fact::Builder fact) { fact.getBudgetRequested().setContent(""); }),
       {"the request does not say what the money is for", "Fill in content"}});
}

TEST_CASE("R2 itemised: no amount is negative, and each cost line has a name") {
  given({city_of_rules("")})
      .when(request("P", "U", -1, {}))
      .invalid("the amount requested is -1")
      .when(request("P", "U", 1, {{.amount = 2}, {.amount = -1}}))
      .invalid("a cost line is -1")
      .when(but(request("P", "U", 1),
                [](schema::Fact::Builder fact) {
                  fact.getBudgetRequested().getCostLines()[0].setName("");
                }))
      .invalid("each cost line has a name")
      .when(request("P", "X", 1))
      .refused("unit/X is not known")
      .when(request("X", "U", 1))
      .refused("project/X is not known");
}

TEST_CASE("R12 standards: a cost line is at most quantity times unit standard") {
  check_in_each_mode(
      {"R12",
       only("R12"),
       {standard("meal", 333)},
       CommandOf(meals(1'000, 3)).citing({10}),
       {"cost line \"meals\" is 1000 minor units; by standard meal, record 10, of 333 each it may "
        "be 999",
        "Lower the cost line to that"}});
  given({city_of_rules(R12), standard("meal", 333)})
      .when(CommandOf(meals(999, 3)).citing({10}))
      .then({no_breach()});
}

TEST_CASE("R12 standards: a part of a minor unit is rounded down") {
  given({city_of_rules(R12), standard("meal", 333)})
      .when(CommandOf(meals(833, 25, 1)).citing({10}))
      .refused("it may be 832")
      .when(CommandOf(meals(832, 25, 1)).citing({10}))
      .then({no_breach()});
  given({city_of_rules(R12), standard("meal", most)})
      .when(CommandOf(meals(most, 2)).citing({10}))
      .then({no_breach()});
}

TEST_CASE("R12 standards: of less than nothing, nothing may be requested") {
  // A negative price was taken for one that does not fit, and passed.
  given({city_of_rules(R12), standard("meal", 333)})
      .when(CommandOf(meals(1, -3)).citing({10}))
      .refused("R12: ", "it may be 0");
}

TEST_CASE("R12 standards: the standard is that of the day of the decision") {
  const auto on = [](std::string_view date, FactOf fact) {
    return CommandOf(std::move(fact)).effective_on(date);
  };
  const CommandOf old_price = on("2023-01-01", standard("meal", 300));
  const CommandOf new_price = on("2024-03-01", standard("meal", 400));
  for (const bool old_first : {true, false}) {
    const std::uint64_t old_record = old_first ? 10 : 11;
    const Given city = given(
        {city_of_rules(R12), old_first ? old_price : new_price, old_first ? new_price : old_price});
    city.when(CommandOf(meals(400, 1)).citing({10, 11}).decided_on("2024-03-01"))
        .then({no_breach()});
    city.when(CommandOf(meals(400, 1)).citing({10, 11}).decided_on("2024-02-29"))
        .refused(fmt::format("record {}, of 300 each it may be 300", old_record));
  }
  given({city_of_rules(R12), new_price})
      .when(CommandOf(meals(1, 1)).decided_on("2024-02-29"))
      .refused("R12: no standard meal is in force on 2024-02-29",
               "Record an expenditureStandardSet");
}

TEST_CASE("R12 standards: a reversed standard is in force no more, and one that counts is cited") {
  given({city_of_rules(R12), standard("meal", 300), standard("meal", 400)})
      .when(meals(400, 1))
      .refused("R12: the standard, record 11, is not among the evidence", "Cite record 11")
      .when(reverse(11))
      .then({})
      .when(CommandOf(meals(400, 1)).citing({10}))
      .refused("record 10, of 300 each it may be 300")
      .when(reverse(10))
      .then({})
      .when(CommandOf(meals(1, 1)).citing({10}))
      .refused("no standard meal is in force on 2024-03-01");
  given({city_of_rules(R12)}).when(request("P", "U", most)).then({no_breach()});
}

TEST_CASE("R11 five factors: without a breach, as much as was requested is allowed") {
  check_in_each_mode(
      {"R11",
       only("R11"),
       {asked()},
       reviewed(1'002),
       {"1002 minor units would be allowed; of the 1001 requested by record 10, the breached "
        "factors (none) leave 1001, a cut of 0 basis points",
        "Allow at most 1001, or cancel the item"}});
  given({city_of_rules(R11), asked()}).when(reviewed(1'001)).then({no_breach()});
}

TEST_CASE("R11 five factors: each breached factor takes its part off, rounded down") {
  struct Case {
    std::vector<std::size_t> breached;
    std::int64_t left;
  };
  for (const Case& one : std::vector<Case>{{{0}, 900},
                                           {{1}, 900},
                                           {{2}, 950},
                                           {{3}, 900},
                                           {{4}, 900},
                                           {{1, 2}, 850},
                                           {{0, 1, 2, 3, 4}, 550}}) {
    const Given city = given({city_of_rules(R11), asked()});
    city.when(reviewed(one.left + 1, factors(one.breached)))
        .refused("R11: ", fmt::format("leave {}, a cut of ", one.left),
                 fmt::format("record {}", five[one.breached.front()]));
    city.when(reviewed(one.left, factors(one.breached))).then({no_breach()});
  }
}

TEST_CASE("R11 five factors: the rule set's table says how much, and an item can be cancelled") {
  const std::string cuts =
      R"("R11": {"mode": "enforce", "cuts": {"grade": 9000, "stock": 2500, "executionRate": 0}})";
  const Given city = given({city_of_rules(cuts), asked()});
  city.when(reviewed(1'001, factors({0}))).then({no_breach()});
  city.when(reviewed(751, factors({3}))).refused("leave 750");
  // What the factors take off is at most the whole.
  city.when(reviewed(1, factors({1, 3}))).refused("leave 0, a cut of 11500 basis points");
  const FactOf cancelled =
      but(review(asked_for, 0, factors({1, 3})),
          [](schema::Fact::Builder fact) { fact.getItemReviewed().setCancelled(true); });
  city.when(CommandOf(cancelled).citing(five)).then({no_breach()});
  city.when(but(cancelled, [](schema::Fact::Builder fact) { fact.getItemReviewed().setAmount(1); }))
      .invalid("a cancelled item is allowed 0, not 1");
}

TEST_CASE("R11 five factors: a missing factor is refused, never passed") {
  const std::vector<std::string> names = {"the execution rate", "the grade", "the level of detail",
                                          "the stock", "the audit finding"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto missing = factors();
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    check_in_each_mode(
        {"R11",
         only("R11"),
         {asked()},
         reviewed(1, missing),
         {"the review does not look at " + names[i], "Name the event that the factor rests on"}});
    // Named without an event, it is missing all the same.
    auto empty = factors();
    empty[i].event = 0;
    given({city_of_rules(R11), asked()})
        .when(reviewed(0, empty))
        .refused("does not look at " + names[i]);
  }
}

TEST_CASE("R11 five factors: each is named once, and rests on an event of its kind") {
  auto twice = factors();
  twice[1] = twice[0];
  auto unspecified = factors();
  unspecified[0].kind = FactorKind::UNSPECIFIED;
  given({city_of_rules(R11), asked()})
      .when(reviewed(1, twice))
      .invalid("a review names each factor once")
      .when(reviewed(1, unspecified))
      .invalid("a factor is executionRate, grade, levelOfDetail, stock or auditFindings");
  const std::vector<std::string> wanted = {"monitoringChecked", "gradeAssigned", "factorAssessed",
                                           "factorAssessed", "auditFindingRecorded"};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto other = factors();
    other[i].event = asked_for;
    given({city_of_rules(R11), asked()})
        .when(reviewed(1, other))
        .refused("record 10 is of kind budgetRequested; the sequence of a " + wanted[i]);
  }
  auto swapped = factors();
  swapped[2].event = 14;
  auto reversed = factors();
  given({city_of_rules(R11), asked()})
      .when(reviewed(1, swapped))
      .refused("record 14 assesses another factor")
      .when(reverse(15))
      .then({})
      .when(reviewed(1, reversed))
      .refused("record 15 was reversed by record 16");
  given({city_of_rules(R11), asked()})
      .when(review(unit_U, 1, factors()))
      .refused("the sequence of a budgetRequested is wanted");
}

TEST_CASE("R11 five factors: all of the five events are cited") {
  for (std::size_t i = 0; i < five.size(); ++i) {
    auto cited = five;
    cited.erase(cited.begin() + static_cast<std::ptrdiff_t>(i));
    check_in_each_mode({"R11",
                        only("R11"),
                        {asked()},
                        CommandOf(review(asked_for, 1, factors())).citing(cited),
                        {fmt::format("record {}, is not among the evidence", five[i]),
                         fmt::format("Cite record {}", five[i])}});
  }
}

TEST_CASE("R11 five factors: an event that says so is a breach, whatever the review says") {
  // Only the review's own word counted, so that a breach on record could be passed over.
  struct Case {
    FactOf event;
    std::size_t factor;
    std::int64_t left;
  };
  const auto poor = but(grade("project/P", 2023), [](schema::Fact::Builder fact) {
    fact.getGradeAssigned().setGrade(GradeIs::MEDIUM);
  });
  for (const Case& one :
       std::vector<Case>{{poor, 1, 900},
                         {assess(FactorKind::LEVEL_OF_DETAIL, "project/P", true), 2, 950},
                         {assess(FactorKind::STOCK, "project/P", true), 3, 900},
                         {audit("unit/U", Severity::MAJOR), 4, 900},
                         {audit("unit/U", Severity::MINOR), 4, 1'001}}) {
    const Given city = given({city_of_rules(R11), asked(), one.event});
    city.when(reviewed_with_other(one.factor, one.left + 1))
        .refused(fmt::format("leave {}, a cut of", one.left));
    city.when(reviewed_with_other(one.factor, one.left)).then({no_breach()});
  }
}

TEST_CASE("R11 five factors: the events are about the project, its predecessors or its unit") {
  given({city_of_rules(R11), asked(), assess(FactorKind::STOCK, "project/Q")})
      .when(reviewed_with_other(3))
      .refused("R11: the stock, record 16, is about project/Q, not about project P or unit U",
               "Name the event of the project or its unit");
  given({city_of_rules(R11), asked(), audit("unit/V", Severity::NONE)})
      .when(reviewed_with_other(4))
      .refused("the audit finding, record 16, is about unit/V, not about project P or unit U");
  // A list or a fund stood in for any project.
  given({city_of_rules(R11), asked(), audit("fund/2023/general", Severity::NONE)})
      .when(reviewed_with_other(4))
      .refused("the audit finding, record 16, is about fund/2023/general, not about project P");
  given({city_of_rules(R11), asked(), assess(FactorKind::STOCK, "list/L")})
      .when(reviewed_with_other(3))
      .refused("the stock, record 16, is about list/L, not about project P");
  given({city_of_rules(R11), asked(), project("R", "U", {"P"}), request("R", "U", 1)})
      .when(CommandOf(review(17, 1, factors())).citing(five))
      .then({no_breach()});
}

TEST_CASE("R11 five factors: a grade that another one superseded does not count") {
  given({city_of_rules(R11), asked(),
         graded("project/P", 2023, GradeIs::MEDIUM, "2024-02-01", LevelIs::CONGRESS)})
      .when(reviewed(900))
      .refused("R11: the grade, record 12, is not the one that counts now, record 16")
      .when(reviewed_with_other(1, 901))
      .refused("the breached factors (the grade, record 16) leave 900")
      .when(reviewed_with_other(1, 900))
      .then({no_breach()});
}

TEST_CASE("R11 five factors: the grade is the project's own, the last one; else its unit's") {
  // The unit's good grade, or an old one, stood in for the project's poor one.
  const auto of = [](std::string about, GradeIs grade, std::int32_t year = 2023) {
    return graded(std::move(about), year, grade, "2024-02-01");
  };
  for (const CommandOf& other : {of("unit/U", GradeIs::GOOD), of("project/P", GradeIs::GOOD, 2022)})
    given({city_of_rules(R11), asked(), other})
        .when(reviewed_with_other(1))
        .refused("R11: the grade, record 16, is not the one that counts now, record 12");
  // A project that was never evaluated has its predecessor's, and then the unit's.
  const auto named = [](std::uint64_t grade) {
    auto all = factors();
    all[1].event = grade;
    return all;
  };
  const CommandOf anew = together({project("R", "U", {"P"}), request("R", "U", 1)});
  given({city_of_rules(R11), asked(), of("unit/U", GradeIs::GOOD), anew})
      .when(CommandOf(review(18, 1, named(16))).citing({11, 13, 14, 15, 16}))
      .refused("R11: the grade, record 16, is not the one that counts now, record 12");
  given({city_of_rules(R11), asked(), of("unit/U", GradeIs::GOOD), reverse(12)})
      .when(CommandOf(review(asked_for, 1, named(16))).citing({11, 13, 14, 15, 16}))
      .then({no_breach()});
}
