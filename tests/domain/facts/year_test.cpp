#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf standard(std::int64_t unit_amount, std::string measure_unit) {
  return {[=](schema::Fact::Builder fact) {
    auto set = fact.initExpenditureStandardSet();
    set.setStandard("meal");
    set.setUnitAmount(unit_amount);
    set.setMeasureUnit(measure_unit);
  }};
}

FactOf ceiling(std::string of_unit, std::int64_t amount, std::int32_t year = 2024) {
  return {[=](schema::Fact::Builder fact) {
    auto issued = fact.initCeilingIssued();
    issued.setUnit(of_unit);
    issued.setAmount(amount);
    issued.setFiscalYear(year);
  }};
}

}  // namespace

TEST_CASE("ExpenditureStandardSet: an amount that is not negative, of something counted") {
  given({city()})
      .when(standard(20, "meal"))
      .then({record_has("/subjects/0/id", R"("standard/meal")")})
      .when(standard(0, "meal"))
      .then({})
      .when(standard(-1, "meal"))
      .invalid("a unit standard is -1; it may not be below 0")
      .when(standard(20, ""))
      .invalid("says in measureUnit what is counted");
}

TEST_CASE("RevenueEstimated: of a year and a source, not below 0") {
  given({city()})
      .when(estimate("general", 0))
      .then({record_has("/subjects/0/id", R"("fund/2024/general")")})
      .when(estimate("general", -1))
      .invalid("an estimate is -1; it may not be below 0")
      .when(estimate("general", 1, "revenue", 1'066))
      .invalid("fiscal year 1066")
      .when(but(estimate("general", 1),
                [](schema::Fact::Builder fact) {
                  fact.getRevenueEstimated().setSource(
                      schema::RevenueEstimated::Source::UNSPECIFIED);
                }))
      .invalid("an estimate names its source");
}

TEST_CASE("CeilingIssued: for a unit that is registered, not below 0") {
  given({city()})
      .when(ceiling("U", 0))
      .then({record_has("/subjects/0/id", R"("unit/U")")})
      .when(ceiling("X", 1))
      .refused("unit/X is not known")
      .when(ceiling("U", -1))
      .invalid("a ceiling is -1; it may not be below 0")
      .when(ceiling("U", 1, 3'000))
      .invalid("fiscal year 3000");
}

TEST_CASE("PeriodClosed, PeriodReopened: by turns") {
  given({city()})
      .when(year_reopened(2024))
      .refused("fiscal year 2024 is not closed")
      .when(year_closed(1'066))
      .invalid("fiscal year 1066")
      .when(year_closed(2024))
      .then({record_has("/subjects/0/id", R"("period/2024")")})
      .when(year_closed(2024))
      .refused("fiscal year 2024 was closed by record 10", "periodReopened first")
      .when(year_closed(2025))
      .then({})
      .when(year_reopened(2024))
      .then({})
      .when(year_reopened(2024))
      .refused("fiscal year 2024 is not closed")
      .when(year_closed(2024))
      .then({});
  given({city(), year_closed(2024)})
      .when(but(year_reopened(2024),
                [](schema::Fact::Builder fact) { fact.getPeriodReopened().setAuthority(""); }))
      .invalid("names the authority that allowed it");
}

TEST_CASE("PeriodReopened: reversed, the year is closed as it was") {
  given({city(), year_closed(2024), year_reopened(2024)})
      .when(pay(A, 1))
      .then({})
      .when(reverse(next + 1))
      .then({})
      .when(pay(A, 1))
      .refused("fiscal year 2024 was closed by record 10")
      .when(commit(A, 1))
      .refused("fiscal year 2024 was closed by record 10");
}

TEST_CASE("PeriodClosed: nothing more is spent of the year, of others it is") {
  const std::string A_2025 = "line/2025/P/general/net/-";
  given({city(), line(A_2025), appropriate(A_2025, 5), year_closed(2024)})
      .when(pay(A, 1))
      .refused("fiscal year 2024 was closed by record 12", "periodReopened first")
      .when(pay(A_2025, 5))
      .then({});
}
