#include "domain/support/modes.h"
#include "support/catch.h"

// R14: money and targets are watched together. On 2024-07-01, 183 of 366 days have gone by.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::string P = "project/P";
const char* const midyear = "2024-07-01";

Given watched_under(const CommandOf& rules) {
  return given({city(), rules});
}

}  // namespace

TEST_CASE("R14 dual monitoring: 20 points behind time are let pass, not more") {
  check_accepted("R14", watched_under, check(P, midyear, 3'000, 3'000));
  check_refused("R14", watched_under, check(P, midyear, 2'999, 3'000),
                {"the execution rate is 2999 basis points when 5000 of the year have gone by",
                 "behind 3000 the light is not green", "Give a yellow or a red light"});
  check_refused("R14", watched_under, check(P, midyear, 3'000, 2'999),
                {"the attainment of \"pupils\" is 2999 basis points"});
}

TEST_CASE("R14 dual monitoring: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R14", watched_under, check(P, midyear, 2'999, 3'000),
              {"the execution rate is 2999 basis points"}, "order a correction");
  check_modes("R14", watched_under, check(P, midyear, 3'000, 2'999),
              {"the attainment of \"pupils\""}, "order a correction");
}

TEST_CASE("R14 dual monitoring: what is behind time gets a yellow or a red light") {
  for (const char* light : {"yellow", "red"})
    check_accepted("R14", watched_under, check(P, midyear, 0, 0, light));
}

TEST_CASE("R14 dual monitoring: the tolerance is the rule set's") {
  watched_under(rule("R14", "enforce", R"("tolerance": 0)"))
      .when(check(P, midyear, 4'999, 5'000))
      .refused("R14: ", "behind 5000")
      .when(check(P, midyear, 5'000, 5'000))
      .then({no_breach()});
}

TEST_CASE(
    "R14 dual monitoring: before its year nothing is behind, after it all of it has gone by") {
  check_accepted("R14", watched_under, check(P, "2023-12-31", 0, 0));
  check_accepted("R14", watched_under, check(P, "2025-06-01", 8'000, 8'000));
  check_refused("R14", watched_under, check(P, "2025-06-01", 7'999, 8'000),
                {"when 10000 of the year have gone by; behind 8000"});
}

TEST_CASE("R14 dual monitoring: a check without a day is of the day from which it counts") {
  // It was taken as of 1970, before every year, so that nothing was ever behind.
  const FactOf dayless = but(check(P, midyear, 2'999, 3'000), [](schema::Fact::Builder fact) {
    fact.getMonitoringChecked().setCheckedOn(0);
  });
  check_refused("R14", watched_under, CommandOf(dayless).effective_on(midyear),
                {"when 5000 of the year have gone by"});
}

TEST_CASE("R14 dual monitoring: attainment stands beside the execution rate") {
  const FactOf half = but(check(P, midyear, 9'000, 0), [](schema::Fact::Builder fact) {
    fact.getMonitoringChecked().initAttainments(0);
  });
  check_modes("R14", watched_under, half, {"the check of project/P has no attainment"},
              "Give the attainment beside the execution rate");
}

TEST_CASE("R14 dual monitoring: each indicator of the target in force is attained to a degree") {
  // The indicator that lags could be left out of the check.
  const FactOf two = but(target(P, "U"), [](schema::Fact::Builder fact) {
    auto indicators = fact.getTargetSubmitted().initIndicators(2);
    for (unsigned i = 0; i < 2; ++i) {
      indicators[i].setName(i == 0 ? "pupils" : "places");
      indicators[i].setDimension(schema::Indicator::Dimension::QUANTITY);
      indicators[i].initTarget().setCoefficient(300);
    }
  });
  const FactOf both = but(check(P, midyear, 5'000, 0), [](schema::Fact::Builder fact) {
    auto attainments = fact.getMonitoringChecked().initAttainments(2);
    attainments[0].setIndicator("places");
    attainments[0].setAttained(5'000);
    attainments[1].setIndicator("pupils");
    attainments[1].setAttained(5'000);
  });
  watched_under(rule("R14", "enforce"))
      .when(two)
      .then({})
      .when(check(P, midyear, 5'000, 5'000))
      .then({no_breach()})
      .when(approve(behind_rule))
      .then({})
      .when(check(P, midyear, 5'000, 5'000))
      .refused("R14: ", "no attainment of \"places\", an indicator of target 11",
               "Give the attainment of each indicator")
      .when(both)
      .then({no_breach()});
}

TEST_CASE("R14 dual monitoring: an order to correct has the check among its evidence") {
  const HistoryUnder red = [](const CommandOf& rules) {
    return given({city(), rules, check(P, midyear, 0, 0, "red")});
  };
  check_accepted("R14", red, CommandOf(order_correction(behind_rule)).citing({behind_rule}));
  check_modes("R14", red, order_correction(behind_rule),
              {"the check, record 11, is not among the evidence"}, "Cite record 11");
}
