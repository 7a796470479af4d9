#include "counterfoil/import/import.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/import_ledger.h"
#include "counterfoil/progress.h"

namespace counterfoil {
namespace {

struct ImportArguments {
  std::string mapping;
  std::vector<std::string> files;
  bool strict = false;
};

void print_account(const intake::Account& account) {
  std::cout << fmt::format(
      "rows read      {:>10}\n"
      "  recorded     {:>10}\n"
      "  known        {:>10}  (recorded by an earlier import)\n"
      "  refused      {:>10}\n"
      "commands       {:>10} recorded, {} known, {} refused\n"
      "events         {:>10} recorded, {} known\n",
      account.rows_read, account.rows_recorded, account.rows_known, account.rows_refused,
      account.commands_recorded, account.commands_known, account.commands_refused,
      account.facts_recorded, account.facts_known);
  if (account.breaches_found != 0)
    std::cout << fmt::format(
        "rules broken   {:>10}  (recorded with the events, and listed above)\n",
        account.breaches_found);
  if (account.stopped) std::cout << "Stopped at the first refusal, as --strict says.\n";
}

Result<ExitStatus> import(const GlobalOptions& global, const ImportArguments& arguments) {
  CF_LET(const auto mapping, intake::Mapping::read(arguments.mapping));
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(const Zone zone, access->zone());
  ImportLedger ledger(*access);
  ProgressBar bar("importing");
  intake::ImportOptions options{
      .setting = {access->info().getCurrencyExponent(), zone},
      .on_refusal = arguments.strict ? intake::OnRefusal::stop : intake::OnRefusal::go_on};
  options.progress = [&](const intake::Progress& progress) {
    bar.show(progress.bytes, progress.bytes_total, fmt::format("{} rows", progress.rows));
  };
  options.on_refused = [&](const intake::Refusal& refusal) {
    fmt::print(stderr, "{}:{}: refused: {}\n", refusal.file, refusal.line, refusal.reason);
  };
  options.on_breached = [&](const intake::Breached& breached) {
    std::cout << fmt::format("{} (event {}): {}\n", breached.command_id, breached.first.value,
                             breached.finding.text);
  };
  const std::vector<std::filesystem::path> files(arguments.files.begin(), arguments.files.end());
  intake::Account account;
  const auto done = intake::import_files(mapping, files, ledger, options, account);
  if (done || account.rows_read != 0) print_account(account);
  if (!done) return tl::make_unexpected(done.error());
  return account.rows_refused == 0 ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace

void add_import(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("import");
  auto* command =
      app.add_subcommand("import", "Record the rows of CSV files through a mapping of columns");
  auto arguments = std::make_shared<ImportArguments>();
  command->add_option("--mapping", arguments->mapping, "The mapping, TOML (tools/mappings)")
      ->required();
  command->add_flag("--strict", arguments->strict, "Stop at the first row that is refused");
  command->add_option("file", arguments->files, "CSV files; their headers say which table they are")
      ->required();
  command->footer(
      "The same file again records nothing new; an import that was cut off is done again from the\n"
      "start. Status 1 where rows were refused.\n"
      "Example:\n"
      "  counterfoil import --mapping tools/mappings/israel-2012.toml original_revised_2012.csv "
      "\\\n"
      "      changes_2012.csv");
  command->callback([&global, &action, arguments] {
    action = [&global, arguments] { return import(global, *arguments); };
  });
}

}  // namespace counterfoil
