#include <csignal>
#include <memory>

#include "core/files.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/named_files.h"
#include "net/signing_socket.h"
#include "service/rotate_key.h"
#include "service/secrets.h"

namespace counterfoil {
namespace {

struct SignerOptions {
  std::string key;
  std::string name;
  std::string socket;
  std::string state;
  bool allow_rotation = false;
};

volatile std::sig_atomic_t stop_asked = 0;

Result<ExitStatus> run_signer(const SignerOptions& options) {
  CF_LET(SigningKey key, read_signing_key(options.key, options.name));
  const auto rotation =
      options.allow_rotation ? CarefulSigner::Rotation::allowed : CarefulSigner::Rotation::refused;
  CF_LET(CarefulSigner signer, CarefulSigner::open(std::move(key), options.state, rotation));
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop_asked = 1; });
  fmt::print(stderr, "counterfoil: signing for {} at {}\n", signer.verifier().text(),
             options.socket);
  CF_TRY(serve_signer(signer, options.socket, [] { return stop_asked != 0; }));
  return ExitStatus::done;
}

struct RotateOptions {
  std::string recovery_key;
  std::string signer;
  std::string new_signer;
};

/// Whoever may change the key: the one that signs now, or the recovery key.
Result<std::unique_ptr<Signer>> find_authority(const Ledger& ledger, const RotateOptions& options) {
  if (!options.signer.empty()) return connect_signer(options.signer);
  const LogKeys& keys = ledger.facts().keys;
  CF_LET(SigningKey key, options.recovery_key.empty()
                             ? signing_key_in_force(ledger.folder(), keys.current())
                             : read_signing_key(options.recovery_key, keys.origin()));
  return std::make_unique<SigningKey>(std::move(key));
}

Result<ExitStatus> rotate(const GlobalOptions& global, const RotateOptions& options) {
  if (global.ledger.empty())
    return fail(ErrorCode::invalid,
                "a key is changed while nothing signs: stop the daemon and give --ledger DIR");
  CF_LET(const auto ledger, Ledger::open(global.ledger, clock_now, [](const std::string& notice) {
           fmt::print(stderr, "counterfoil: {}\n", notice);
         }));
  CF_LET(const auto authority, could_not(find_authority(*ledger, options)));
  if (options.new_signer.empty()) {
    CF_TRY(rotate_key_file(*ledger, *authority));
  } else {
    CF_LET(const auto new_key, connect_signer(options.new_signer));
    CF_TRY(rotate_key(*ledger, {*authority, *new_key}));
  }
  CF_LET(const LedgerFacts facts, read_ledger_facts(ledger->journal()));
  fmt::print(
      "The log is signed with a new key from record {} on:\n"
      "  verifier key   {}\n"
      "Tell those who verify it; the first checkpoint carries the signature of the {}, too.\n",
      facts.keys.all().back().from, facts.keys.current().text(),
      authority->verifier() == facts.keys.recovery() ? "recovery key" : "old key");
  return ExitStatus::done;
}

}  // namespace

void add_signer(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("signer");
  auto* command = app.add_subcommand(
      "signer",
      "Hold a ledger's signing key in a process of its own, which remembers what it "
      "signed");
  auto options = std::make_shared<SignerOptions>();
  command->add_option("--key", options->key, "File with the private key, mode 0600")->required();
  command->add_option("--name", options->name, "The ledger's origin")->required();
  command->add_option("--socket", options->socket, "Unix socket to make")->required();
  command
      ->add_option("--state", options->state,
                   "File that remembers the newest checkpoint signed; keep it out of what is "
                   "backed up and restored with the ledger")
      ->required();
  command->add_flag("--allow-rotation", options->allow_rotation,
                    "Also sign a change of keys from or to this one");
  command->footer(
      "Example:\n"
      "  counterfoil signer --key signing.key --name ledger.example.org/city \\\n"
      "      --socket /run/counterfoil/signer --state /var/lib/signer/newest\n"
      "  counterfoild --ledger ./ledger --signer /run/counterfoil/signer");
  command->callback([&action, options] { action = [options] { return run_signer(*options); }; });
}

void add_rotate_key(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("rotate-key");
  auto* command = app.add_subcommand(
      "rotate-key", "Sign with a new key from now on; the old one, or the recovery key, agrees");
  auto options = std::make_shared<RotateOptions>();
  auto* recovery = command->add_option("--recovery-key", options->recovery_key,
                                       "File with the recovery key, where the old key is lost");
  command
      ->add_option("--signer", options->signer,
                   "Unix socket of the signer that holds the old key (default: the folder's key)")
      ->excludes(recovery);
  command->add_option("--new-signer", options->new_signer,
                      "Unix socket of the signer that holds the new key (default: a new key in the "
                      "folder)");
  command->footer(
      "Examples:\n"
      "  counterfoil --ledger ./ledger rotate-key\n"
      "  counterfoil --ledger ./ledger rotate-key --recovery-key ./ledger.recovery.key");
  command->callback([&global, &action, options] {
    action = [&global, options] { return rotate(global, *options); };
  });
}

}  // namespace counterfoil
