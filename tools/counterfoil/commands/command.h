#pragma once

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <functional>
#include <set>
#include <string>

#include "counterfoil/access.h"
#include "counterfoil/errors.h"

namespace counterfoil {

/// What a command does when it was chosen: its exit status, or why it could not.
using Action = std::function<Result<ExitStatus>()>;

/// Each adds one command with its options, help and examples, and sets `action` when it is chosen.
/// The options that are filled in while parsing live as long as the app.
void add_init(CLI::App& app, GlobalOptions& global, Action& action);
void add_import(CLI::App& app, GlobalOptions& global, Action& action);
void add_reconcile(CLI::App& app, GlobalOptions& global, Action& action);
void add_submit(CLI::App& app, GlobalOptions& global, Action& action);
void add_budgets(CLI::App& app, GlobalOptions& global, Action& action);
void add_adjustments(CLI::App& app, GlobalOptions& global, Action& action);
void add_views(CLI::App& app, GlobalOptions& global, Action& action);  // a command a read model
void add_history(CLI::App& app, GlobalOptions& global, Action& action);
void add_tail(CLI::App& app, GlobalOptions& global, Action& action);
void add_consumers(CLI::App& app, GlobalOptions& global, Action& action);
void add_proposals(CLI::App& app, GlobalOptions& global, Action& action);  // propose, carry out
void add_explain(CLI::App& app, GlobalOptions& global, Action& action);
void add_difference(CLI::App& app, GlobalOptions& global, Action& action);
void add_what_if(CLI::App& app, GlobalOptions& global, Action& action);
void add_sample(CLI::App& app, GlobalOptions& global, Action& action);
void add_report(CLI::App& app, GlobalOptions& global, Action& action);
void add_waterfall(CLI::App& report, GlobalOptions& global, Action& action);
void add_facts(CLI::App& app, GlobalOptions& global, Action& action);
void add_principals(CLI::App& app, GlobalOptions& global, Action& action);
void add_tokens(CLI::App& app, GlobalOptions& global, Action& action);
void add_projections(CLI::App& app, GlobalOptions& global, Action& action);
void add_rebuild(CLI::App& app, GlobalOptions& global, Action& action);
void add_checkpoint(CLI::App& app, GlobalOptions& global, Action& action);
void add_prove(CLI::App& app, GlobalOptions& global, Action& action);
void add_export(CLI::App& app, GlobalOptions& global, Action& action);
void add_publish(CLI::App& app, GlobalOptions& global, Action& action);
void add_verify(CLI::App& app, GlobalOptions& global, Action& action);
void add_seal(CLI::App& app, GlobalOptions& global, Action& action);
void add_signer(CLI::App& app, GlobalOptions& global, Action& action);
void add_restore(CLI::App& app, GlobalOptions& global, Action& action);
void add_rotate_key(CLI::App& app, GlobalOptions& global, Action& action);

/// Options shared by the reads of budget lines.
struct LineFilter {
  std::int32_t fiscal_year = 0;
  std::string unit;
  std::string project;
  std::string fund;
  std::string measure;
  std::string kind;
  std::string request;
  std::string state;
  std::string rule;
  std::string pool;

  void add_to(CLI::App& command);
  void fill(schema::Filter::Builder filter) const;
  /// Fails where one of the values is in no budget line of the ledger, with those that are, and
  /// says whether the project exists at all: to be asked where no row was found, because a mistyped
  /// filter must not read as "there is none".
  Result<void> check_known(LedgerAccess& access) const;

 private:
  Result<void> check_project(LedgerAccess& access) const;
};

/// The number that --of names, and the option itself.
schema::Figure figure_of(const std::string& name);
void add_figure(CLI::App& command, std::string& name);

/// An option's check: it must be a whole number, and none below `least`.
CLI::Validator at_least(std::int64_t least);

/// How rows are printed for this ledger.
OutputOptions output_options(const GlobalOptions& global, LedgerAccess& access);

/// Calls `visit` for every row of budgets that the filter lets through.
Result<void> each_budget(LedgerAccess& access, const LineFilter& filter,
                         const std::function<Result<void>(schema::BudgetRow::Reader)>& visit);

/// Calls `visit` for every row of that view that the filter lets through, in the order of its keys.
Result<void> each_row(LedgerAccess& access, std::string_view view, const LineFilter& filter,
                      const std::function<Result<void>(capnp::DynamicStruct::Reader)>& visit);

/// The struct of a view's rows; the view must be one of this build's.
capnp::StructSchema row_schema_of(std::string_view view);

/// Fails where nothing was ever recorded about the subject, or nothing that counts as of what
/// --as-of says.
Result<void> check_subject_known(LedgerAccess& access, const std::string& subject);

/// The first values, in order, of those that a filter could name: "2023, 2024 and 7 more".
std::string some_of(const std::set<std::string>& values);

}  // namespace counterfoil
