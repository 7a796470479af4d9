#include "counterfoil/import/build_forms.h"

namespace counterfoil::intake {
namespace {

namespace json = boost::json;

Result<void> add_line(const Table& table, const Measure& measure, const Scope& scope,
                      json::array& facts) {
  CF_LET(json::object opened, line_opened(table, measure, scope));
  const json::value line = opened.at("lineOpened").at("line");
  facts.push_back(std::move(opened));
  CF_LET(const std::int64_t amount, sum_of(measure, *measure.original, scope));
  if (amount != 0)
    facts.push_back(
        fact_of("budgetAppropriated", json::object{{"amount", amount}, {"line", line}}));
  return {};
}

}  // namespace

Result<std::vector<Draft>> build_budget(const Table& table, const Scope& scope) {
  std::vector<Draft> drafts;
  CF_LET(json::object command, envelope(table, scope));
  CF_LET(auto unit, unit_draft(table, scope, command));
  if (unit) drafts.push_back(std::move(*unit));
  json::array facts;
  CF_LET(auto project, project_proposed(table, scope));
  if (project) facts.push_back(std::move(*project));
  for (const Measure& measure : table.measures) CF_TRY(add_line(table, measure, scope, facts));
  command["facts"] = std::move(facts);
  CF_LET(Draft draft, draft_of(std::move(command)));
  drafts.push_back(std::move(draft));
  return drafts;
}

}  // namespace counterfoil::intake
