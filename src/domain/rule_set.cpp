#include "domain/rule_set.h"

#include <algorithm>
#include <array>
#include <set>

#include "codec/json.h"
#include "core/ids.h"
#include "core/limits.h"

namespace counterfoil {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::array<std::string_view, 4> mode_names = {"enforce", "override", "observe", "off"};
constexpr std::array<std::string_view, 1> known_rules = {"R19"};

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

Result<std::vector<std::string>> measures_at(const value& json, std::string_view place) {
  std::vector<std::string> measures;
  if (!json.is_array()) return wrong(place, "a list of measures is wanted");
  for (const value& item : json.get_array()) {
    if (!item.is_string() || !is_id(std::string_view(item.get_string())))
      return wrong(place, "a measure is an id such as \"net\"");
    measures.emplace_back(std::string_view(item.get_string()));
  }
  return measures;
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

Result<void> read_modes(const object& json, RuleSet& rule_set) {
  const value* rules = json.if_contains("rules");
  if (rules == nullptr || !rules->is_object()) return wrong("rules", "an object is wanted");
  for (const auto& rule : rules->get_object()) {
    const std::string place = fmt::format("rules.{}", std::string_view(rule.key()));
    if (std::find(known_rules.begin(), known_rules.end(), std::string_view(rule.key())) ==
        known_rules.end())
      return wrong(place,
                   fmt::format("this build knows the rules {}", fmt::join(known_rules, ", ")));
    if (!rule.value().is_object()) return wrong(place, "an object with a \"mode\" is wanted");
    CF_TRY(check_keys(rule.value().get_object(), place, {"mode"}));
    const value* mode = rule.value().get_object().if_contains("mode");
    const auto name = mode != nullptr && mode->is_string() ? std::string_view(mode->get_string())
                                                           : std::string_view();
    const auto* const found = std::find(mode_names.begin(), mode_names.end(), name);
    if (found == mode_names.end())
      return wrong(place + ".mode", fmt::format("it is one of {}", fmt::join(mode_names, ", ")));
    rule_set.modes[std::string(rule.key())] = static_cast<RuleMode>(found - mode_names.begin());
  }
  return {};
}

}  // namespace

RuleMode RuleSet::mode(std::string_view rule) const {
  const auto found = modes.find(rule);
  return found == modes.end() ? RuleMode::off : found->second;
}

std::vector<std::string> RuleSet::measures() const {
  std::vector<std::string> all;
  for (const auto* groups : {&balance_groups, &loose_balance_groups})
    for (const auto& group : *groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

Result<RuleSet> parse_rule_set(std::string_view text) {
  if (text.size() > limits::rule_set_bytes)
    return fail(ErrorCode::limit, "the rule set is {} bytes long; the limit is {}", text.size(),
                limits::rule_set_bytes);
  CF_LET(const value json, parse_json(text));
  if (!json.is_object()) return wrong("its start", "an object is wanted");
  const object& root = json.get_object();
  CF_TRY(check_keys(root, "its top level",
                    {"name", "version", "description", "rules", "balanceGroups",
                     "looseBalanceGroups", "expenditureMeasures"}));
  RuleSet rule_set;
  CF_LET(rule_set.name, id_at(root, "name"));
  CF_LET(rule_set.version, id_at(root, "version"));
  CF_TRY(read_modes(root, rule_set));
  std::set<std::string> seen;
  CF_TRY(read_groups(root, "balanceGroups", seen, rule_set.balance_groups));
  CF_TRY(read_groups(root, "looseBalanceGroups", seen, rule_set.loose_balance_groups));
  if (const value* measures = root.if_contains("expenditureMeasures")) {
    CF_LET(rule_set.expenditure_measures, measures_at(*measures, "expenditureMeasures"));
  }
  return rule_set;
}

}  // namespace counterfoil
