#include <memory>
#include <optional>

#include "counterfoil/commands/command.h"
#include "counterfoil/log_reader.h"
#include "counterfoil/named_files.h"
#include "proof/witness_request.h"

namespace counterfoil {
namespace {

struct CheckpointOptions {
  std::optional<std::uint64_t> old_size;
  std::string file;
};

/// What a witness that knows the log at an older size needs to cosign the newer one.
Result<std::string> witness_request(LogReader& log, std::uint64_t old_size,
                                    const SignedCheckpoint& now) {
  CF_LET(Hasher hasher, log.hasher());
  CF_LET(const auto proof, prove_consistency(old_size, now.checkpoint.size, log, hasher));
  return format_witness_request({old_size, proof, format_note(now.note)});
}

Result<ExitStatus> checkpoint(const GlobalOptions& global, const CheckpointOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(LogReader log, LogReader::of(*access));
  CF_LET(const SignedCheckpoint now, log.checkpoint());
  std::string contents = format_note(now.note);
  if (options.old_size) {
    CF_LET(contents, witness_request(log, *options.old_size, now));
  }
  CF_TRY(write_out(options.file, contents));
  return ExitStatus::done;
}

}  // namespace

void add_checkpoint(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("checkpoint");
  auto* command = app.add_subcommand(
      "checkpoint", "The signed tree head: keep it, and any later change of a record is found");
  auto options = std::make_shared<CheckpointOptions>();
  command->add_option("--old", options->old_size,
                      "Write it as a request to a witness that cosigned the log at this size");
  command->add_option("--out", options->file, "File to write (default: standard output)");
  command->footer(
      "Examples:\n"
      "  counterfoil checkpoint --out 2024-12-31.checkpoint\n"
      "  counterfoil checkpoint --old 0 | counterfoil-verify witness --state seen --key w.key \\\n"
      "      --name witness.example.org --log \"$VERIFIER_KEY\"");
  command->callback([&global, &action, options] {
    action = [&global, options] { return checkpoint(global, *options); };
  });
}

}  // namespace counterfoil
