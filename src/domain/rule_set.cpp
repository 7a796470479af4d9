#include "domain/rule_set.h"

#include <algorithm>
#include <array>
#include <set>

#include "codec/json.h"
#include "core/ids.h"
#include "core/limits.h"
#include "domain/recorders.h"

namespace counterfoil {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::array<std::string_view, 4> mode_names = {"enforce", "override", "observe", "off"};

tl::unexpected<Error> wrong(std::string_view place, std::string_view why) {
  return fail(ErrorCode::invalid, "the rule set is wrong at {}: {}", place, why);
}

Result<void> check_keys(const object& json, std::string_view place,
                        std::initializer_list<std::string_view> known) {
  for (const auto& member : json)
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
      return wrong(place, fmt::format("\"{}\" is not known here; known are {}",
                                      std::string_view(member.key()), fmt::join(known, ", ")));
  return {};
}

Result<std::string> id_at(const object& json, std::string_view key) {
  const value* found = json.if_contains(key);
  if (found == nullptr || !found->is_string() || !is_id(std::string_view(found->get_string())))
    return wrong(key, "an id of letters, digits, '.', '_' and '-' is wanted");
  return std::string(std::string_view(found->get_string()));
}

Result<std::vector<std::string>> ids_at(const value& json, std::string_view place,
                                        std::string_view what, std::string_view example) {
  std::vector<std::string> ids;
  if (!json.is_array()) return wrong(place, fmt::format("a list of {}s is wanted", what));
  for (const value& item : json.get_array()) {
    if (!item.is_string() || !is_id(std::string_view(item.get_string())))
      return wrong(place, fmt::format("a {} is an id such as \"{}\"", what, example));
    ids.emplace_back(std::string_view(item.get_string()));
  }
  return ids;
}

Result<std::vector<std::string>> measures_at(const value& json, std::string_view place) {
  return ids_at(json, place, "measure", "net");
}

using Groups = std::vector<std::vector<std::string>>;

/// Leaves the groups as they are where the key is absent.
Result<void> read_groups(const object& json, std::string_view key, std::set<std::string>& seen,
                         Groups& groups) {
  if (const value* found = json.if_contains(key)) {
    if (!found->is_array()) return wrong(key, "a list of groups of measures is wanted");
    groups.clear();
    for (const value& item : found->get_array()) {
      CF_LET(groups.emplace_back(), measures_at(item, key));
    }
  }
  for (const auto& group : groups)
    for (const std::string& measure : group)
      if (!seen.insert(measure).second)
        return wrong(key, fmt::format("\"{}\" stands in two balance groups", measure));
  return {};
}

constexpr std::int64_t whole = 10'000;        // basis points
constexpr std::int64_t full_score = 100'000;  // thousandths of a point

/// One place of the document: an object of which every key is read, or refused.
class Place {
 public:
  Place(const object& json, std::string name) : json_(json), name_(std::move(name)) {}

  std::string of(std::string_view key) const {
    return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
  }
  const value* find(std::string_view key) const { return json_.if_contains(key); }

  Result<void> integer(std::string_view key, std::int64_t most, std::int64_t& into) const {
    const value* const found = find(key);
    if (found == nullptr) return {};
    if (!found->is_int64() || found->get_int64() < 0 || found->get_int64() > most)
      return wrong(of(key), fmt::format("a whole number from 0 to {} is wanted", most));
    into = found->get_int64();
    return {};
  }
  Result<void> integer(std::string_view key, std::int64_t most, std::uint32_t& into) const {
    std::int64_t read = into;
    CF_TRY(integer(key, most, read));
    into = static_cast<std::uint32_t>(read);
    return {};
  }
  Result<void> boolean(std::string_view key, bool& into) const {
    const value* const found = find(key);
    if (found == nullptr) return {};
    if (!found->is_bool()) return wrong(of(key), "true or false is wanted");
    into = found->get_bool();
    return {};
  }
  /// One of two words; `into` says whether it is the first.
  Result<void> either(std::string_view key, std::string_view first, std::string_view second,
                      bool& into) const {
    const value* const found = find(key);
    if (found == nullptr) return {};
    if (!found->is_string() || (std::string_view(found->get_string()) != first &&
                                std::string_view(found->get_string()) != second))
      return wrong(of(key), fmt::format("it is \"{}\" or \"{}\"", first, second));
    into = std::string_view(found->get_string()) == first;
    return {};
  }
  /// A word of a list of them; leaves `into` where the key is absent.
  template <std::size_t N>
  Result<void> word(std::string_view key, const std::array<std::string_view, N>& words,
                    std::size_t& into) const {
    const value* const json = find(key);
    if (json == nullptr) return {};
    const auto found = json->is_string() ? std::find(words.begin(), words.end(),
                                                     std::string_view(json->get_string()))
                                         : words.end();
    if (found == words.end())
      return wrong(of(key), fmt::format("it is one of {}", fmt::join(words, ", ")));
    into = static_cast<std::size_t>(found - words.begin());
    return {};
  }

 private:
  const object& json_;
  std::string name_;
};

Result<void> read_steps(const Place& place, std::string_view key, std::vector<CutStep>& steps) {
  const value* const found = place.find(key);
  if (found == nullptr) return {};
  if (!found->is_array() || found->get_array().empty())
    return wrong(place.of(key), "a list of at least one step is wanted");
  steps.clear();
  for (std::size_t i = 0; i < found->get_array().size(); ++i) {
    const std::string name = fmt::format("{}[{}]", place.of(key), i);
    const value& item = found->get_array()[i];
    if (!item.is_object()) return wrong(name, "an object with a \"ceiling\" is wanted");
    CF_TRY(check_keys(item.get_object(), name, {"ceiling", "redesign"}));
    const Place step(item.get_object(), name);
    if (step.find("ceiling") == nullptr) return wrong(name, "a \"ceiling\" is wanted");
    CutStep& read = steps.emplace_back();
    CF_TRY(step.integer("ceiling", whole, read.ceiling));
    CF_TRY(step.boolean("redesign", read.redesign));
  }
  return {};
}

constexpr std::array<std::string_view, 6> level_names = {"unspecified", "self",  "department",
                                                         "finance",     "audit", "congress"};
constexpr std::array<std::string_view, 5> grade_names = {"unspecified", "excellent", "good",
                                                         "medium", "poor"};
constexpr std::array<std::string_view, 6> factor_names = {
    "unspecified", "executionRate", "grade", "levelOfDetail", "stock", "auditFindings"};

Result<void> read_grade_cut(const Place& place, RuleSet& rule_set) {
  auto level = static_cast<std::size_t>(rule_set.grade_level);
  CF_TRY(place.word("level", level_names, level));
  if (level == 0) return wrong(place.of("level"), "a level such as \"department\" is wanted");
  rule_set.grade_level = static_cast<schema::GradeAssigned::Level>(level);
  CF_TRY(place.either("evaluation", "madeInYearBefore", "ofYearBefore",
                      rule_set.evaluation_made_in_year_before));
  CF_TRY(read_steps(place, "medium", rule_set.medium));
  return read_steps(place, "poor", rule_set.poor);
}

Result<void> read_factor_cuts(const Place& place, RuleSet& rule_set) {
  const value* const cuts = place.find("cuts");
  if (cuts == nullptr) return {};
  const std::string name = place.of("cuts");
  if (!cuts->is_object()) return wrong(name, "an object is wanted");
  CF_TRY(check_keys(cuts->get_object(), name,
                    {"executionRate", "grade", "levelOfDetail", "stock", "auditFindings"}));
  const Place table(cuts->get_object(), name);
  for (std::size_t i = 1; i < factor_names.size(); ++i)
    CF_TRY(table.integer(factor_names[i], whole, rule_set.factor_cuts[i]));
  return {};
}

Result<void> read_across_the_board(const Place& place, RuleSet& rule_set) {
  CF_TRY(place.integer("ceiling", whole, rule_set.across_the_board));
  const value* const pools = place.find("pools");
  if (pools == nullptr) return {};
  CF_LET(rule_set.saving_purposes, ids_at(*pools, place.of("pools"), "pool", "livelihood"));
  return {};
}

Result<void> read_sides(const Place& place, RuleSet& rule_set) {
  const value* const sides = place.find("sides");
  if (sides == nullptr) return {};
  const std::string name = place.of("sides");
  if (!sides->is_array()) return wrong(name, "a list of sides, each a list of roles, is wanted");
  std::set<schema::Role> seen;
  for (const value& item : sides->get_array()) {
    CF_LET(const auto names, ids_at(item, name, "role", "finance"));
    auto& side = rule_set.sides.emplace_back();
    for (const std::string& role : names) {
      const auto found = role_named(role);
      if (!found) return wrong(name, fmt::format("\"{}\" is no role", role));
      if (!seen.insert(*found).second)
        return wrong(name, fmt::format("\"{}\" stands on two sides", role));
      side.push_back(*found);
    }
  }
  return {};
}

/// What a rule has besides its mode.
Result<void> read_rule(std::string_view rule, const Place& place, RuleSet& rule_set) {
  if (rule == "R1") return place.either("scope", "all", "key", rule_set.all_projects_need_targets);
  if (rule == "R4") return read_grade_cut(place, rule_set);
  if (rule == "R5") return read_across_the_board(place, rule_set);
  if (rule == "R6") return place.either("scope", "all", "key", rule_set.all_projects_need_reviews);
  if (rule == "R7") return place.boolean("earmarkedExempt", rule_set.earmarked_exempt);
  if (rule == "R11") return read_factor_cuts(place, rule_set);
  if (rule == "R14") return place.integer("tolerance", whole, rule_set.monitoring_tolerance);
  if (rule == "R20") return read_sides(place, rule_set);
  return {};
}

Result<void> check_rule_keys(std::string_view rule, const object& json, std::string_view place) {
  if (rule == "R1" || rule == "R6") return check_keys(json, place, {"mode", "scope"});
  if (rule == "R4")
    return check_keys(json, place, {"mode", "level", "evaluation", "medium", "poor"});
  if (rule == "R5") return check_keys(json, place, {"mode", "ceiling", "pools"});
  if (rule == "R7") return check_keys(json, place, {"mode", "earmarkedExempt"});
  if (rule == "R11") return check_keys(json, place, {"mode", "cuts"});
  if (rule == "R14") return check_keys(json, place, {"mode", "tolerance"});
  if (rule == "R20") return check_keys(json, place, {"mode", "sides"});
  return check_keys(json, place, {"mode"});
}

Result<void> read_rules(const object& json, RuleSet& rule_set) {
  const value* rules = json.if_contains("rules");
  if (rules == nullptr || !rules->is_object()) return wrong("rules", "an object is wanted");
  for (const auto& rule : rules->get_object()) {
    const std::string_view id = rule.key();
    const std::string name = fmt::format("rules.{}", id);
    if (std::find(rule_ids.begin(), rule_ids.end(), id) == rule_ids.end())
      return wrong(name, fmt::format("this build knows the rules {}", fmt::join(rule_ids, ", ")));
    if (!rule.value().is_object()) return wrong(name, "an object with a \"mode\" is wanted");
    CF_TRY(check_rule_keys(id, rule.value().get_object(), name));
    const Place place(rule.value().get_object(), name);
    std::size_t mode = mode_names.size();
    CF_TRY(place.word("mode", mode_names, mode));
    if (mode == mode_names.size())
      return wrong(place.of("mode"), fmt::format("it is one of {}", fmt::join(mode_names, ", ")));
    rule_set.modes[std::string(id)] = static_cast<RuleMode>(mode);
    CF_TRY(read_rule(id, place, rule_set));
  }
  return {};
}

Result<void> read_weights(const object& json, RuleSet& rule_set) {
  const value* const weights = json.if_contains("weights");
  if (weights == nullptr) return {};
  constexpr std::array<std::string_view, 4> names = {"execution", "output", "outcome",
                                                     "satisfaction"};
  if (!weights->is_object()) return wrong("weights", "an object is wanted");
  CF_TRY(check_keys(weights->get_object(), "weights",
                    {"execution", "output", "outcome", "satisfaction"}));
  const Place place(weights->get_object(), "weights");
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    rule_set.weights[i] = 0;
    CF_TRY(place.integer(names[i], full_score, rule_set.weights[i]));
    sum += rule_set.weights[i];
  }
  if (sum != full_score)
    return wrong("weights",
                 fmt::format("they sum to {} thousandths of a point, not to {}", sum, full_score));
  return {};
}

/// Bands from the highest down, without a gap and without an overlap.
Result<void> read_bands(const object& json, RuleSet& rule_set) {
  const value* const bands = json.if_contains("bands");
  if (bands == nullptr) return {};
  if (!bands->is_array()) return wrong("bands", "a list is wanted");
  rule_set.bands.clear();
  std::int64_t above = full_score;
  for (std::size_t i = 0; i < bands->get_array().size(); ++i) {
    const std::string name = fmt::format("bands[{}]", i);
    const value& item = bands->get_array()[i];
    if (!item.is_object()) return wrong(name, "an object is wanted");
    CF_TRY(check_keys(item.get_object(), name, {"grade", "from", "to"}));
    const Place place(item.get_object(), name);
    std::size_t grade = 0;
    CF_TRY(place.word("grade", grade_names, grade));
    if (grade == 0) return wrong(place.of("grade"), "a grade such as \"good\" is wanted");
    Band band{static_cast<schema::GradeAssigned::Grade>(grade), -1, -1};
    CF_TRY(place.integer("from", full_score, band.from));
    CF_TRY(place.integer("to", full_score, band.to));
    if (band.from < 0 || band.to < 0) return wrong(name, "\"from\" and \"to\" are wanted");
    if (band.to != above)
      return wrong(place.of("to"),
                   fmt::format("{} leaves {} to the band above it, which starts at {}", band.to,
                               band.to < above ? "a gap" : "an overlap", above));
    if (band.from >= band.to)
      return wrong(place.of("from"),
                   fmt::format("the band from {} to {} is empty", band.from, band.to));
    for (const Band& other : rule_set.bands)
      if (other.grade == band.grade)
        return wrong(place.of("grade"), "the grade has a band already");
    above = band.from;
    rule_set.bands.push_back(band);
  }
  if (above != 0) return wrong("bands", fmt::format("scores from 0 to {} have no grade", above));
  return {};
}

/// Each step is at least as severe as the one before it: what lies lower is, and of the same
/// ceiling a redesign.
Result<void> check_steps(std::string_view place, const std::vector<CutStep>& steps) {
  for (std::size_t i = 1; i < steps.size(); ++i) {
    const CutStep& before = steps[i - 1];
    const CutStep& step = steps[i];
    if (step.ceiling > before.ceiling)
      return wrong(fmt::format("{}[{}].ceiling", place, i),
                   fmt::format("{} is milder than the {} of the step before it", step.ceiling,
                               before.ceiling));
    if (step.ceiling == before.ceiling && before.redesign && !step.redesign)
      return wrong(fmt::format("{}[{}].redesign", place, i),
                   "it is milder than the step before it, which wants a redesign");
  }
  return {};
}

Result<void> check_grade_cut(const RuleSet& rule_set) {
  CF_TRY(check_steps("rules.R4.medium", rule_set.medium));
  CF_TRY(check_steps("rules.R4.poor", rule_set.poor));
  const std::size_t steps = std::max(rule_set.medium.size(), rule_set.poor.size());
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t poor = std::min(i, rule_set.poor.size() - 1);
    const CutStep& medium = rule_set.medium[std::min(i, rule_set.medium.size() - 1)];
    if (rule_set.poor[poor].ceiling > medium.ceiling)
      return wrong(fmt::format("rules.R4.poor[{}].ceiling", poor),
                   fmt::format("{} is more than a medium grade leaves there, {}",
                               rule_set.poor[poor].ceiling, medium.ceiling));
  }
  return {};
}

Result<void> check_bands(const std::vector<Band>& bands) {
  for (std::size_t i = 1; i < bands.size(); ++i)
    if (bands[i].grade < bands[i - 1].grade)
      return wrong(fmt::format("bands[{}].grade", i),
                   fmt::format("{} is better than {}, whose scores are higher",
                               grade_names[static_cast<std::size_t>(bands[i].grade)],
                               grade_names[static_cast<std::size_t>(bands[i - 1].grade)]));
  return {};
}

/// Rules that look at lines over expenditure measures hold of none where there are none.
Result<void> check_expenditure_measures(const RuleSet& rule_set) {
  constexpr std::array<std::string_view, 8> looking = {"R4", "R5", "R6",  "R7",
                                                       "R8", "R9", "R10", "R19"};
  const auto rule = std::find_if(looking.begin(), looking.end(), [&](std::string_view id) {
    return rule_set.mode(id) != RuleMode::off;
  });
  if (rule == looking.end()) return {};
  if (rule_set.expenditure_measures.empty())
    return wrong("expenditureMeasures",
                 fmt::format("{} is not off and would hold of no line: name a measure", *rule));
  const auto known = rule_set.measures();
  for (const std::string& measure : rule_set.expenditure_measures)
    if (std::find(known.begin(), known.end(), measure) == known.end())
      return wrong("expenditureMeasures",
                   fmt::format("\"{}\" stands in no balance group, so that no line is about it, "
                               "and {} is not off; there are {}",
                               measure, *rule, fmt::join(known, ", ")));
  return {};
}

}  // namespace

RuleMode RuleSet::mode(std::string_view rule) const {
  const auto found = modes.find(rule);
  return found == modes.end() ? RuleMode::off : found->second;
}

bool RuleSet::is_expenditure(std::string_view measure) const {
  return std::find(expenditure_measures.begin(), expenditure_measures.end(), measure) !=
         expenditure_measures.end();
}

std::vector<std::string> RuleSet::measures() const {
  std::vector<std::string> all;
  for (const auto* groups : {&balance_groups, &loose_balance_groups})
    for (const auto& group : *groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

Result<RuleSet> parse_rule_set(std::string_view text) {
  CF_LET(RuleSet rule_set, read_rule_set(text));
  CF_TRY(check_grade_cut(rule_set));
  CF_TRY(check_bands(rule_set.bands));
  CF_TRY(check_expenditure_measures(rule_set));
  return rule_set;
}

Result<RuleSet> read_rule_set(std::string_view text) {
  if (text.size() > limits::rule_set_bytes)
    return fail(ErrorCode::limit, "the rule set is {} bytes long; the limit is {}", text.size(),
                limits::rule_set_bytes);
  CF_LET(const value json, parse_json(text));
  if (!json.is_object()) return wrong("its start", "an object is wanted");
  const object& root = json.get_object();
  CF_TRY(check_keys(root, "its top level",
                    {"name", "version", "description", "rules", "base", "ceilings", "weights",
                     "bands", "balanceGroups", "looseBalanceGroups", "expenditureMeasures"}));
  RuleSet rule_set;
  CF_LET(rule_set.name, id_at(root, "name"));
  CF_LET(rule_set.version, id_at(root, "version"));
  CF_TRY(read_rules(root, rule_set));
  const Place top(root, "");
  CF_TRY(top.either("base", "currentAtClose", "original", rule_set.base_is_current_budget));
  CF_TRY(top.either("ceilings", "compound", "lowest", rule_set.ceilings_compound));
  CF_TRY(read_weights(root, rule_set));
  CF_TRY(read_bands(root, rule_set));
  std::set<std::string> seen;
  CF_TRY(read_groups(root, "balanceGroups", seen, rule_set.balance_groups));
  CF_TRY(read_groups(root, "looseBalanceGroups", seen, rule_set.loose_balance_groups));
  if (const value* measures = root.if_contains("expenditureMeasures")) {
    CF_LET(rule_set.expenditure_measures, measures_at(*measures, "expenditureMeasures"));
  } else {
    // Of the usual ones, those that a line can be about.
    std::erase_if(rule_set.expenditure_measures,
                  [&](const std::string& measure) { return !seen.contains(measure); });
  }
  return rule_set;
}

}  // namespace counterfoil
