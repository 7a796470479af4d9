#include "domain/rule_set.h"

#include <fstream>
#include <sstream>

#include "core/limits.h"
#include "support/catch.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

const std::string valid_start = R"({"name": "n", "version": "1", "rules": {)";

/// The sentence about a rule set with these members behind a name, a version and no rules.
std::string error_of(const std::string& json) {
  const auto parsed = parse_rule_set(json);
  return parsed ? "accepted" : parsed.error().message;
}

}  // namespace

TEST_CASE("the shipped rule sets are read") {
  for (const auto& [name, mode, of_grades] :
       {std::tuple{"city-2024", RuleMode::enforce, RuleMode::override},
        {"open", RuleMode::observe, RuleMode::off}}) {
    std::ifstream file(std::string(COUNTERFOIL_SOURCE_DIR "/schema/rulesets/") + name + ".json");
    std::stringstream text;
    text << file.rdbuf();
    const auto rules = parse_rule_set(text.str());
    REQUIRE(rules.has_value());
    CHECK(rules->label() == std::string(name) + "@1");
    CHECK(rules->mode("R19") == mode);
    CHECK(rules->mode("R4") == of_grades);
    CHECK(rules->balance_groups.size() == 2);
    CHECK(rules->loose_balance_groups.size() == 2);
    CHECK(rules->expenditure_measures == std::vector<std::string>{"net", "conditional"});
  }
}

TEST_CASE("each mode of a rule is read") {
  for (const auto& [name, mode] : {std::pair{"enforce", RuleMode::enforce},
                                   {"override", RuleMode::override},
                                   {"observe", RuleMode::observe},
                                   {"off", RuleMode::off}})
    CHECK(parse_rule_set(valid_start + R"("R19": {"mode": ")" + name + "\"}}}")->mode("R19") ==
          mode);
}

TEST_CASE("groups of measures that are not named are the usual ones") {
  // Without them no virement had to balance, and rule R19 held of no line.
  const auto rules = parse_rule_set(valid_start + "}}");
  REQUIRE(rules.has_value());
  using Groups = std::vector<std::vector<std::string>>;
  CHECK(rules->balance_groups == Groups{{"net"}, {"conditional", "earmarked"}});
  CHECK(rules->loose_balance_groups == Groups{{"commitment"}, {"headcount"}});
  CHECK(rules->expenditure_measures == std::vector<std::string>{"net", "conditional"});
  const auto none =
      parse_rule_set(valid_start + R"(}, "balanceGroups": [], "looseBalanceGroups": [],
                          "expenditureMeasures": []})");
  REQUIRE(none.has_value());
  CHECK(none->balance_groups.empty());
  CHECK(none->loose_balance_groups.empty());
  CHECK(none->expenditure_measures.empty());
}

TEST_CASE("what is wrong in a rule set is said with its place") {
  CHECK_THAT(error_of("[]"), Contains("wrong at its start: an object"));
  CHECK_THAT(error_of(R"({"version": "1", "rules": {}})"), Contains("wrong at name: "));
  CHECK_THAT(error_of(R"({"name": "n", "version": 1, "rules": {}})"), Contains("at version: "));
  CHECK_THAT(error_of(R"({"name": "n n", "version": "1", "rules": {}})"), Contains("at name: "));
  CHECK_THAT(error_of(R"({"name": "n", "version": "1"})"), Contains("at rules: an object"));
  CHECK_THAT(error_of(valid_start + R"(}, "extra": 1})"),
             Contains("at its top level: \"extra\" is not known here"));
  CHECK_THAT(error_of(valid_start + R"("R99": {"mode": "off"}}})"),
             Contains("at rules.R99: this build knows the rules R1, R2"));
  CHECK_THAT(error_of(valid_start + R"("R19": "off"}})"), Contains("at rules.R19: an object"));
  CHECK_THAT(error_of(valid_start + R"("R19": {}}})"),
             Contains("at rules.R19.mode: it is one of enforce, override, observe, off"));
  CHECK_THAT(error_of(valid_start + R"("R19": {"mode": "on"}}})"), Contains("at rules.R19.mode"));
  CHECK_THAT(error_of(valid_start + R"("R19": {"mode": "off", "x": 1}}})"),
             Contains("at rules.R19: \"x\" is not known here; known are mode"));
  CHECK_THAT(error_of(valid_start + R"(}, "balanceGroups": {}})"),
             Contains("at balanceGroups: a list of groups"));
  CHECK_THAT(error_of(valid_start + R"(}, "balanceGroups": ["net"]})"),
             Contains("at balanceGroups: a list of measures"));
  CHECK_THAT(error_of(valid_start + R"(}, "looseBalanceGroups": [["a b"]]})"),
             Contains("at looseBalanceGroups: a measure is an id"));
  CHECK_THAT(error_of(valid_start + R"(}, "expenditureMeasures": "net"})"),
             Contains("at expenditureMeasures: a list of measures"));
  CHECK_THAT(error_of(valid_start + R"(}, "looseBalanceGroups": [["net"]]})"),
             Contains("at looseBalanceGroups: \"net\" stands in two balance groups"));
  CHECK_THAT(error_of(valid_start + R"(}, "balanceGroups": [["a", "a"]]})"),
             Contains("at balanceGroups: \"a\" stands in two balance groups"));
  CHECK_THAT(error_of(valid_start), Contains("line 1"));
}

TEST_CASE("a rule set is at most 48 KiB long") {
  const std::string json = valid_start + "}}";
  CHECK(error_of(json + std::string(limits::rule_set_bytes - json.size(), ' ')) == "accepted");
  CHECK_THAT(error_of(json + std::string(limits::rule_set_bytes - json.size() + 1, ' ')),
             Contains("49153 bytes long; the limit is 49152"));
}
