#include "domain/score.h"

#include <capnp/message.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "codec/decimal.h"
#include "core/money.h"
#include "support/catch.h"

using namespace counterfoil;
using Direction = schema::Indicator::Direction;
using Grade = schema::GradeAssigned::Grade;

namespace {

/// The score of an indicator of 8 points.
std::optional<std::int64_t> score(Direction direction, std::string_view target,
                                  std::string_view actual, std::int64_t weight = 8'000) {
  capnp::MallocMessageBuilder message;
  auto fact = message.initRoot<schema::TargetSubmitted>().initIndicators(2);
  const auto set = [](schema::Decimal::Builder decimal, std::string_view text) {
    const auto value = parse_decimal(text).value();
    decimal.setCoefficient(value.coefficient);
    decimal.setScale(value.scale);
  };
  set(fact[0].initTarget(), target);
  set(fact[1].initTarget(), actual);
  return indicator_score(direction, weight, fact[0].asReader().getTarget(),
                         fact[1].asReader().getTarget());
}

std::string shared_file(const std::string& name) {
  std::ifstream file(COUNTERFOIL_SOURCE_DIR "/../shared/data/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

RuleSet rules_with_bands(int excellent, int good, int medium) {
  return parse_rule_set(fmt::format(R"({{"name": "n", "version": "1", "rules": {{}}, "bands": [
               {{"grade": "excellent", "from": {0}, "to": 100000}},
               {{"grade": "good", "from": {1}, "to": {0}}},
               {{"grade": "medium", "from": {2}, "to": {1}}},
               {{"grade": "poor", "from": 0, "to": {2}}}]}})",
                                    excellent, good, medium))
      .value();
}

}  // namespace

TEST_CASE("an execution score is the weight's share of the rate, at most the weight") {
  CHECK(execution_score(10'000, 8'620) == 8'620);
  CHECK(execution_score(10'000, 10'000) == 10'000);
  CHECK(execution_score(10'000, 12'000) == 10'000);
  CHECK(execution_score(10'000, -1) == 0);
  CHECK(execution_score(9'999, 3'333) == 3'332);
}

TEST_CASE("an indicator earns its weight when met, else its share, both ways round") {
  CHECK(score(Direction::AT_LEAST, "50", "50") == 8'000);
  CHECK(score(Direction::AT_LEAST, "50", "60") == 8'000);
  CHECK(score(Direction::AT_LEAST, "50", "25.0") == 4'000);
  CHECK(score(Direction::AT_LEAST, "3", "2") == 5'333);
  CHECK(score(Direction::AT_MOST, "90", "90") == 8'000);
  CHECK(score(Direction::AT_MOST, "90", "120") == 6'000);
  CHECK(score(Direction::AT_MOST, "0", "4") == 0);
  CHECK(score(Direction::EQUAL, "10", "8") == 6'400);
  CHECK(score(Direction::EQUAL, "8", "10") == 6'400);
  CHECK(score(Direction::EQUAL, "1.50", "1.5") == 8'000);
  CHECK(score(Direction::AT_LEAST, "0", "0") == 8'000);
}

TEST_CASE("a ratio without a meaning gives no score") {
  CHECK_FALSE(score(Direction::AT_LEAST, "5", "-1"));
  CHECK_FALSE(score(Direction::AT_LEAST, "-5", "-6"));
  CHECK_FALSE(score(Direction::AT_MOST, "-5", "3"));
  CHECK_FALSE(score(Direction::QUALITATIVE, "1", "2"));
}

TEST_CASE("the greatest figures are scored exactly") {
  CHECK(score(Direction::AT_LEAST, "9.223372036854775807", "9223372036854775806", 100'000) ==
        100'000);
  CHECK(score(Direction::AT_LEAST, "9223372036854775807", "9223372036854775806", 100'000) ==
        99'999);
  CHECK(score(Direction::AT_LEAST, "9223372036854775807", "0.000000000000000001", 100'000) == 0);
}

TEST_CASE("a grade is that of the band, on the unrounded score") {
  const RuleSet rules = rules_with_bands(90'000, 80'000, 60'000);
  CHECK(grade_of(rules, 100'000) == Grade::EXCELLENT);
  CHECK(grade_of(rules, 90'000) == Grade::EXCELLENT);
  CHECK(grade_of(rules, 89'999) == Grade::GOOD);
  CHECK(grade_of(rules, 80'000) == Grade::GOOD);
  CHECK(grade_of(rules, 79'999) == Grade::MEDIUM);
  CHECK(grade_of(rules, 60'000) == Grade::MEDIUM);
  CHECK(grade_of(rules, 59'999) == Grade::POOR);
  CHECK(grade_of(rules, 0) == Grade::POOR);
}

TEST_CASE("published self-evaluations: the rate is of the revised budget, a misprint is found") {
  const std::string text = shared_file("china/disclosures.json");
  if (text.empty()) {
    WARN("skipped: ../shared/data is not there");
    return;
  }
  const auto forms = boost::json::parse(text).at("self_evaluation_forms").as_array();
  std::vector<std::string> misprints;
  int scored = 0;
  for (const auto& value : forms) {
    const auto& form = value.as_object();
    if (!form.contains("exec_score_printed")) continue;
    const auto decimal = [&](std::string_view key) {
      const double written = form.at(key).to_number<double>();
      return parse_major(fmt::format("{:.3f}", written), 3).value();
    };
    const auto budget = decimal(form.contains("revised") ? "revised" : "initial");
    const auto rate = basis_points(decimal("executed"), budget);
    REQUIRE(rate.has_value());
    const auto recomputed =
        execution_score(form.at("exec_weight").to_number<std::int64_t>() * 1'000, *rate);
    const auto declared = form.at("exec_score_printed").to_number<std::int64_t>() * 1'000;
    ++scored;
    // Forms print whole points where the formula gives more digits: within a tenth they agree.
    if (std::abs(declared - recomputed) > 100)
      misprints.push_back(fmt::format("{} declared, {} recomputed", declared, recomputed));
  }
  CHECK(scored == 3);
  CHECK(misprints == std::vector<std::string>{"9000 declared, 8620 recomputed"});
}

TEST_CASE("published ratings of programmes follow from weights and bands") {
  std::istringstream file(shared_file("part/part_fy2008_sample.csv"));
  std::string line;
  if (!std::getline(file, line)) {
    WARN("skipped: ../shared/data is not there");
    return;
  }
  const RuleSet rules = rules_with_bands(85'000, 70'000, 50'000);
  const std::map<std::string, Grade> ratings = {{"Effective", Grade::EXCELLENT},
                                                {"Moderately Effective", Grade::GOOD},
                                                {"Adequate", Grade::MEDIUM},
                                                {"Ineffective", Grade::POOR}};
  int rated = 0;
  int not_demonstrated = 0;
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    const auto share = [&](std::size_t at) { return std::stoll(cells.at(at)) * 100; };
    const auto recomputed = weighted_score(
        {{20'000, share(1)}, {10'000, share(2)}, {20'000, share(3)}, {50'000, share(4)}});
    INFO(line);
    const auto rating = ratings.find(cells.at(5));
    if (rating == ratings.end()) {  // 'Results Not Demonstrated' stands above any score
      CHECK(cells.at(5) == "Results Not Demonstrated");
      ++not_demonstrated;
      continue;
    }
    CHECK(grade_of(rules, recomputed) == rating->second);
    ++rated;
  }
  CHECK(rated + not_demonstrated == 16);
  CHECK(not_demonstrated == 3);
}
