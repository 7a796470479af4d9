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

struct ProveOptions {
  std::uint64_t sequence = 0;
  std::string checkpoint_file;
  std::string file;
};

Result<ExitStatus> prove(const GlobalOptions& global, const ProveOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(LogReader log, LogReader::of(*access));
  CF_LET(const SignedCheckpoint in, options.checkpoint_file.empty()
                                        ? log.checkpoint()
                                        : log.kept_checkpoint(options.checkpoint_file));
  CF_LET(const std::string receipt, log.receipt(options.sequence, in));
  CF_TRY(write_out(options.file, receipt));
  return ExitStatus::done;
}

}  // namespace

void add_checkpoint(CLI::App& app, GlobalOptions& global, Action& action) {
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

void add_prove(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "prove", "A receipt: that a record stands in the log, for anybody to check offline");
  auto options = std::make_shared<ProveOptions>();
  command->add_option("sequence", options->sequence, "The record's sequence")->required();
  command->add_option("--checkpoint", options->checkpoint_file,
                      "Against this checkpoint, which somebody kept (default: the newest)");
  command->add_option("--out", options->file, "File to write (default: standard output)");
  command->footer(
      "Example:\n"
      "  counterfoil prove 1234 --out 1234.tlog-proof\n"
      "  counterfoil-verify receipt 1234.tlog-proof --key \"$VERIFIER_KEY\"");
  command->callback([&global, &action, options] {
    action = [&global, options] { return prove(global, *options); };
  });
}

}  // namespace counterfoil
