#include "core/money.h"
#include "counterfoil/import/build_forms.h"

namespace counterfoil::intake {
namespace {

namespace json = boost::json;

json::object fact(std::string_view name, json::value value) {
  json::object result;
  result.emplace(name, std::move(value));
  return result;
}

Result<std::int64_t> sum_of(const Measure& measure, const Text& cells, const Scope& scope) {
  Money sum;
  for (const Row& row : scope.rows) {
    const auto where = [&] { return fmt::format("line {}, {}", row.line(), measure.id); };
    auto cell = scope.inputs.text_of(cells, row);
    if (!cell) return fail_at(where(), std::move(cell).error());
    auto amount = measure.read(*cell, scope.numbers, scope.setting.currency_exponent);
    if (!amount) return fail_at(where(), std::move(amount).error());
    const auto more = add(sum, Money{*amount});
    if (!more) return fail(ErrorCode::invalid, "{}: the sum does not fit 64 bits", where());
    sum = *more;
  }
  return sum.minor;
}

Result<void> add_line(const Table& table, const Measure& measure, const Scope& scope,
                      json::array& facts) {
  CF_LET(const std::string line, table.line->of(scope.rows.front(), scope.inputs, measure.id));
  json::object opened;
  if (table.opened) {
    CF_LET(auto filled, fill(*table.opened, scope));
    if (filled) opened = std::move(filled->as_object());
  }
  opened["line"] = line;
  facts.push_back(fact("lineOpened", std::move(opened)));

  CF_LET(const std::int64_t amount, sum_of(measure, *measure.original, scope));
  if (amount != 0)
    facts.push_back(fact("budgetAppropriated", json::object{{"amount", amount}, {"line", line}}));
  return {};
}

}  // namespace

Result<std::vector<Draft>> build_budget(const Table& table, const Scope& scope) {
  std::vector<Draft> drafts;
  CF_LET(json::object command, envelope(table, scope));
  if (table.unit) {
    CF_LET(auto unit, fill(*table.unit, scope));
    if (unit && unit->as_object().contains("unit")) {
      json::object registering = command;
      registering["commandId"] =
          fmt::format("{}/unit/{}", table.source, unit->at("unit").as_string().c_str());
      registering["facts"] = json::array{fact("unitRegistered", std::move(*unit))};
      CF_LET(Draft draft, draft_of(std::move(registering)));
      draft.once = true;
      drafts.push_back(std::move(draft));
    }
  }
  json::array facts;
  if (table.project) {
    CF_LET(auto project, fill(*table.project, scope));
    if (project) facts.push_back(fact("projectProposed", std::move(*project)));
  }
  for (const Measure& measure : table.measures) CF_TRY(add_line(table, measure, scope, facts));
  command["facts"] = std::move(facts);
  CF_LET(Draft draft, draft_of(std::move(command)));
  drafts.push_back(std::move(draft));
  return drafts;
}

}  // namespace counterfoil::intake
