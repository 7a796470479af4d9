#include <unistd.h>
#include <CLI/CLI.hpp>

#include <csignal>

#include "counterfoil/commands/command.h"
#include "counterfoil/standard_output.h"
#include "counterfoil/usage.h"

using namespace counterfoil;

namespace {

/// An option that takes one of some words.
template <typename Value>
void add_choice(CLI::App& app, const std::string& name, Value& value,
                std::vector<std::pair<std::string, Value>> choices, const std::string& help) {
  std::vector<std::string> words;
  words.reserve(choices.size());
  for (const auto& choice : choices) words.push_back(choice.first);
  app.add_option_function<std::string>(
         name,
         [name, words, &value, choices](const std::string& given) {
           for (const auto& choice : choices)
             if (choice.first == given) return void(value = choice.second);
           throw CLI::ValidationError(
               name, fmt::format("\"{}\" is none of {}", given, fmt::join(words, ", ")));
         },
         help)
      ->type_name(fmt::format("{}", fmt::join(words, "|")))
      ->default_str(words.front());
}

void add_global_options(CLI::App& app, GlobalOptions& global) {
  app.set_version_flag("--version", COUNTERFOIL_VERSION);
  auto* ledger =
      app.add_option("--ledger", global.ledger,
                     "Work offline on the ledger in this folder, while no daemon holds it");
  app.add_option("--connect", global.connect, "HOST:PORT of a daemon")
      ->capture_default_str()
      ->excludes(ledger);
  app.add_option("--token-file", global.token_file,
                 "File with the token for --connect (else COUNTERFOIL_TOKEN)");
  app.add_flag("--tls", global.tls, "The daemon speaks TLS; the system knows its authority");
  app.add_option("--tls-ca", global.tls_files.authority,
                 "The daemon speaks TLS; the authority of its certificate, PEM");
  app.add_option("--tls-cert", global.tls_files.certificate,
                 "Certificate that says who you are, PEM, instead of a token");
  app.add_option("--tls-key", global.tls_files.key, "Private key of --tls-cert, PEM");
  app.add_option("--tls-name", global.tls_name,
                 "Name that the daemon's certificate is for (default: the host of --connect)");
  add_choice<Format>(app, "--output", global.format,
                     {{"table", Format::table},
                      {"json", Format::json},
                      {"csv", Format::csv},
                      {"markdown", Format::markdown},
                      {"xlsx", Format::xlsx},
                      {"dot", Format::dot},
                      {"svg", Format::svg}},
                     "How rows are printed: a table, JSON lines, CSV, a table in Markdown, or a "
                     "workbook for spreadsheets; explain also draws a graph for Graphviz, and "
                     "report waterfall a picture");
  add_choice<intake::Encoding>(
      app, "--encoding", global.encoding,
      {{"utf-8", intake::Encoding::utf8}, {"gb18030", intake::Encoding::gb18030}},
      "Of --output csv: gb18030 is what spreadsheets in China expect");
  add_choice<Language>(app, "--lang", global.language,
                       {{"en", Language::english}, {"zh", Language::chinese}},
                       "Language of tables");
  app.add_option("--as-of", global.as_of,
                 "What counted at a moment: seq:N, recorded:TIME, decided:TIME or effective:DATE, "
                 "inclusive; repeated, an event counts if it meets all")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// Only some commands can look at the past; another one must not seem to.
Result<void> check_as_of(const CLI::App& app, const GlobalOptions& global) {
  const std::string& command = app.get_subcommands().front()->get_name();
  if (global.as_of.empty() || global.commands_of_past.contains(command)) return {};
  return fail(ErrorCode::invalid, "{} knows no --as-of; it is for {}", command,
              fmt::join(global.commands_of_past, ", "));
}

/// What the options ask for together must be possible, before anything is read.
Result<void> check_output(const CLI::App& app, const GlobalOptions& global) {
  const std::string& command = app.get_subcommands().front()->get_name();
  if (global.format != Format::table && global.commands_of_prose.contains(command))
    return fail(ErrorCode::invalid,
                "{} prints sentences, which have no rows: leave --output out, and go by the exit "
                "status",
                command);
  if (global.encoding != intake::Encoding::utf8 && global.format != Format::csv)
    return fail(ErrorCode::invalid, "--encoding is for --output csv; the others are UTF-8");
  const bool is_picture = global.format == Format::svg || global.format == Format::dot;
  if (is_picture && global.picture != global.format)
    return fail(ErrorCode::invalid,
                "this command cannot be drawn so: --output svg is for `report waterfall`, and "
                "--output dot for `explain`");
  if (global.format == Format::xlsx && ::isatty(STDOUT_FILENO) == 1)
    return fail(ErrorCode::invalid,
                "a workbook cannot be shown on a terminal: write it to a file, as in `counterfoil "
                "--output xlsx budgets > budgets.xlsx`");
  return {};
}

int status_of(const Result<ExitStatus>& done) {
  const auto printed = flush_output();
  if (!printed && is_reader_gone()) end_unread();
  if (done && printed) return static_cast<int>(*done);
  const Error& error = done ? printed.error() : done.error();
  fmt::print(stderr, "counterfoil: {}\n", error.message);
  return static_cast<int>(exit_status(error.code));
}

}  // namespace

int main(int argc, char** argv) {
  // What is being recorded is recorded to its end, also when nobody reads what is printed.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"Counterfoil (存根): the audit trail of public budgets.", "counterfoil"};
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 could not.\n"
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
  add_views(app, global, action);
  add_history(app, global, action);
  add_tail(app, global, action);
  add_consumers(app, global, action);
  add_proposals(app, global, action);
  add_explain(app, global, action);
  add_difference(app, global, action);
  add_what_if(app, global, action);
  add_sample(app, global, action);
  add_report(app, global, action);
  add_facts(app, global, action);
  add_principals(app, global, action);
  add_tokens(app, global, action);
  add_projections(app, global, action);
  add_rebuild(app, global, action);
  add_checkpoint(app, global, action);
  add_seal(app, global, action);
  add_prove(app, global, action);
  add_export(app, global, action);
  add_publish(app, global, action);
  add_verify(app, global, action);
  add_signer(app, global, action);
  add_restore(app, global, action);
  add_rotate_key(app, global, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    app.exit(asked_for_help);
    return status_of(ExitStatus::done);
  } catch (const CLI::ParseError& error) {
    explain_usage(app, error);
    return static_cast<int>(ExitStatus::wrong_usage);
  }
  for (const Result<void>& checked : {check_as_of(app, global), check_output(app, global)})
    if (!checked) return status_of(tl::make_unexpected(checked.error()));
  return status_of(action());
}
