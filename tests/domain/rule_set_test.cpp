#include "domain/rule_set.h"

#include <filesystem>
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

std::string shipped(const std::string& name) {
  std::ifstream file(COUNTERFOIL_SOURCE_DIR "/schema/rulesets/" + name + ".json");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string with_rule(std::string_view rule) {
  return fmt::format("{}{}}}}}", valid_start, rule);
}
std::string with(std::string_view members) {
  return fmt::format("{}}}, {}}}", valid_start, members);
}

}  // namespace

TEST_CASE("every file of shipped rule sets is read") {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(COUNTERFOIL_SOURCE_DIR "/schema/rulesets")) {
    const auto rules = parse_rule_set(shipped(entry.path().stem()));
    INFO(entry.path() << (rules ? "" : ": " + rules.error().message));
    CHECK(rules.has_value());
    ++files;
  }
  CHECK(files >= 3);
}

TEST_CASE("the rule set escalating has a step for each time running") {
  const auto rules = parse_rule_set(shipped("escalating"));
  REQUIRE(rules.has_value());
  CHECK(rules->mode("R4") == RuleMode::override);
  CHECK_FALSE(rules->evaluation_made_in_year_before);
  for (const auto& steps : {rules->medium, rules->poor}) {
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].ceiling == 9'900);
    CHECK_FALSE(steps[0].redesign);
    CHECK(steps[1].redesign);
    CHECK(steps[2].ceiling == 0);
  }
}

TEST_CASE("the shipped rule sets are read") {
  for (const auto& [name, mode] : {std::pair{"city-2024", RuleMode::enforce},
                                   {"escalating", RuleMode::enforce},
                                   {"open", RuleMode::observe}}) {
    const auto rules = parse_rule_set(shipped(name));
    REQUIRE(rules.has_value());
    CHECK(rules->name == name);
    CHECK(rules->sides.size() == (mode == RuleMode::enforce ? 3 : 0));
    CHECK(rules->mode("R19") == mode);
    CHECK(rules->balance_groups.size() == 2);
    CHECK(rules->loose_balance_groups.size() == 2);
    CHECK(rules->expenditure_measures == std::vector<std::string>{"net", "conditional"});
  }
}

TEST_CASE("the rule set open refuses nothing, and has off what a source does not tell") {
  const auto rules = parse_rule_set(shipped("open"));
  REQUIRE(rules.has_value());
  for (const std::string_view rule : rule_ids) {
    INFO(rule);
    const bool is_told = rule != "R7" && rule != "R10" && rule != "R20";
    CHECK(rules->modes.contains(rule));
    CHECK(rules->mode(rule) == (is_told ? RuleMode::observe : RuleMode::off));
  }
  // Of projects that nobody classified no target and no review is asked for.
  CHECK_FALSE(rules->all_projects_need_targets);
  CHECK_FALSE(rules->all_projects_need_reviews);
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

TEST_CASE("what a rule has besides its mode is read, and what it does not name is as usual") {
  const auto rules = parse_rule_set(valid_start +
                                    R"("R1": {"mode": "off", "scope": "all"},
        "R4": {"mode": "off", "level": "audit", "evaluation": "ofYearBefore",
               "medium": [{"ceiling": 9000}, {"ceiling": 5000, "redesign": true}]},
        "R5": {"mode": "off", "ceiling": 7000, "pools": ["roads"]},
        "R6": {"mode": "off", "scope": "key"}, "R7": {"mode": "off", "earmarkedExempt": false},
        "R11": {"mode": "off", "cuts": {"stock": 2000}}, "R14": {"mode": "off", "tolerance": 0}},
        "base": "currentAtClose", "ceilings": "compound"})");
  REQUIRE(rules.has_value());
  CHECK(rules->all_projects_need_targets);
  CHECK_FALSE(rules->all_projects_need_reviews);
  CHECK(rules->grade_level == schema::GradeAssigned::Level::AUDIT);
  CHECK_FALSE(rules->evaluation_made_in_year_before);
  REQUIRE(rules->medium.size() == 2);
  CHECK(rules->medium[1].redesign);
  REQUIRE(rules->poor.size() == 1);
  CHECK(rules->poor[0].ceiling == 5'000);
  CHECK(rules->across_the_board == 7'000);
  CHECK(rules->saving_purposes == std::vector<std::string>{"roads"});
  CHECK_FALSE(rules->earmarked_exempt);
  CHECK(rules->factor_cuts == std::array<std::uint32_t, 6>{0, 1'000, 1'000, 500, 2'000, 1'000});
  CHECK(rules->monitoring_tolerance == 0);
  CHECK(rules->base_is_current_budget);
  CHECK(rules->ceilings_compound);
}

TEST_CASE("what is wrong in a rule's settings is said with its place") {
  const auto refuses = [](std::string_view rule, const std::string& part) {
    CHECK_THAT(error_of(with_rule(rule)), Contains(part));
  };
  refuses(R"("R14": {"mode": "off", "tolerance": -1})",
          "at rules.R14.tolerance: a whole number from 0 to 10000 is wanted");
  refuses(R"("R14": {"mode": "off", "tolerance": 10001})", "at rules.R14.tolerance");
  refuses(R"("R14": {"mode": "off", "tolerance": "20"})", "at rules.R14.tolerance");
  refuses(R"("R16": {"mode": "off"})", "at rules.R16: this build knows the rules R1, R2");
  refuses(R"("R1": {"mode": "off", "scope": "some"})",
          "at rules.R1.scope: it is \"all\" or \"key\"");
  refuses(R"("R2": {"mode": "off", "scope": "all"})", "at rules.R2: \"scope\" is not known here");
  refuses(R"("R4": {"mode": "off", "level": "unspecified"})", "at rules.R4.level");
  refuses(R"("R4": {"mode": "off", "level": "city"})", "at rules.R4.level: it is one of");
  refuses(R"("R4": {"mode": "off", "evaluation": "any"})", "at rules.R4.evaluation");
  refuses(R"("R4": {"mode": "off", "medium": []})",
          "at rules.R4.medium: a list of at least one step");
  refuses(R"("R4": {"mode": "off", "poor": [{"ceiling": 1}, {}]})",
          "at rules.R4.poor[1]: a \"ceiling\" is wanted");
  refuses(R"("R4": {"mode": "off", "poor": [{"ceiling": 10001}]})", "at rules.R4.poor[0].ceiling");
  refuses(R"("R4": {"mode": "off", "poor": [{"ceiling": 1, "redesign": 1}]})",
          "at rules.R4.poor[0].redesign: true or false");
  refuses(R"("R5": {"mode": "off", "ceiling": -1})", "at rules.R5.ceiling");
  refuses(R"("R5": {"mode": "off", "pools": ["a b"]})",
          "at rules.R5.pools: a pool is an id such as \"livelihood\"");
  refuses(R"("R7": {"mode": "off", "earmarkedExempt": "no"})", "at rules.R7.earmarkedExempt");
  refuses(R"("R11": {"mode": "off", "cuts": {"rate": 1}})",
          "at rules.R11.cuts: \"rate\" is not known here");
  refuses(R"("R11": {"mode": "off", "cuts": {"stock": 10001}})", "at rules.R11.cuts.stock");
  CHECK_THAT(error_of(with(R"("base": "any")")), Contains("at base: it is"));
  CHECK_THAT(error_of(with(R"("ceilings": "highest")")), Contains("at ceilings: it is"));
}

TEST_CASE("weights sum up to 100 points") {
  CHECK(error_of(with(R"("weights": {"output": 60000, "outcome": 40000})")) == "accepted");
  CHECK_THAT(error_of(with(R"("weights": {"output": 60000, "outcome": 40001})")),
             Contains("at weights: they sum to 100001 thousandths of a point, not to 100000"));
  CHECK_THAT(error_of(with(R"("weights": {"output": 99999})")), Contains("they sum to 99999"));
  CHECK_THAT(error_of(with(R"("weights": {"output": -1})")), Contains("at weights.output"));
  CHECK_THAT(error_of(with(R"("weights": {"cost": 1})")),
             Contains("at weights: \"cost\" is not known here"));
  CHECK_THAT(error_of(with(R"("weights": [])")), Contains("at weights: an object"));
}

TEST_CASE("bands cover all scores, without a gap and without an overlap") {
  const auto bands = [](std::string_view good, std::string_view poor) {
    return error_of(with(fmt::format(R"("bands": [{{"grade": "good", {}}},
                                                  {{"grade": "poor", {}}}])",
                                     good, poor)));
  };
  const std::string high = R"("from": 60000, "to": 100000)";
  CHECK(bands(high, R"("from": 0, "to": 60000)") == "accepted");
  CHECK_THAT(bands(high, R"("from": 0, "to": 60001)"),
             Contains("at bands[1].to: 60001 leaves an overlap to the band above it"));
  CHECK_THAT(bands(high, R"("from": 0, "to": 59999)"),
             Contains("at bands[1].to: 59999 leaves a gap to the band above it, which starts at "
                      "60000"));
  CHECK_THAT(bands(R"("from": 60000, "to": 99999)", R"("from": 0, "to": 60000)"),
             Contains("at bands[0].to: 99999 leaves a gap"));
  CHECK_THAT(bands(high, R"("from": 1, "to": 60000)"),
             Contains("at bands: scores from 0 to 1 have no grade"));
  CHECK_THAT(bands(high, R"("from": 60000, "to": 60000)"),
             Contains("at bands[1].from: the band from 60000 to 60000 is empty"));
  CHECK_THAT(bands(high, R"("from": 0)"), Contains("at bands[1]: \"from\" and \"to\" are wanted"));
  CHECK_THAT(bands(high, R"("from": -1, "to": 60000)"), Contains("at bands[1].from"));
  CHECK_THAT(error_of(with(R"("bands": [{"grade": "good", "from": 60000, "to": 100000},
                                        {"grade": "good", "from": 0, "to": 60000}])")),
             Contains("at bands[1].grade: the grade has a band already"));
  CHECK_THAT(error_of(with(R"("bands": [{"grade": "fair", "from": 0, "to": 100000}])")),
             Contains("at bands[0].grade: it is one of"));
  CHECK_THAT(error_of(with(R"("bands": [])")), Contains("scores from 0 to 100000 have no grade"));
  CHECK_THAT(error_of(with(R"("bands": {})")), Contains("at bands: a list"));
}

TEST_CASE("a better grade lies above a worse one") {
  CHECK_THAT(error_of(with(R"("bands": [{"grade": "poor", "from": 60000, "to": 100000},
                                        {"grade": "good", "from": 0, "to": 60000}])")),
             Contains("at bands[1].grade: good is better than poor, whose scores are higher"));
}

TEST_CASE("the steps of a cut get no milder, and poor leaves no more than medium") {
  const auto refuses = [](std::string_view cut, const std::string& part) {
    CHECK_THAT(error_of(with_rule(fmt::format(R"("R4": {{"mode": "off", {}}})", cut))),
               Contains(part));
  };
  refuses(R"("medium": [{"ceiling": 8000}, {"ceiling": 8001}])",
          "at rules.R4.medium[1].ceiling: 8001 is milder than the 8000 of the step before it");
  refuses(R"("poor": [{"ceiling": 0}, {"ceiling": 1}])", "at rules.R4.poor[1].ceiling");
  refuses(R"("poor": [{"ceiling": 50, "redesign": true}, {"ceiling": 50}])",
          "at rules.R4.poor[1].redesign: it is milder");
  refuses(R"("poor": [{"ceiling": 8001}])",
          "at rules.R4.poor[0].ceiling: 8001 is more than a medium grade leaves there, 8000");
  refuses(R"("medium": [{"ceiling": 4999}])", "at rules.R4.poor[0].ceiling: 5000 is more than");
  // The last step repeats.
  refuses(R"("medium": [{"ceiling": 9000}, {"ceiling": 10}], "poor": [{"ceiling": 11}])",
          "at rules.R4.poor[0].ceiling: 11 is more than a medium grade leaves there, 10");
  refuses(R"("medium": [{"ceiling": 7}], "poor": [{"ceiling": 7}, {"ceiling": 7, "redesign": true},
             {"ceiling": 0}])",
          "accepted");
}

TEST_CASE("rules that look at expenditure have measures to look at") {
  const auto under = [](std::string_view rule, std::string_view mode, std::string_view more) {
    return error_of(valid_start +
                    fmt::format(R"("{}": {{"mode": "{}"}}}}, {}}})", rule, mode, more));
  };
  for (const char* rule : {"R4", "R5", "R6", "R7", "R8", "R9", "R10", "R19"}) {
    CHECK_THAT(under(rule, "observe", R"("expenditureMeasures": [])"),
               Contains(fmt::format("at expenditureMeasures: {} is not off", rule)));
    CHECK(under(rule, "off", R"("expenditureMeasures": [])") == "accepted");
    CHECK_THAT(under(rule, "enforce", R"("expenditureMeasures": ["net", "nett"])"),
               Contains("at expenditureMeasures: \"nett\" stands in no balance group"));
  }
  CHECK(under("R20", "enforce", R"("expenditureMeasures": [])") == "accepted");
  CHECK(under("R19", "enforce", R"("balanceGroups": [["net"]])") == "accepted");
  CHECK_THAT(under("R19", "enforce", R"("balanceGroups": [["money"]])"),
             Contains("at expenditureMeasures: R19 is not off and would hold of no line"));
}

TEST_CASE("a rule set that was published is read, whatever would be refused today") {
  const std::string poor = with_rule(R"("R4": {"mode": "off", "poor": [{"ceiling": 9999}]})");
  CHECK_FALSE(parse_rule_set(poor));
  CHECK(read_rule_set(poor)->poor[0].ceiling == 9'999);
}

TEST_CASE("a rule set is at most 48 KiB long") {
  const std::string json = valid_start + "}}";
  CHECK(error_of(json + std::string(limits::rule_set_bytes - json.size(), ' ')) == "accepted");
  CHECK_THAT(error_of(json + std::string(limits::rule_set_bytes - json.size() + 1, ' ')),
             Contains("49153 bytes long; the limit is 49152"));
}

TEST_CASE("the sides of R20 are lists of roles, each role on one side") {
  const auto set = [](const std::string& sides) {
    return parse_rule_set(R"({"name": "n", "version": "1", "rules": {"R20": {"mode": "enforce", )"
                          R"("sides": )" +
                          sides + "}}}");
  };
  const auto read = set(R"([["unit", "department"], ["finance"]])");
  REQUIRE(read.has_value());
  CHECK(read->sides ==
        std::vector<std::vector<schema::Role>>{{schema::Role::UNIT, schema::Role::DEPARTMENT},
                                               {schema::Role::FINANCE}});
  for (const auto& [sides, why] : {std::pair{R"([["unit"], ["unit"]])", "stands on two sides"},
                                   {R"([["clerk"]])", "is no role"},
                                   {R"([["unspecified"]])", "is no role"},
                                   {R"(["unit"])", "a list of roles is wanted"},
                                   {R"({})", "a list of sides"}}) {
    INFO(sides);
    const auto refused = set(sides);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find(why) != std::string::npos);
  }
}
