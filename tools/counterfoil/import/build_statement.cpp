#include <algorithm>

#include "counterfoil/import/build_forms.h"

namespace counterfoil::intake {
namespace {

namespace json = boost::json;

Result<void> add_once(json::object command, std::string id, json::array facts,
                      std::vector<Draft>& drafts) {
  command["commandId"] = std::move(id);
  command["facts"] = std::move(facts);
  CF_LET(Draft draft, draft_of(std::move(command)));
  draft.once = true;
  drafts.push_back(std::move(draft));
  return {};
}

/// What the statement is about: unit, project and lines, each a command that does not depend on
/// when it was stated, so that every statement of it gives the same.
Result<void> add_registrations(const Table& table, const Scope& scope, std::vector<Draft>& drafts) {
  const Row& row = scope.rows.front();
  CF_LET(auto filled, fill(*table.registration, scope));
  const json::object envelope = filled ? filled->as_object() : json::object();
  CF_LET(auto unit, unit_draft(table, scope, envelope));
  if (unit) drafts.push_back(std::move(*unit));
  CF_LET(const std::string who, scope.inputs.text_of(table.line->project, row));
  CF_LET(auto project, project_proposed(table, scope));
  if (project)
    CF_TRY(add_once(envelope, fmt::format("{}/project/{}", table.source, who), {*project}, drafts));
  json::array opened;
  for (const Measure& measure : table.measures) {
    CF_LET(json::object line, line_opened(table, measure, scope));
    opened.push_back(std::move(line));
  }
  const json::value* id = envelope.if_contains("commandId");
  if (id == nullptr) return fail(ErrorCode::invalid, "the registration's id is empty");
  return add_once(envelope, std::string(id->as_string()), std::move(opened), drafts);
}

/// What was spent, where all the rows say it. Empty means that it is not known yet, which is not
/// nothing; a sum of some rows would be neither.
Result<std::optional<std::int64_t>> spent_of(const Measure& measure, const Scope& scope) {
  const auto cells = measure.stated.find("spent");
  if (cells == measure.stated.end()) return std::nullopt;
  std::size_t empty = 0;
  for (const Row& row : scope.rows) {
    CF_LET(const std::string cell, scope.inputs.text_of(cells->second, row));
    if (trimmed(cell).empty()) ++empty;
  }
  if (empty == scope.rows.size()) return std::nullopt;
  if (empty != 0)
    return fail(ErrorCode::invalid,
                "line {}: some rows of the group say what was spent, and others do not",
                scope.rows.front().line());
  CF_LET(const std::int64_t spent, sum_of(measure, cells->second, scope));
  return spent;
}

Result<json::object> stated(const Table& table, const Measure& measure, const Scope& scope) {
  CF_LET(auto filled, fill(*table.statement, scope));
  json::object made = filled ? std::move(filled->as_object()) : json::object();
  CF_LET(const std::string line, table.line->of(scope.rows.front(), scope.inputs, measure.id));
  made["line"] = line;
  for (const auto& [field, cells] : measure.stated) {
    if (field == "spent") continue;
    CF_LET(const std::int64_t amount, sum_of(measure, cells, scope));
    made[field] = amount;
  }
  CF_LET(const auto spent, spent_of(measure, scope));
  if (spent) made["spent"] = *spent;
  return fact_of("budgetStated", std::move(made));
}

}  // namespace

Result<std::vector<Draft>> build_statement(const Table& table, const Scope& scope) {
  std::vector<Draft> drafts;
  if (table.registration) CF_TRY(add_registrations(table, scope, drafts));
  CF_LET(json::object command, envelope(table, scope));
  json::array facts;
  for (const Measure& measure : table.measures) {
    CF_LET(json::object fact, stated(table, measure, scope));
    facts.push_back(std::move(fact));
  }
  command["facts"] = std::move(facts);
  CF_LET(Draft draft, draft_of(std::move(command)));
  drafts.push_back(std::move(draft));
  return drafts;
}

}  // namespace counterfoil::intake
