#include <algorithm>
#include <memory>
#include <optional>

#include "codec/text.h"
#include "counterfoil-verify/trust.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/log_reader.h"
#include "counterfoil/progress.h"
#include "counterfoil/static_log.h"

namespace counterfoil {
namespace {

struct PublishOptions {
  std::string folder;
  std::string checkpoint_file;
  std::vector<std::string> witnesses;
};

/// The checkpoint to publish. Where witnesses are named, each must have cosigned it.
Result<SignedCheckpoint> choose_checkpoint(LogReader& log, const PublishOptions& options) {
  if (options.witnesses.empty())
    return options.checkpoint_file.empty() ? log.checkpoint()
                                           : log.kept_checkpoint(options.checkpoint_file);
  if (options.checkpoint_file.empty())
    return fail(ErrorCode::invalid,
                "with --witness only a checkpoint that it cosigned is published: name that file "
                "with --checkpoint");
  CF_LET(SignedCheckpoint chosen, log.kept_checkpoint(options.checkpoint_file));
  CF_LET(const auto witnesses, read_keys(options.witnesses, KeyUse::witness));
  for (const VerifierKey& witness : witnesses) CF_TRY(verify_note(chosen.note, {witness}));
  return chosen;
}

Result<ExitStatus> publish(const GlobalOptions& global, const PublishOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  if (access->info().getConfidential())
    return fail(ErrorCode::refused,
                "this ledger was declared confidential when it was created, so it is never "
                "published: give single receipts (`prove`) or bundles (`export`) instead");
  CF_LET(LogReader log, LogReader::of(*access));
  CF_LET(const SignedCheckpoint now, choose_checkpoint(log, options));
  CF_LET(StaticLog published,
         StaticLog::open(options.folder, log.keys(), view(access->info().getSuite())));
  const std::uint64_t before = published.size();
  if (before > now.checkpoint.size)
    return fail(ErrorCode::refused,
                "{} records are published already, and the checkpoint is of {}: readers would see "
                "the log shrink",
                before, now.checkpoint.size);
  const auto& there = published.checkpoint();
  if (options.checkpoint_file.empty() && there && there->note.text == now.note.text) {
    fmt::print("All {} records are published in {} already.\n", before, options.folder);
    return ExitStatus::done;  // what is there may bear cosignatures, too
  }
  {
    ProgressBar bar("publishing");
    CF_TRY(log.each_record(before, now.checkpoint.size,
                           [&](std::uint64_t sequence, std::string_view record) {
                             bar.show(sequence, now.checkpoint.size);
                             return published.append(record);
                           }));
  }
  CF_TRY(published.publish(now));
  fmt::print("Published {} records in {}, {} of them new.\n", now.checkpoint.size, options.folder,
             now.checkpoint.size - before);
  return ExitStatus::done;
}

}  // namespace

void add_publish(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("publish");
  auto* command = app.add_subcommand(
      "publish", "Write a public ledger as static files (C2SP tlog-tiles) for any web server");
  auto options = std::make_shared<PublishOptions>();
  command->add_option("folder", options->folder, "Folder to write; what is new is added")
      ->required();
  command->add_option("--checkpoint", options->checkpoint_file,
                      "Publish up to this checkpoint (default: the newest)");
  command->add_option(
      "--witness", options->witnesses,
      "Verifier key, or @FILE, of a witness that must have cosigned the checkpoint: "
      "of two copies of a ledger only one goes on");
  command->footer(
      "Examples:\n"
      "  counterfoil publish /srv/www/ledger\n"
      "  counterfoil publish /srv/www/ledger --checkpoint cosigned.checkpoint \\\n"
      "      --witness witness.example.org+1c2d3e4f+BF…");
  command->callback([&global, &action, options] {
    action = [&global, options] { return publish(global, *options); };
  });
}

}  // namespace counterfoil
