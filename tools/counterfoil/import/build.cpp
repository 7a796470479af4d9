#include "counterfoil/import/build.h"

#include "core/ids.h"
#include "counterfoil/import/build_forms.h"

namespace counterfoil::intake {
namespace {

/// What is said once of a group must be said alike by all its rows.
Result<void> check_agreement(const Table& table, std::span<const Row> rows) {
  for (const std::size_t slot : table.inputs.shared())
    for (const Row& row : rows.subspan(1))
      if (row.field(slot) != rows.front().field(slot))
        return fail(
            ErrorCode::invalid,
            "line {}: \"{}\" is \"{}\", but \"{}\" in line {} of the same group; they must agree",
            row.line(), table.inputs.columns()[slot], row.field(slot), rows.front().field(slot),
            rows.front().line());
  return {};
}

Result<std::vector<Draft>> build_facts(const Table& table, const Scope& scope) {
  CF_LET(auto command, envelope(table, scope));
  std::vector<Draft> drafts;
  CF_LET(Draft draft, draft_of(std::move(command)));
  drafts.push_back(std::move(draft));
  return drafts;
}

}  // namespace

Result<boost::json::object> envelope(const Table& table, const Scope& scope) {
  CF_LET(auto command, fill(table.command, scope));
  if (!command)
    return fail(ErrorCode::invalid, "line {}: it has no value at all", scope.rows.front().line());
  return std::move(command->as_object());
}

Result<Draft> draft_of(boost::json::object command) {
  const boost::json::value* id = command.if_contains("commandId");
  if (id == nullptr) return fail(ErrorCode::invalid, "the command's id is empty");
  Draft draft{std::string(id->as_string()), {}};
  CF_TRY(check_command_id(draft.id));
  draft.command = std::move(command);
  return draft;
}

Result<std::vector<Draft>> build(const Table& table, const Scope& scope) {
  CF_TRY(check_agreement(table, scope.rows));
  auto drafts = [&]() -> Result<std::vector<Draft>> {
    switch (table.form) {
      case Form::facts:
        return build_facts(table, scope);
      case Form::budget:
        return build_budget(table, scope);
      case Form::adjustments:
        return build_adjustment(table, scope);
      case Form::statement:
        return build_statement(table, scope);
      case Form::lines:
        break;
    }
    return fail(ErrorCode::invalid, "the table {} only serves to reconcile", table.name);
  }();
  if (!drafts && !drafts.error().message.starts_with("line "))
    return fail_at(fmt::format("line {}", scope.rows.front().line()), std::move(drafts).error());
  return drafts;
}

}  // namespace counterfoil::intake
