#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf monitor_with(std::function<void(schema::MonitoringChecked::Builder)> change) {
  return but(monitor("project/P"),
             [=](schema::Fact::Builder fact) { change(fact.getMonitoringChecked()); });
}

FactOf grade_with(std::function<void(schema::GradeAssigned::Builder)> change) {
  return but(grade("project/P"),
             [=](schema::Fact::Builder fact) { change(fact.getGradeAssigned()); });
}

}  // namespace

TEST_CASE("MonitoringChecked: about something known, with a light") {
  given({city()})
      .when(monitor_with([](auto it) { it.initAttainments(1)[0].setIndicator("pupils"); }))
      .then({recorded(R"({"monitoringChecked": {"fiscalYear": 2024, "light": "green",
              "about": "project/P", "attainments": [{"indicator": "pupils"}]}})")});
  given({city()}).when(monitor("project/X")).refused("project/X is not known");
  given({city()}).when(monitor("ledger")).invalid("cannot be the subject here");
  given({city()}).when(monitor("unit/U", 1066)).invalid("fiscal year 1066");
  given({city()}).when(monitor_with([](auto it) { it.initAttainments(1); })).invalid("indicator");
  given({city()})
      .when(
          monitor_with([](auto it) { it.setLight(schema::MonitoringChecked::Light::UNSPECIFIED); }))
      .invalid("green, yellow or red");
}

TEST_CASE("GradeAssigned: about something known, with a level, a grade and scores up to 100") {
  given({city()})
      .when(grade_with([](auto it) {
        it.setScored(true);
        it.setDeclaredScore(100'000);
      }))
      .then({recorded(R"({"gradeAssigned": {"evaluatedYear": 2024, "level": "finance",
              "grade": "good", "about": "project/P", "scored": true,
              "declaredScore": "100000"}})")});
  given({city()}).when(grade("unit/X")).refused("unit/X is not known");
  given({city()}).when(grade("unit/U", 0)).invalid("fiscal year 0");
  given({city()})
      .when(grade_with([](auto it) { it.setLevel(schema::GradeAssigned::Level::UNSPECIFIED); }))
      .invalid("needs the level");
  given({city()})
      .when(grade_with([](auto it) { it.setGrade(schema::GradeAssigned::Grade::UNSPECIFIED); }))
      .invalid("excellent, good, medium or poor");
  for (const std::int64_t score : {-1L, 100'001L}) {
    given({city()}).when(grade_with([&](auto it) { it.setDeclaredScore(score); })).invalid("score");
    given({city()})
        .when(grade_with([&](auto it) { it.setRecomputedScore(score); }))
        .invalid(fmt::format("score {} lies outside", score));
  }
}

TEST_CASE("GradeAssigned: the ledger says which targets were not met") {
  const FactOf promised = fact_of(R"({"targetSubmitted": {"about": "project/P", "unit": "U",
      "fiscalYear": 2024, "indicators": [
        {"name": "pupils", "dimension": "quantity", "weight": 20000, "target": "300"},
        {"name": "costs", "dimension": "cost", "direction": "atMost", "weight": 20000,
         "target": "7.5"},
        {"name": "places", "dimension": "quality", "direction": "equal", "weight": 10000,
         "target": "10"},
        {"name": "calm", "dimension": "social", "direction": "qualitative", "weight": 30000,
         "statement": "quiet"}]}})");
  const auto unmet = [&](std::string_view pupils, std::string_view costs, std::string_view places,
                         std::string_view names) {
    given({city(), promised, approve(next)})
        .when(fact_of(fmt::format(R"({{"gradeAssigned": {{"about": "project/P",
            "evaluatedYear": 2024, "level": "self", "grade": "good", "results": [
              {{"indicator": "pupils", "actual": "{}"}}, {{"indicator": "costs", "actual": "{}"}},
              {{"indicator": "places", "actual": "{}"}},
              {{"indicator": "calm", "awarded": 1}}]}}}})",
                                  pupils, costs, places)))
        .then({record_has("/fact/gradeAssigned/unmet", std::string(names))});
  };
  unmet("299.9", "7.5", "10.0", R"(["pupils"])");
  unmet("300", "7.51", "9", R"(["costs","places"])");
  unmet("301", "7", "11", R"(["places"])");
}

TEST_CASE("GradeAssigned: a dimension earns no more than the rule set's weight of it") {
  // Weights of a target came to what they liked, and so did the score.
  const auto target_with = [](std::int64_t pupils, std::int64_t costs, std::int64_t outcome) {
    return fact_of(fmt::format(
        R"({{"targetSubmitted": {{"about": "project/P", "unit": "U", "fiscalYear": 2024,
          "indicators": [
            {{"name": "pupils", "dimension": "quantity", "weight": {}, "target": "300"}},
            {{"name": "costs", "dimension": "cost", "direction": "atMost", "weight": {},
              "target": "7"}},
            {{"name": "jobs", "dimension": "social", "weight": {}, "target": "4"}},
            {{"name": "trees", "dimension": "lasting", "weight": 5000, "target": "4"}},
            {{"name": "parents", "dimension": "satisfaction", "weight": 8000,
              "target": "95"}}]}}}})",
        pupils, costs, outcome));
  };
  const FactOf graded_P = fact_of(R"({"gradeAssigned": {"about": "project/P", "evaluatedYear": 2024,
      "level": "self", "grade": "good", "executionRate": 5000,
      "results": [{"indicator": "pupils", "actual": "300"}, {"indicator": "costs", "actual": "7"},
                  {"indicator": "jobs", "actual": "2"}, {"indicator": "trees", "actual": "4"},
                  {"indicator": "parents", "actual": "95"}]}})");
  const auto scores = [&](const FactOf& promised, std::string_view score) {
    given({city(), promised, approve(next)})
        .when(graded_P)
        .then({record_has("/fact/gradeAssigned/recomputedScore", fmt::format("\"{}\"", score))});
  };
  scores(target_with(30'000, 20'000, 20'000), "78000");  // 5 + 50 + 10 + 5 + 8
  scores(target_with(30'000, 20'001, 20'000), "78000");
  scores(target_with(30'000, 19'999, 20'000), "77999");
  scores(target_with(4'000'000'000, 0, 60'000), "93000");  // 5 + 50 + 30 + 8
}
