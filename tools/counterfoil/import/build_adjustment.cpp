#include <map>

#include "core/limits.h"
#include "counterfoil/import/build_forms.h"

namespace counterfoil::intake {
namespace {

namespace json = boost::json;

struct Leg {
  json::object json;
  std::string measure;
  std::string fund_and_year;
};

/// Measures that balance together: conditional expenditure is what earmarked revenue pays for.
std::string_view balance_group(std::string_view measure) {
  return measure == "earmarked" ? "conditional" : measure;
}

Result<void> add_legs(const Table& table, const Scope& scope, const Row& row,
                      std::vector<Leg>& legs) {
  json::object common;
  if (table.leg) {
    const Scope alone{scope.inputs,  scope.numbers, scope.dates,
                      scope.setting, {&row, 1},     scope.references};
    CF_LET(auto filled, fill(*table.leg, alone));
    if (filled) common = std::move(filled->as_object());
  }
  CF_LET(const std::string fund, scope.inputs.text_of(table.line->fund, row));
  CF_LET(const std::string year, scope.inputs.text_of(table.line->fiscal_year, row));
  const auto add = [&](const Measure& measure, std::int64_t amount) -> Result<void> {
    CF_LET(const std::string line, table.line->of(row, scope.inputs, measure.id));
    Leg leg{common, measure.id, fund + "/" + year};
    leg.json["line"] = line;
    leg.json["amount"] = amount;
    legs.push_back(std::move(leg));
    return {};
  };
  const std::size_t before = legs.size();
  for (const Measure& measure : table.measures) {
    CF_LET(const std::string cell, scope.inputs.text_of(*measure.change, row));
    auto amount = measure.read(cell, scope.numbers, scope.setting.currency_exponent);
    if (!amount) return fail_at(measure.id, std::move(amount).error());
    if (*amount != 0) CF_TRY(add(measure, *amount));
  }
  // A row without any amount still belongs to the request, and so to its line's history.
  if (legs.size() == before) CF_TRY(add(table.measures.front(), 0));
  return {};
}

using Part = std::vector<Leg>;

template <typename Key>
std::map<std::string, Part> split(Part legs, const Key& key) {
  std::map<std::string, Part> parts;
  for (Leg& leg : legs) parts[std::string(key(leg))].push_back(std::move(leg));
  return parts;
}

/// Parts that each fit one fact. What must balance together stays together.
Result<std::vector<Part>> parts_of(Part legs) {
  std::vector<Part> parts;
  if (legs.size() <= limits::legs_in_adjustment) {
    parts.push_back(std::move(legs));
    return parts;
  }
  for (auto& [group, of_group] :
       split(std::move(legs), [](const Leg& leg) { return balance_group(leg.measure); })) {
    if (of_group.size() <= limits::legs_in_adjustment) {
      parts.push_back(std::move(of_group));
      continue;
    }
    for (auto& [fund, part] :
         split(std::move(of_group), [](const Leg& leg) { return leg.fund_and_year; })) {
      if (part.size() > limits::legs_in_adjustment)
        return fail(ErrorCode::limit,
                    "{} legs of {} balance together in {}, and an adjustment has at most {}; split "
                    "the request",
                    part.size(), group, fund, limits::legs_in_adjustment);
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

}  // namespace

Result<std::vector<Draft>> build_adjustment(const Table& table, const Scope& scope) {
  CF_LET(json::object command, envelope(table, scope));
  CF_LET(auto adjustment, fill(*table.adjustment, scope));
  Part legs;
  for (const Row& row : scope.rows) {
    auto added = add_legs(table, scope, row, legs);
    if (!added && !added.error().message.starts_with("line "))
      return fail_at(fmt::format("line {}", row.line()), std::move(added).error());
    CF_TRY(std::move(added));
  }
  CF_LET(auto parts, parts_of(std::move(legs)));
  json::array facts;
  for (Part& part : parts) {
    json::object adjusted = adjustment ? adjustment->as_object() : json::object();
    json::array made;
    for (Leg& leg : part) made.push_back(std::move(leg.json));
    adjusted["legs"] = std::move(made);
    facts.push_back(json::object{{"budgetAdjusted", std::move(adjusted)}});
  }
  command["facts"] = std::move(facts);
  std::vector<Draft> drafts;
  CF_LET(Draft draft, draft_of(std::move(command)));
  drafts.push_back(std::move(draft));
  return drafts;
}

}  // namespace counterfoil::intake
