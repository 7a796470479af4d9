#include "service/restore.h"

#include <memory>

#include "counterfoil/commands/command.h"
#include "counterfoil/named_files.h"

namespace counterfoil {
namespace {

struct RestoreOptions {
  RestorePlan plan;
  std::string last_checkpoint_file;
};

Result<ExitStatus> restore(const GlobalOptions& global, RestoreOptions options) {
  if (global.ledger.empty())
    return fail(ErrorCode::invalid, "say with --ledger DIR into which new folder to restore");
  if (!options.last_checkpoint_file.empty()) {
    CF_LET(options.plan.last_checkpoint, read_input(options.last_checkpoint_file));
  }
  if (options.plan.recovery_key_file.empty())
    options.plan.recovery_key_file = global.ledger + ".recovery.key";
  CF_LET(const RestoredLedger restored, restore_ledger(global.ledger, options.plan, clock_now));
  fmt::print(
      "Restored {} records in {}; each was verified. The ledger goes on as {}.\n"
      "  verifier key   {}\n"
      "  signing key    {}/signing.key\n"
      "  admin token    {}/admin.token\n"
      "  recovery key   {}: take it offline now\n",
      restored.records, global.ledger, restored.origin, restored.verifier_key, global.ledger,
      global.ledger, options.plan.recovery_key_file);
  if (restored.signed_beyond != 0)
    fmt::print(
        "The last checkpoint signs {} records that the copy does not have: find them (a published\n"
        "folder, a bundle, a consumer of the feed) and record them again.\n",
        restored.signed_beyond);
  return ExitStatus::done;
}

}  // namespace

void add_restore(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("restore");
  auto* command = app.add_subcommand(
      "restore", "Make a ledger of a copy of a ledger's folder (needs --ledger DIR, a new one)");
  auto options = std::make_shared<RestoreOptions>();
  command->add_option("copy", options->plan.copy, "Folder that was copied while nobody held it")
      ->required();
  command->add_option("--last-checkpoint", options->last_checkpoint_file,
                      "The newest checkpoint that anybody has of the old ledger (default: the "
                      "newest in the copy)");
  command->add_option("--last-key", options->plan.last_key,
                      "Verifier key that signed it, where the copy does not know that key");
  command->add_option("--epoch", options->plan.epoch,
                      "Go on at least with this epoch: where the same copy was restored before and "
                      "no checkpoint of that is left");
  command->add_option("--recovery-key", options->plan.recovery_key_file,
                      "File for the new epoch's recovery key (default: DIR.recovery.key)");
  command->footer(
      "What was signed or delivered behind the copy cannot be known here, so the restored ledger\n"
      "goes on under a name and a key of its own, ORIGIN/e1, and says on what it builds. Restore "
      "a\n"
      "copy twice only with a checkpoint of the first restored ledger, or with --epoch.\n"
      "Example:\n"
      "  counterfoil --ledger ./ledger restore /backup/ledger --last-checkpoint kept.checkpoint");
  command->callback([&global, &action, options] {
    action = [&global, options] { return restore(global, *options); };
  });
}

}  // namespace counterfoil
