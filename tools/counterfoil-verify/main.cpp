#include <CLI/CLI.hpp>
#include <csignal>

#include "counterfoil-verify/commands.h"
#include "counterfoil/errors.h"
#include "counterfoil/standard_output.h"
#include "counterfoil/usage.h"

using namespace counterfoil;

namespace {

/// Here everything is about what was given: whatever is wrong with it, the answer is no.
bool is_machines(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
    case ErrorCode::io:
    case ErrorCode::busy:
    case ErrorCode::denied:
    case ErrorCode::unsupported:
      return true;
    default:
      return false;
  }
}

int end(const Result<void>& done, ExitStatus otherwise) {
  const auto printed = flush_output();
  if (!printed && is_reader_gone()) end_unread();
  if (done && printed) return static_cast<int>(ExitStatus::done);
  const Error& error = done ? printed.error() : done.error();
  fmt::print(stderr, "counterfoil-verify: {}\n", error.message);
  return static_cast<int>(is_machines(error.code) ? ExitStatus::could_not : otherwise);
}

}  // namespace

int main(int argc, char** argv) {
  // What a witness remembers it remembers also when nobody reads what is printed.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{
      "Checks what a Counterfoil ledger gave out, without the ledger and without trust in it.",
      "counterfoil-verify"};
  app.set_version_flag("--version", COUNTERFOIL_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 proved, 1 the answer is no, 2 wrong usage, 3 could not.\n"
      "`counterfoil-verify COMMAND --help` shows a command's options and examples.");
  Action action;
  add_commands(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    app.exit(asked_for_help);
    return end({}, ExitStatus::done);
  } catch (const CLI::ParseError& error) {
    explain_usage(app, error);
    return static_cast<int>(ExitStatus::wrong_usage);
  }
  if (const auto ready = action.prepare(); !ready) return end(ready, ExitStatus::wrong_usage);
  return end(action.run(), ExitStatus::answer_is_no);
}
