#include <boost/json/serialize.hpp>

#include <fstream>
#include <sstream>

#include "codec/json.h"
#include "domain/support/cycle_facts.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

using Mode = schema::Breach::Mode;

const std::string R4 = R"("R4": {"mode": "enforce"})";
const std::string R5 = R"("R5": {"mode": "enforce"})";
const std::string R4_of_year = R"("R4": {"mode": "enforce", "evaluation": "ofYearBefore"})";

/// P's evaluation of 2022, made in 2023: record 10 where it comes first.
CommandOf medium(std::string about = "project/P") {
  return graded(std::move(about), 2022, GradeIs::MEDIUM, last_year);
}
CommandOf poor() {
  return graded("project/P", 2022, GradeIs::POOR, last_year);
}

CommandOf appropriated(std::int64_t amount, std::vector<std::uint64_t> cited, Cuts cuts = {}) {
  return CommandOf(appropriate(A, amount, std::move(cuts))).citing(std::move(cited));
}

/// R4 as the shipped rule set `escalating` has it.
std::string escalating() {
  std::ifstream file(COUNTERFOIL_SOURCE_DIR "/schema/rulesets/escalating.json");
  std::stringstream text;
  text << file.rdbuf();
  const auto json = parse_json(text.str()).value();
  return "\"R4\": " + boost::json::serialize(json.at("rules").at("R4"));
}

}  // namespace

TEST_CASE("R4 grade cut: after a medium grade, at most 80 % of the base, rounded down") {
  check_in_each_mode({"R4",
                      only("R4"),
                      {medium()},
                      appropriated(800, {9, 10}),
                      {"800 minor units are above the ceiling of 799: 8000 basis points of a base "
                       "of 999 (record 9), for the grade medium of record 10",
                       "Appropriate at most 799"}});
  given({city_of_rules(R4), medium()}).when(appropriated(799, {9, 10})).then({no_breach()});
}

TEST_CASE("R4 grade cut: after a poor grade, at most half of the base, or nothing") {
  const Given city = given({city_of_rules(R4), poor()});
  city.when(appropriated(500, {9, 10}))
      .refused("R4: 500 minor units are above the ceiling of 499: 5000 basis points");
  city.when(appropriated(499, {9, 10})).then({no_breach()});
  given({city_of_rules(R4), poor()}).when(appropriate(A, 0)).then({no_breach()});
}

TEST_CASE("R4 grade cut: an excellent or good grade sets no ceiling, and neither does none") {
  for (const GradeIs grade : {GradeIs::EXCELLENT, GradeIs::GOOD})
    given({city_of_rules(R4), graded("project/P", 2022, grade, last_year)})
        .when(appropriate(A, 9'999))
        .then({no_breach()});
  given({city_of_rules(R4)}).when(appropriate(A, 9'999)).then({no_breach()});
  given({city_of_rules(R4), medium("project/Q"), medium("unit/U")})
      .when(appropriate(A, 9'999))
      .then({no_breach()});
  const std::string revenue = "line/2024/P/general/earmarked/-";
  given({city_of_rules(R4), medium(), line(revenue)})
      .when(appropriate(revenue, 9'999))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: the grade and the base are cited") {
  check_in_each_mode({"R4",
                      only("R4"),
                      {medium()},
                      appropriated(1, {9}),
                      {"the grade, record 10, is not among the evidence", "Cite record 10"}});
  check_in_each_mode(
      {"R4",
       only("R4"),
       {medium()},
       appropriated(1, {10}),
       {"the base's appropriation, record 9, is not among the evidence", "Cite record 9"}});
}

TEST_CASE("R4 grade cut: the evaluation is the one made in the year before") {
  const auto made_on = [](std::string_view day) {
    return graded("project/P", 2022, GradeIs::MEDIUM, day);
  };
  for (const char* day : {"2023-01-01", "2023-12-31"})
    given({city_of_rules(R4), made_on(day)}).when(appropriate(A, 999)).refused("R4: ");
  for (const char* day : {"2022-12-31", "2024-01-01"})
    given({city_of_rules(R4), made_on("2024-01-01").decided_on(day)})
        .when(appropriate(A, 999))
        .then({no_breach()});
}

TEST_CASE("R4 grade cut: an evaluation is made when it is decided, whenever it counts from") {
  // By the day from which it counts, its author could choose the year that it limits, or none.
  for (const char* day : {"2022-12-31", "2024-01-01"})
    given({city_of_rules(R4), medium().effective_on(day)})
        .when(appropriate(A, 999))
        .refused("R4: ", "above the ceiling of 799");
  given({city_of_rules(R4),
         graded("project/P", 2022, GradeIs::MEDIUM, "2024-02-01").effective_on("2023-12-31")})
      .when(appropriate(A, 999))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: a year graded anew keeps its ceiling, by the grade that is current") {
  // Only the current grade's own day was looked at: graded again in the year itself, a project had
  // no ceiling at all.
  const auto again = [](GradeIs grade, LevelIs level) {
    return graded("project/P", 2022, grade, "2024-02-01", level);
  };
  const CommandOf first =
      graded("project/P", 2022, GradeIs::MEDIUM, last_year, LevelIs::DEPARTMENT);
  given({city_of_rules(R4), first, again(GradeIs::POOR, LevelIs::FINANCE)})
      .when(appropriated(500, {9, 11}))
      .refused("R4: ", "above the ceiling of 499", "the grade poor of record 11")
      .when(appropriated(499, {9, 11}))
      .then({no_breach()});
  given({city_of_rules(R4), first, again(GradeIs::GOOD, LevelIs::FINANCE)})
      .when(appropriate(A, 999))
      .then({no_breach()});
  // What counts for nothing does not bring the year in.
  given({city_of_rules(R4), graded("project/P", 2022, GradeIs::MEDIUM, last_year, LevelIs::SELF),
         again(GradeIs::POOR, LevelIs::FINANCE)})
      .when(appropriate(A, 999))
      .then({no_breach()});
  // The evaluation that is looked at is the last one that was made in the year before.
  given({city_of_rules(R4), first, again(GradeIs::POOR, LevelIs::FINANCE),
         graded("project/P", 2023, GradeIs::GOOD, "2024-02-01")})
      .when(appropriate(A, 999))
      .refused("R4: ", "the grade poor of record 11");
}

TEST_CASE("R4 grade cut: or the one of the year before, where the rule set says so") {
  given({city_of_rules(R4_of_year), medium()}).when(appropriate(A, 999)).then({no_breach()});
  given({city_of_rules(R4_of_year), graded("project/P", 2023, GradeIs::MEDIUM, "2024-02-01")})
      .when(appropriated(800, {9, 10}))
      .refused("R4: ", "above the ceiling of 799")
      .when(appropriated(799, {9, 10}))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: evaluations below the level of the rule set do not count") {
  const auto by = [](LevelIs level) {
    return graded("project/P", 2022, GradeIs::POOR, last_year, level);
  };
  given({city_of_rules(R4), by(LevelIs::SELF)}).when(appropriate(A, 999)).then({no_breach()});
  for (const LevelIs level : {LevelIs::DEPARTMENT, LevelIs::CONGRESS})
    given({city_of_rules(R4), by(level)}).when(appropriate(A, 999)).refused("R4: ");
  const std::string of_finance = R"("R4": {"mode": "enforce", "level": "finance"})";
  given({city_of_rules(of_finance), by(LevelIs::DEPARTMENT)})
      .when(appropriate(A, 999))
      .then({no_breach()});
  given({city_of_rules(of_finance), by(LevelIs::FINANCE)})
      .when(appropriate(A, 999))
      .refused("R4: ");
}

TEST_CASE("R4 grade cut: of several grades the highest level counts, then the latest, the newest") {
  const auto good = [](std::string_view day, LevelIs level) {
    return graded("project/P", 2022, GradeIs::GOOD, day, level);
  };
  const auto bad = [](std::string_view day, LevelIs level) {
    return graded("project/P", 2022, GradeIs::POOR, day, level);
  };
  const auto decides = [](const CommandOf& one, const CommandOf& other, std::uint64_t record) {
    const Given city = given({city_of_rules(R4), one, other});
    if (record == 0) {
      city.when(appropriate(A, 999)).then({no_breach()});
    } else {
      city.when(appropriate(A, 999)).refused(fmt::format("the grade poor of record {}", record));
    }
  };
  decides(bad("2023-07-01", LevelIs::DEPARTMENT), good("2023-06-01", LevelIs::FINANCE), 0);
  decides(good("2023-06-01", LevelIs::FINANCE), bad("2023-07-01", LevelIs::DEPARTMENT), 0);
  decides(good("2023-07-01", LevelIs::FINANCE), bad("2023-06-01", LevelIs::AUDIT), 11);
  decides(good("2023-07-01", LevelIs::FINANCE), bad("2023-06-01", LevelIs::FINANCE), 0);
  decides(bad("2023-07-01", LevelIs::FINANCE), good("2023-06-01", LevelIs::FINANCE), 10);
  decides(bad("2023-06-01", LevelIs::FINANCE), good("2023-06-01", LevelIs::FINANCE), 0);
  decides(good("2023-06-01", LevelIs::FINANCE), bad("2023-06-01", LevelIs::FINANCE), 11);
}

TEST_CASE("R4 grade cut: a reversed grade leaves the one before it") {
  given({city_of_rules(R4), medium(), poor()})
      .when(appropriated(799, {9, 10, 11}))
      .refused("above the ceiling of 499", "the grade poor of record 11")
      .when(reverse(11))
      .then({})
      .when(appropriated(799, {9, 10}))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: without a base, even an enforced rule lets pass what is overridden") {
  const std::string other = "line/2024/P/general/net/other";
  const CommandOf command = appropriate(other, 1);
  const CommandOf overriding = command.overriding("Mayor", "No. 7");
  const std::string finding =
      "the grade of record 10 (medium) limits the 1 minor units for project P to a part of the "
      "base, and the ledger holds no appropriation of 2023 for fund general, measure net and item "
      "other";
  for (const char* mode : {"enforce", "override"})
    given({city_of_rules(only("R4")(mode)), medium(), line(other)})
        .when(command)
        .refused("R4: " + finding, "propose the project with its predecessor",
                 "or give an override with its authority and document")
        .when(command.overriding("Mayor", ""))
        .refused(finding)
        .when(overriding)
        .then({breach("R4", Mode::OVERRIDE, finding)});
  given({city_of_rules(only("R4")("observe")), medium(), line(other)})
      .when(command)
      .then({breach("R4", Mode::OBSERVE, finding)});
  given({city_of_rules(only("R4")("off")), medium(), line(other)})
      .when(command)
      .then({no_breach()});
  given({city_of_rules(R4), line(other)}).when(command).then({no_breach()});
}

TEST_CASE("R4 grade cut: a base of nothing or less exempts") {
  const std::string before = "line/2023/P/general/net/x", now = "line/2024/P/general/net/x";
  for (const std::int64_t base : {0, -5})
    given({city_of_rules(R4), medium(), line(before), line(now), appropriate(before, base)})
        .when(appropriate(now, 9'999))
        .then({no_breach()});
  given({city_of_rules(R4), medium(), line(before), line(now), appropriate(before, 1)})
      .when(appropriate(now, 1))
      .refused("above the ceiling of 0: 8000 basis points of a base of 1 (record 13)");
}

TEST_CASE("R4 grade cut: the base is the original appropriation, or the current budget") {
  const FactOf supplement = adjust(Kind::SUPPLEMENT, {{A23, 1, ""}});
  given({city_of_rules(R4), medium(), supplement})
      .when(appropriated(800, {9, 10}))
      .refused("a base of 999");
  given({city_of_rules(R4, R"("base": "currentAtClose")"), medium(), supplement})
      .when(appropriated(801, {9, 10}))
      .refused("above the ceiling of 800: 8000 basis points of a base of 1000")
      .when(appropriated(800, {9, 10}))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: the budget at the close is not what the close leaves of it") {
  // The base was today's budget: carrying the unspent money over took the ceiling with it.
  const std::string at_close = R"("base": "currentAtClose")";
  const FactOf carried = adjust(Kind::CARRY_OVER, {{A23, -999, ""}, {A, 999, ""}});
  Outcome closed = given({city_of_rules(R4, at_close), medium(),
                          adjust(Kind::SUPPLEMENT, {{A23, 1, ""}}), year_closed(2023), carried})
                       .when(adjust(Kind::CLAWBACK, {{A23, -1, ""}}, "p"));
  closed.then({current(A23, 0)})
      .when(appropriated(801, {9, 10}))
      .refused("above the ceiling of 800: 8000 basis points of a base of 1000 (record 9)");
  // While the year is open again, it is what it is now; closed again, what it was then.
  closed.when(year_reopened(2023))
      .then({})
      .when(adjust(Kind::SUPPLEMENT, {{A23, 100, ""}}))
      .then({})
      .when(appropriated(801, {9, 10}))
      .refused("above the ceiling of 80: 8000 basis points of a base of 100 (record 9)")
      .when(year_closed(2023))
      .then({})
      .when(adjust(Kind::CLAWBACK, {{A23, -50, ""}}, "p"))
      .then({current(A23, 50)})
      .when(appropriated(80, {9, 10}))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: a project registered anew does not escape") {
  const std::string of_r = "line/2024/R/general/net/-";
  const auto successor = [&](std::uint32_t share) {
    return together({project("R", "U", {"P"}, share), line(of_r)});
  };
  const auto give = [&](std::int64_t amount) {
    return CommandOf(appropriate(of_r, amount)).citing({9, 10});
  };
  given({city_of_rules(R4), medium(), successor(10'000)})
      .when(give(800))
      .refused("R4: ", "above the ceiling of 799", "a base of 999 (record 9)", "record 10")
      .when(give(799))
      .then({no_breach()});
  // Half of 999 is 499; of that, 80 % is 399.
  given({city_of_rules(R4), medium(), successor(5'000)})
      .when(give(400))
      .refused("above the ceiling of 399: 8000 basis points of a base of 499 (record 9)")
      .when(give(399))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: registering anew twice does not help either") {
  // Only the project's own predecessors were looked at: R's base was missing, and R had no grade.
  const std::string of_s = "line/2024/S/general/net/-";
  given({city_of_rules(R4), medium(), project("R", "U", {"P"}, 5'000),
         project("T", "U", {"P"}, 4'000), project("S", "U", {"R", "T"}, 10'000), line(of_s)})
      .when(CommandOf(appropriate(of_s, 720)).citing({9, 10}))
      .refused("above the ceiling of 719: 8000 basis points of a base of 899 (record 9)",
               "the grade medium of record 10")
      .when(CommandOf(appropriate(of_s, 719)).citing({9, 10}))
      .then({no_breach()});
}

TEST_CASE("R4 grade cut: the bases of several predecessors add up, and the worst grade counts") {
  const std::string q23 = "line/2023/Q/general/net/-", of_r = "line/2024/R/general/net/-";
  given({city_of_rules(R4), medium(), graded("project/Q", 2022, GradeIs::POOR, last_year),
         line(q23), appropriate(q23, 101), project("R", "U", {"P", "Q"}), line(of_r)})
      .when(appropriate(of_r, 551))
      .refused("above the ceiling of 550: 5000 basis points of a base of 1100 (record ", "9", "13",
               "the grade poor of record 11");
}

TEST_CASE("R4 escalating: unsatisfactory once, at least 1 % is cut") {
  for (const GradeIs grade : {GradeIs::MEDIUM, GradeIs::POOR})
    given({city_of_rules(escalating()), graded("project/P", 2023, grade, "2024-02-01")})
        .when(appropriated(990, {9, 10}))
        .refused("R4: 990 minor units are above the ceiling of 989: 9900 basis points")
        .when(appropriated(989, {9, 10}))
        .then({no_breach()});
}

TEST_CASE("R4 escalating: unsatisfactory twice running, the project is redesigned first") {
  const CommandOf give = appropriated(989, {9, 13});
  const Outcome again =
      given({city_of_rules(escalating()), medium(), target("project/P", "U"), approve(11),
             graded("project/P", 2023, GradeIs::POOR, "2024-02-01")})
          .when(give)
          .refused(
              "R4: project/P was unsatisfactory again, last by record 13 (poor), and was not "
              "redesigned",
              "Submit a new target for 2024 and have it approved first");
  again.when(approve(11)).refused("in force already");
  again.when(target("project/P", "U"))
      .then({})
      .when(give)
      .refused("was not redesigned")
      .when(approve(14))
      .then({})
      .when(appropriated(990, {9, 13}))
      .refused("above the ceiling of 989")
      .when(give)
      .then({no_breach()});
  given({city_of_rules(escalating()), medium(),
         graded("project/P", 2023, GradeIs::POOR, "2024-02-01")})
      .when(appropriated(1, {9, 11}).overriding("Mayor", "No. 7"))
      .then({breach("R4", Mode::OVERRIDE, "was not redesigned")});
}

TEST_CASE("R4 escalating: unsatisfactory three times running, the project ends") {
  const CommandOf third = graded("project/P", 2023, GradeIs::MEDIUM, "2024-02-01");
  const CommandOf first = graded("project/P", 2021, GradeIs::POOR, "2022-02-01");
  given({city_of_rules(escalating()), first, medium(), third})
      .when(appropriated(1, {9, 12}))
      .refused("R4: 1 minor units are above the ceiling of 0: 0 basis points")
      .when(appropriated(0, {}))
      .then({no_breach()});
  // So it stays.
  given({city_of_rules(escalating()), graded("project/P", 2020, GradeIs::POOR, "2021-02-01"), first,
         medium(), third})
      .when(appropriated(1, {9, 13}))
      .refused("above the ceiling of 0");
  // A good grade ends the row, a year without an evaluation does not.
  given({city_of_rules(escalating()), first, graded("project/P", 2022, GradeIs::GOOD, "2023-02-01"),
         third})
      .when(appropriated(989, {9, 12}))
      .then({no_breach()});
  given({city_of_rules(escalating()), first, third})
      .when(appropriated(989, {9, 11}))
      .refused("was not redesigned");
}

TEST_CASE("R4 escalating: a row of grades goes on where the project is registered anew") {
  const std::string of_r = "line/2024/R/general/net/-";
  given({city_of_rules(escalating()), medium(), project("R", "U", {"P"}), line(of_r),
         graded("project/R", 2023, GradeIs::MEDIUM, "2024-02-01")})
      .when(CommandOf(appropriate(of_r, 1)).citing({9, 13}))
      .refused("project/R was unsatisfactory again, last by record 13 (medium)");
}

TEST_CASE("R4 grade cut: a base that shares round to nothing is missing") {
  // Two shares in a row came to a base of 0, which exempted the project from its ceiling.
  const std::string of_r = "line/2024/R/general/net/-";
  for (const bool in_a_chain : {true, false}) {
    const CommandOf registered =
        in_a_chain ? together({project("S", "U", {"P"}, 1), project("R", "U", {"S"}, 9'999)})
                   : together({project("S", "U"), project("R", "U", {"P"}, 1)});
    const std::string finding =
        "the grade of record 10 (medium) limits the 5 minor units for project R to a part of the "
        "base, and the shares of what it took over leave a base of 0 (record 9)";
    const CommandOf command = appropriate(of_r, 5);
    given({city_of_rules(R4), medium(), registered, line(of_r)})
        .when(command)
        .refused("R4: " + finding, "or give an override with its authority and document")
        .when(command.overriding("Mayor", "No. 7"))
        .then({breach("R4", Mode::OVERRIDE, finding)});
    given({city_of_rules(R5), classify("P", {}), registered, line(of_r),
           classify("R", {.key = true})})
        .when(command)
        .refused("R5: ", "leave a base of 0");
  }
}

TEST_CASE("R4 grade cut: what was cut does not come back in the course of the year") {
  // A supplement, or money moved in, took a project that was cut back to all it had.
  const auto supplement = [](std::int64_t amount, std::vector<std::uint64_t> cited) {
    return CommandOf(adjust(Kind::SUPPLEMENT, {{A, amount, ""}})).citing(std::move(cited));
  };
  check_in_each_mode({"R4",
                      only("R4"),
                      {medium(), appropriated(799, {9, 10})},
                      supplement(1, {9, 10}),
                      {"the 800 minor units of 2024 that line/2024/P/general/net/- would have are "
                       "above the ceiling of 799: 8000 basis points of a base of 999 (record 9), "
                       "for the grade medium of record 10",
                       "Give it no more than makes 799"}});
  // Without an appropriation, too; below the ceiling there is nothing to cite.
  const Given cut = given({city_of_rules(R4), medium(), line(B), appropriate(B, 50),
                           adjust(Kind::CLAWBACK, {{B, -9, ""}}, "p")});
  cut.when(supplement(800, {9, 10})).refused("R4: ", "above the ceiling of 799");
  cut.when(supplement(799, {}))
      .then({no_breach()})
      .when(adjust(Kind::POOL_ALLOCATION, {{A, 1, ""}}, "p"))
      .refused("R4: the 800 minor units")
      .when(adjust(Kind::VIREMENT, {{B, -1, ""}, {A, 1, ""}}))
      .refused("R4: the 800 minor units")
      .when(adjust(Kind::REDUCTION, {{A, -9, ""}}))
      .then({no_breach()})
      .when(adjust(Kind::VIREMENT, {{B, -9, ""}, {A, 9, ""}}))
      .then({no_breach()});
  // Above it, the grade and the base are cited.
  const Given observed = given({city_of_rules(only("R4")("observe")), medium()});
  observed.when(supplement(800, {9}))
      .then({breaches({{"R4", "above the ceiling of 799"}, {"R4", "the grade, record 10"}})});
}

TEST_CASE("R4 grade cut: money of other years, and what is stated, is not given for this one") {
  const auto of_2023 = [](FactOf adjustment) {
    return but(std::move(adjustment), [](schema::Fact::Builder fact) {
      for (auto leg : fact.getBudgetAdjusted().getLegs()) leg.setVintage(2023);
    });
  };
  const FactOf more = adjust(Kind::SUPPLEMENT, {{A, 500, ""}});
  given({city_of_rules(R4), medium(), appropriated(799, {9, 10})})
      .when(adjust(Kind::CARRY_OVER, {{A23, -500, ""}, {A, 500, ""}}))
      .then({no_breach()})
      .when(adjust(Kind::RESTATEMENT, {{A, 500, ""}}))
      .then({no_breach()})
      .when(of_2023(more))
      .then({no_breach()})
      .when(more)
      .refused("R4: ");
  given({city_of_rules(R4), appropriate(A, 999)}).when(more).then({no_breach()});
}

TEST_CASE("R4 grade cut: without a base, an authority answers for what is given in the year") {
  const std::string other = "line/2024/P/general/net/other";
  const CommandOf command = adjust(Kind::SUPPLEMENT, {{other, 5, ""}});
  const std::string finding = "the grade of record 10 (medium) limits the 5 minor units";
  given({city_of_rules(R4), medium(), line(other)})
      .when(command)
      .refused("R4: " + finding, "the ledger holds no appropriation of 2023")
      .when(command.overriding("Mayor", "No. 7"))
      .then({breach("R4", Mode::OVERRIDE, finding)});
}

TEST_CASE("R4 grade cut: a cut for a grade has a grade that asks for it") {
  const auto cut = [](std::vector<std::uint64_t> cited) {
    return appropriated(799, std::move(cited), {200, 0, "p"});
  };
  const std::string finding =
      "200 minor units are a cut for a grade, and no grade of project P asks for one in 2024";
  check_in_each_mode(
      {"R4", only("R4"), {}, cut({}), {finding, "Leave cutForGrade out, or record the grade"}});
  for (const CommandOf& other :
       {graded("project/P", 2022, GradeIs::GOOD, last_year),
        graded("project/P", 2023, GradeIs::POOR, "2024-02-01"), medium("project/Q")})
    given({city_of_rules(R4), other}).when(cut({9, 10})).refused("R4: " + finding);
  given({city_of_rules(R4), medium()}).when(cut({9, 10})).then({no_breach()});
  // Of nothing that is left, too.
  given({city_of_rules(R4)})
      .when(appropriate(A, 0, {999, 0, "p"}))
      .refused("R4: 999 minor units are a cut for a grade");
}

TEST_CASE("R4 grade cut: a base that is declared is the ledger's own") {
  const auto declared = [](std::int64_t base) { return appropriate(A, 700, {0, 0, "", base}); };
  check_in_each_mode({"R4",
                      only("R4"),
                      {},
                      declared(1'000),
                      {"a base of 1000 is declared, and the ledger holds a base of 999 (record 9)",
                       "Declare that one, or none"}});
  given({city_of_rules(R4)}).when(declared(998)).refused("R4: a base of 998 is declared");
  for (const std::int64_t base : {0, 999})
    given({city_of_rules(R4)}).when(declared(base)).then({no_breach()});
  // Where the ledger has none, what is declared is all there is.
  const std::string other = "line/2024/P/general/net/other";
  given({city_of_rules(R4), line(other)})
      .when(appropriate(other, 700, {0, 0, "", 1'000}))
      .then({no_breach()});
}

TEST_CASE("R5 across the board: a key special project gets at most 80 % of the base") {
  check_in_each_mode({"R5",
                      only("R5"),
                      {classify("P", {.key = true})},
                      appropriated(800, {9, 10}),
                      {"800 minor units are above the ceiling of 799: 8000 basis points of a base "
                       "of 999 (record 9), for a key special project (record 10)",
                       "Appropriate at most 799"}});
  given({city_of_rules(R5), classify("P", {.key = true})})
      .when(appropriated(799, {9, 10}, {0, 200, "livelihood"}))
      .then({no_breach(), pool("livelihood", "", 200, 0)});
  given({city_of_rules(R"("R5": {"mode": "enforce", "ceiling": 9000})"),
         classify("P", {.key = true})})
      .when(appropriated(900, {9, 10}, {0, 99, "urgent"}))
      .refused("above the ceiling of 899")
      .when(appropriated(899, {9, 10}, {0, 100, "urgent"}))
      .then({no_breach()});
}

TEST_CASE("R5 across the board: livelihood, the three guarantees and debt service are exempt") {
  using Expenditure = schema::ProjectClassified::Expenditure;
  using Obligation = schema::ProjectClassified::Obligation;
  for (const ClassOf& as :
       std::vector<ClassOf>{{},
                            {.key = true, .livelihood = true},
                            {.key = true, .obligation = Obligation::THREE_GUARANTEES},
                            {.key = true, .obligation = Obligation::DEBT_SERVICE},
                            {.key = true, .expenditure = Expenditure::BASIC},
                            {.key = true, .expenditure = Expenditure::THREE_PUBLIC},
                            {.key = true, .expenditure = Expenditure::DEVELOPMENT}})
    given({city_of_rules(R5), classify("P", {.key = true}), classify("P", as)})
        .when(appropriate(A, 9'999))
        .then({no_breach()});
  given({city_of_rules(R5)}).when(appropriate(A, 9'999)).then({no_breach()});
  given({city_of_rules(R5), classify("P", {}), classify("P", {.key = true})})
      .when(appropriate(A, 9'999))
      .refused("R5: ", "(record 11)");
}

TEST_CASE("R5 across the board: the saving goes to a pool for livelihood or what is urgent") {
  const auto with = [](Cuts cuts) { return appropriated(799, {9, 10}, std::move(cuts)); };
  const FactOf key = classify("P", {.key = true});
  check_in_each_mode({"R5",
                      only("R5"),
                      {key},
                      with({}),
                      {"of the saving of 200 minor units, 0 go to a pool",
                       "the pool for livelihood or urgent that it goes to"}});
  const auto refused = [&](Cuts cuts, const std::string& part) {
    given({city_of_rules(R5), key}).when(with(std::move(cuts))).refused("R5: ", part);
  };
  refused({0, 200, ""}, "of the saving of 200 minor units, 0 go to a pool");
  refused({0, 199, "urgent"}, "of the saving of 200 minor units, 199 go to a pool");
  refused({0, 200, "cars"}, "goes to pool cars, which is not for livelihood or urgent");
  refused({0, 200, "urgently"}, "goes to pool urgently");
  for (const Cuts& cuts : std::vector<Cuts>{
           {0, 200, "urgent"}, {100, 100, "livelihood-2024"}, {200, 0, "livelihood.x"}})
    given({city_of_rules(R5), key}).when(with(cuts)).then({no_breach()});
  given({city_of_rules(R"("R5": {"mode": "enforce", "pools": ["cars"]})"), key})
      .when(with({0, 200, "urgent"}))
      .refused("which is not for cars")
      .when(with({0, 200, "cars"}))
      .then({no_breach()});
}

TEST_CASE("R5 across the board: the classification and the base are cited") {
  const auto citing = [](std::vector<std::uint64_t> cited) {
    return appropriated(799, std::move(cited), {0, 200, "urgent"});
  };
  given({city_of_rules(R5), classify("P", {.key = true})})
      .when(citing({9}))
      .refused("R5: the classification, record 10, is not among the evidence")
      .when(citing({10}))
      .refused("R5: the base's appropriation, record 9, is not among the evidence");
}

TEST_CASE("R5 across the board: without a base an override is needed; one of 0 or less exempts") {
  const std::string before = "line/2023/P/general/net/x", now = "line/2024/P/general/net/x";
  const FactOf key = classify("P", {.key = true});
  const std::string finding =
      "the classification as a key special project (record 10) limits the 5 minor units for "
      "project P to a part of the base, and the ledger holds no appropriation of 2023";
  given({city_of_rules(R5), key, line(now)})
      .when(appropriate(now, 5))
      .refused("R5: " + finding, "or give an override with its authority and document")
      .when(CommandOf(appropriate(now, 5)).overriding("Mayor", "No. 7"))
      .then({breach("R5", Mode::OVERRIDE, finding)});
  for (const std::int64_t base : {0, -5})
    given({city_of_rules(R5), key, line(before), line(now), appropriate(before, base)})
        .when(appropriate(now, 9'999))
        .then({no_breach()});
}

TEST_CASE("R4 with R5: the lower ceiling holds, and they do not compound") {
  const FactOf key = classify("P", {.key = true});
  const auto give = [](std::int64_t amount) {
    return appropriated(amount, {9, 10, 11}, {899 - amount, 100, "urgent"});
  };
  given({city_of_rules(R4 + ", " + R5), poor(), key})
      .when(give(500))
      .refused("R4: ", "above the ceiling of 499")
      .when(give(499))
      .then({no_breach()});
  const std::string mild = R"("R4": {"mode": "enforce", "medium": [{"ceiling": 9000}]}, )";
  given({city_of_rules(mild + R5), medium(), key})
      .when(give(800))
      .refused("R5: ", "above the ceiling of 799")
      .when(give(799))
      .then({no_breach()});
}

TEST_CASE("R4 with R5: where the rule set says so they compound, each rounded down") {
  const std::string compound = R"("ceilings": "compound")";
  const FactOf key = classify("P", {.key = true});
  const auto give = [](std::int64_t amount) {
    return appropriated(amount, {9, 10, 11}, {199, 800 - amount, "urgent"});
  };
  given({city_of_rules(R4 + ", " + R5, compound), medium(), key})
      .when(give(640))
      .refused(
          "R5: 640 minor units are above the ceiling of 639: 8000 basis points of 8000 basis "
          "points (for the grade medium of record 10) of a base of 999 (record 9)")
      .when(give(639))
      .then({no_breach()});
  // A grade of which R4 makes nothing takes nothing off.
  given({city_of_rules(R5, compound), medium(), key}).when(give(799)).then({no_breach()});
  given({city_of_rules(R4 + ", " + R5, compound),
         graded("project/P", 2022, GradeIs::GOOD, last_year), key})
      .when(appropriated(799, {9, 10, 11}, {0, 200, "urgent"}))
      .then({no_breach()});
}
