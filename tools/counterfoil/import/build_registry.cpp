#include "core/money.h"
#include "counterfoil/import/build_forms.h"

namespace counterfoil::intake {

namespace json = boost::json;

json::object fact_of(std::string_view name, json::value value) {
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

Result<std::optional<Draft>> unit_draft(const Table& table, const Scope& scope,
                                        json::object envelope) {
  if (!table.unit) return std::nullopt;
  CF_LET(auto unit, fill(*table.unit, scope));
  if (!unit || !unit->as_object().contains("unit")) return std::nullopt;
  envelope["commandId"] =
      fmt::format("{}/unit/{}", table.source, unit->at("unit").as_string().c_str());
  envelope["facts"] = json::array{fact_of("unitRegistered", std::move(*unit))};
  CF_LET(Draft draft, draft_of(std::move(envelope)));
  draft.once = true;
  return draft;
}

Result<std::optional<json::object>> project_proposed(const Table& table, const Scope& scope) {
  if (!table.project) return std::nullopt;
  CF_LET(auto project, fill(*table.project, scope));
  if (!project) return std::nullopt;
  return fact_of("projectProposed", std::move(*project));
}

Result<json::object> line_opened(const Table& table, const Measure& measure, const Scope& scope) {
  CF_LET(const std::string line, table.line->of(scope.rows.front(), scope.inputs, measure.id));
  json::object opened;
  if (table.opened) {
    CF_LET(auto filled, fill(*table.opened, scope));
    if (filled) opened = std::move(filled->as_object());
  }
  opened["line"] = line;
  return fact_of("lineOpened", std::move(opened));
}

}  // namespace counterfoil::intake
