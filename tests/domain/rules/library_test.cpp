#include "domain/support/cycle_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

using Verdict = schema::ExAnteAppraised::Verdict;

const std::string R13 = R"("R13": {"mode": "enforce"})";

/// Records 10 to 13: all that P needs besides a rank.
CommandOf prepared() {
  return together({pipeline("P"), appraise("P"), afford("P"), unit_ceiling("U", 5'000)});
}
const std::vector<std::uint64_t> all_four = {10, 11, 12, 13};

/// The plan of P, record 10 where it comes first: 1000 in three years.
FactOf plan() {
  return instalments("P", 1'000, {{2024, 300, 3'000}, {2025, 300, 6'000}, {2026, 400, 10'000}});
}

}  // namespace

TEST_CASE("R13 library: in by way of pipeline, appraisal, affordability, ceiling and rank") {
  given({city_of_rules(R13), prepared()})
      .when(CommandOf(library("P", 1)).citing(all_four))
      .then({no_breach()});
  given({city_of_rules(R13), unit_ceiling("U", 5'000), pipeline("P"), appraise("P"), afford("P")})
      .when(CommandOf(library("P", 1)).citing(all_four))
      .then({no_breach()});
  given({city_of_rules(R13), prepared()})
      .when(CommandOf(library("X", 1)))
      .refused("project/X is not known");
}

TEST_CASE("R13 library: each step that is missing is named") {
  const std::vector<FactOf> steps = {pipeline("P"), appraise("P"), afford("P"),
                                     unit_ceiling("U", 5'000)};
  const std::vector<std::string> names = {"pipelineAdmitted", "exAnteAppraised",
                                          "affordabilityAssessed", "ceilingIssued"};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto others = steps;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    check_in_each_mode({"R13",
                        only("R13"),
                        {together(others)},
                        CommandOf(library("P", 1)).citing({10, 11, 12}),
                        {"project P enters the library without its " + names[i],
                         "Record the " + names[i] + " first"}});
  }
  check_in_each_mode({"R13",
                      only("R13"),
                      {prepared()},
                      CommandOf(library("P", 0)).citing(all_four),
                      {"project P enters the library without a rank", "Give it a rank from 1 on"}});
}

TEST_CASE("R13 library: the ceiling is that of the project's unit and year") {
  for (const FactOf& other : {unit_ceiling("V", 5'000), unit_ceiling("U", 5'000, 2023)})
    given({city_of_rules(R13), pipeline("P"), appraise("P"), afford("P"), other})
        .when(CommandOf(library("P", 1)).citing(all_four))
        .refused("R13: project P enters the library without its ceilingIssued");
}

TEST_CASE("R13 library: the steps come in order, by their newest records") {
  check_in_each_mode(
      {"R13",
       only("R13"),
       {together({appraise("P"), pipeline("P"), afford("P"), unit_ceiling("U", 5'000)})},
       CommandOf(library("P", 1)).citing(all_four),
       {"the exAnteAppraised of project P, record 10, comes before what it follows, record 11",
        "Record the exAnteAppraised again"}});
  // What was affordable has to be looked at again after a new appraisal.
  given({city_of_rules(R13), prepared(), appraise("P")})
      .when(CommandOf(library("P", 1)).citing({10, 14, 12, 13}))
      .refused("the affordabilityAssessed of project P, record 12", "record 14")
      .when(afford("P"))
      .then({})
      .when(CommandOf(library("P", 1)).citing({10, 14, 15, 13}))
      .then({no_breach()});
}

TEST_CASE("R13 library: a rejected project or one that is not affordable stays out") {
  check_in_each_mode({"R13",
                      only("R13"),
                      {together({pipeline("P"), appraise("P", Verdict::REJECTED), afford("P"),
                                 unit_ceiling("U", 5'000)})},
                      CommandOf(library("P", 1)).citing(all_four),
                      {"project P was rejected by record 11", "Record a new one"}});
  check_in_each_mode({"R13",
                      only("R13"),
                      {together({pipeline("P"), appraise("P", Verdict::CONDITIONAL),
                                 afford("P", false), unit_ceiling("U", 5'000)})},
                      CommandOf(library("P", 1)).citing(all_four),
                      {"project P is not affordable by record 12", "Record a new one"}});
}

TEST_CASE("R13 library: each step is cited") {
  for (std::size_t i = 0; i < all_four.size(); ++i) {
    auto cited = all_four;
    cited.erase(cited.begin() + static_cast<std::ptrdiff_t>(i));
    check_in_each_mode({"R13",
                        only("R13"),
                        {prepared()},
                        CommandOf(library("P", 1)).citing(cited),
                        {fmt::format("record {}, is not among the evidence", all_four[i]),
                         fmt::format("Cite record {}", all_four[i])}});
  }
}

TEST_CASE("R13 library: where nothing is enforced, all that is missing is recorded") {
  given({city_of_rules(only("R13")("observe"))})
      .when(library("P", 0))
      .then({breaches({{"R13", "without its pipelineAdmitted"},
                       {"R13", "without its exAnteAppraised"},
                       {"R13", "without its affordabilityAssessed"},
                       {"R13", "without its ceilingIssued"},
                       {"R13", "without a rank"}})});
}

TEST_CASE("R13 instalments: by each year, no more than the planned progress of the total") {
  check_in_each_mode(
      {"R13",
       only("R13"),
       {},
       instalments("P", 1'001, {{2025, 301, 6'000}, {2024, 300, 3'000}}),
       {"by 2025 the instalments of project P come to 601 minor units; its planned progress of "
        "6000 basis points is 600 of the total of 1001",
        "Lower the instalment, or plan more progress"}});
  given({city_of_rules(R13)})
      .when(instalments("P", 1'001, {{2025, 300, 6'000}, {2024, 300, 3'000}}))
      .then({no_breach()});
}

TEST_CASE("R13 instalments: their sum is at most the total") {
  given({city_of_rules(R13)})
      .when(instalments("P", 1'000, {{2024, 500, 10'000}, {2025, 501, 10'000}}))
      .refused("R13: by 2025", "come to 1001 minor units", "1000 of the total of 1000")
      .when(instalments("P", 1'000, {{2024, 500, 10'000}, {2025, 500, 10'000}}))
      .then({no_breach()});
}

TEST_CASE("R13 instalments: a new plan counts what the years before it got") {
  // Years that a new plan left out were forgotten, so that rolling it gave the total again.
  given({city_of_rules(R13), plan()})
      .when(CommandOf(appropriate(A, 300)).citing({10}))
      .then({no_breach()})
      .when(instalments("P", 1'000, {{2025, 701, 10'000}}))
      .refused("R13: by 2025 the instalments of project P come to 1001 minor units")
      .when(instalments("P", 1'000, {{2025, 700, 10'000}}))
      .then({no_breach()});
}

TEST_CASE("R13 instalments: a year of the project gets no more than its instalment") {
  check_in_each_mode({"R13",
                      only("R13"),
                      {plan()},
                      CommandOf(appropriate(A, 301)).citing({10}),
                      {"project P would have 301 minor units in 2024; its instalment of record 10 "
                       "is 300",
                       "Appropriate no more than the instalment, or roll the plan first"}});
  given({city_of_rules(R13), plan()})
      .when(appropriate(A, 300))
      .refused("R13: the plan of instalments, record 10, is not among the evidence")
      .when(CommandOf(appropriate(A, 300)).citing({10}))
      .then({no_breach()});
}

TEST_CASE("R13 instalments: the newest plan counts, for all lines of the year together") {
  const std::string other = "line/2024/P/special/net/-", later = "line/2027/P/general/net/-";
  given({city_of_rules(R13), plan(), instalments("P", 1'000, {{2024, 500, 5'000}}), line(other),
         line(later)})
      .when(CommandOf(appropriate(A, 300)).citing({11}))
      .then({no_breach()})
      .when(CommandOf(appropriate(other, 201)).citing({11}))
      .refused("would have 501 minor units in 2024; its instalment of record 11 is 500")
      .when(CommandOf(appropriate(other, 200)).citing({11}))
      .then({no_breach()})
      .when(CommandOf(appropriate(later, 1)).citing({11}))
      .refused("would have 1 minor units in 2027; its instalment of record 11 is 0");
}

TEST_CASE("R13 instalments: a plan has years, each once, and progress within the whole") {
  given({city_of_rules("")})
      .when(instalments("P", 1'000, {}))
      .invalid("at least one")
      .when(instalments("P", -1, {{2024, 0, 0}}))
      .invalid("the total of a project is -1")
      .when(instalments("P", 1'000, {{2024, -1, 0}}))
      .invalid("an instalment is -1")
      .when(instalments("P", 1'000, {{2024, 0, 10'001}}))
      .invalid("planned progress is 10001 basis points")
      .when(instalments("P", 1'000, {{2024, 1, 1}, {2024, 1, 2}}))
      .invalid("fiscal year 2024 has two instalments");
}
