#include "domain/support/rule_book.h"
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
