#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <map>

#include "counterfoil/commands/command.h"

using namespace counterfoil;

namespace {

void add_global_options(CLI::App& app, GlobalOptions& global) {
  app.set_version_flag("--version", COUNTERFOIL_VERSION);
  auto* ledger = app.add_option("--ledger", global.ledger,
                                "Work offline on the ledger in this folder, while no daemon holds it");
  app.add_option("--connect", global.connect, "HOST:PORT of a daemon")
      ->capture_default_str()
      ->excludes(ledger);
  app.add_option("--token-file", global.token_file,
                 "File with the token for --connect (else COUNTERFOIL_TOKEN)");
  const std::map<std::string, Format> formats = {
      {"table", Format::table}, {"json", Format::json}, {"csv", Format::csv}};
  app.add_option("--output", global.format, "How rows are printed: table, json (lines) or csv")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case))
      ->default_str("table");
  const std::map<std::string, Language> languages = {{"en", Language::english},
                                                     {"zh", Language::chinese}};
  app.add_option("--lang", global.language, "Language of tables: en or zh")
      ->transform(CLI::CheckedTransformer(languages, CLI::ignore_case))
      ->default_str("en");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of writing, not a death
  CLI::App app{"Counterfoil (存根): the audit trail of public budgets.", "counterfoil"};
  app.require_subcommand(1);
  app.fallthrough();
  app.footer("Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 could not.\n"
             "`counterfoil COMMAND --help` shows a command's options and examples.");
  GlobalOptions global;
  Action action;
  add_global_options(app, global);
  add_init(app, global, action);
  add_import(app, global, action);
  add_submit(app, global, action);
  add_reconcile(app, global, action);
  add_budgets(app, global, action);
  add_adjustments(app, global, action);
  add_history(app, global, action);
  add_tail(app, global, action);
  add_projections(app, global, action);
  add_rebuild(app, global, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitStatus::wrong_usage);
  }
  const auto status = action();
  if (std::fflush(stdout) != 0 && status && *status == ExitStatus::done) {
    fmt::print(stderr, "counterfoil: cannot write to standard output\n");
    return static_cast<int>(ExitStatus::could_not);
  }
  if (status) return static_cast<int>(*status);
  fmt::print(stderr, "counterfoil: {}\n", status.error().message);
  return static_cast<int>(exit_status(status.error().code));
}
