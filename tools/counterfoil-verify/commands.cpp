#include "counterfoil-verify/commands.h"

#include <chrono>
#include <iostream>
#include <memory>

#include "core/files.h"
#include "core/limits.h"
#include "counterfoil-verify/consistency.h"
#include "counterfoil-verify/log.h"
#include "counterfoil-verify/records.h"
#include "counterfoil-verify/witness.h"
#include "counterfoil/progress.h"

namespace counterfoil {
namespace {

constexpr unsigned public_mode = 0644;

void print(std::FILE* to, const Answer& answer) {
  fmt::print(to, "Proved: {}\nNot proved: {}\n", answer.proved, answer.not_proved);
}

Result<void> show(std::string_view record) {
  CF_LET(const std::string line, record_line(record));
  std::cout << line;
  return {};
}

/// One value behind each name: `--key A FILE` does not take FILE for a key.
CLI::Option* add_each(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                      const std::string& help) {
  return command.add_option(name, values, help)->allow_extra_args(false);
}

/// The options --key and --witness.
struct TrustOptions {
  std::vector<std::string> keys;
  std::vector<std::string> witnesses;
  Trust trust;  // as prepare() read it

  void add_to(CLI::App& command) {
    add_each(command, "--key", keys, "Verifier key of the log, or @FILE that holds it")->required();
    add_each(command, "--witness", witnesses,
             "Verifier key of a witness that must have cosigned the checkpoint, or @FILE");
  }
  Result<void> prepare() {
    CF_LET(trust.logs, read_keys(keys, KeyUse::log));
    CF_LET(trust.witnesses, read_keys(witnesses, KeyUse::witness));
    return {};
  }
};

/// Sets the action of a command whose options know how to prepare() and run() themselves.
template <typename Options>
void on_choice(CLI::App& command, Action& action, const std::shared_ptr<Options>& options) {
  command.callback([&action, options] {
    action = {[options] { return options->prepare(); }, [options] { return options->run(); }};
  });
}

struct ReceiptOptions : TrustOptions {
  std::string file;
  bool shows = false;

  Result<void> run() {
    ProgressBar bar("checking");
    auto answer =
        verify_receipt(file, trust, shows ? show : ShowRecord(),
                       [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); });
    if (!answer) return tl::make_unexpected(answer.error());
    bar.clear();
    print(shows ? stderr : stdout, *answer);
    return {};
  }
};

struct BundleOptions : TrustOptions {
  std::string file;
  bool shows = false;

  Result<void> run() {
    ProgressBar bar("checking");
    auto answer =
        verify_bundle(file, trust, shows ? show : ShowRecord(),
                      [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); });
    if (!answer) return tl::make_unexpected(answer.error());
    bar.clear();
    print(shows ? stderr : stdout, *answer);
    return {};
  }
};

struct LogOptions : TrustOptions {
  std::string folder;
  std::vector<std::string> since;

  Result<void> run() {
    ProgressBar bar("checking");
    auto answer = verify_log(folder, trust, since, [&](std::uint64_t done, std::uint64_t total) {
      bar.show(done, total);
    });
    if (!answer) return tl::make_unexpected(answer.error());
    bar.clear();
    print(stdout, *answer);
    return {};
  }
};

struct ConsistencyOptions : TrustOptions {
  std::string older;
  std::string newer;
  std::string folder;
  std::string request;

  Result<void> prepare() {
    if (folder.empty() == request.empty())
      return fail(
          ErrorCode::invalid,
          "say where the proof is: --log DIR, or --proof FILE (what `counterfoil checkpoint "
          "--old N` writes)");
    if (!request.empty() && !newer.empty())
      return fail(ErrorCode::invalid,
                  "with --proof only OLD is named: the newer checkpoint is in that file");
    return TrustOptions::prepare();
  }
  Result<void> run() {
    CF_LET(const Answer answer, request.empty() ? verify_extension_in(folder, older, newer, trust)
                                                : verify_extension(older, request, trust));
    print(stdout, answer);
    return {};
  }
};

struct KeyOptions {
  std::string name;
  std::string file;
  bool witness = false;

  KeyUse use() const { return witness ? KeyUse::witness : KeyUse::log; }
  void add_to(CLI::App& command) {
    command.add_option("--name", name, "Name of the log or witness")->required();
    command.add_flag("--witness", witness, "The key of a witness, not of a log");
  }
  Result<SigningKey> read() const {
    CF_LET(const std::string pem, read_private_file(file));
    auto key = SigningKey::from_pem(name, pem, use());
    if (!key) return fail_at(file, std::move(key).error());
    return key;
  }
};

struct NewKeyOptions : KeyOptions {
  std::string suite{default_suite};

  Result<void> prepare() const {
    CF_TRY(check_origin(name));
    if (suite == default_suite || suite == national_suite) return {};
    return fail(ErrorCode::invalid, "there is no suite \"{}\": name {} or {}", suite, default_suite,
                national_suite);
  }
  Result<void> run() const {
    CF_LET(const SigningKey key, SigningKey::generate(suite, name, use()));
    CF_LET(const std::string pem, key.to_pem());
    CF_TRY(create_private_file(file, pem));
    fmt::print("{}\n", key.verifier().text());
    return {};
  }
};

struct VerifierKeyOptions : KeyOptions {
  Result<void> prepare() const { return check_origin(name); }
  Result<void> run() const {
    CF_LET(const SigningKey key, read());
    fmt::print("{}\n", key.verifier().text());
    return {};
  }
};

struct WitnessOptions : KeyOptions {
  std::string state;
  std::vector<std::string> log_keys;
  std::vector<VerifierKey> logs;
  std::string request = "/dev/stdin";
  std::string out;

  Result<void> prepare() {
    witness = true;
    CF_TRY(check_origin(name));
    CF_LET(logs, read_keys(log_keys, KeyUse::log));
    return {};
  }
  Result<void> run() const {
    CF_LET(const SigningKey key, read());
    CF_LET(const std::string text, read_file(request, limits::witness_request_bytes));
    CF_LET(WitnessMemory memory, WitnessMemory::open(state));
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
    CF_LET(const Cosigned cosigned,
           answer_request({key, logs}, memory, text, static_cast<std::uint64_t>(now.count())));
    if (out.empty())
      std::cout << cosigned.checkpoint;
    else
      CF_TRY(replace_file(out, cosigned.checkpoint, public_mode));
    fmt::print(stderr,
               "Proved: the {} records of {} that this witness knew are the beginning of the {} "
               "that it cosigned now.\n"
               "Not proved: what the records say, which a witness does not see.\n",
               cosigned.before, cosigned.of.origin, cosigned.of.size);
    return {};
  }
};

void add_receipt(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "receipt",
      "That a record stands in the log at its place; or, out of a seal, what a line's budget is, "
      "that these are all events of a subject, or that it has none");
  auto options = std::make_shared<ReceiptOptions>();
  command->add_option("file", options->file, "Receipt, as `counterfoil prove` writes it")
      ->required();
  command->add_flag(
      "--show", options->shows,
      "Print the record as JSON, of a whole history its records, of another receipt out "
      "of a seal the seal; the answer goes to standard error");
  options->add_to(*command);
  command->footer(
      "Example:\n"
      "  counterfoil-verify receipt 1234.tlog-proof --key @log.key.pub");
  on_choice(*command, action, options);
}

void add_bundle(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("bundle", "That the records of a subject, or of a range, are the log's");
  auto options = std::make_shared<BundleOptions>();
  command->add_option("file", options->file, "Bundle, as `counterfoil export` writes it")
      ->required();
  command->add_flag("--show", options->shows,
                    "Print the records as JSON lines, once all are proved; the answer goes to "
                    "standard error");
  options->add_to(*command);
  command->footer(
      "Example:\n"
      "  counterfoil-verify bundle 010104.bundle --key @log.key.pub --show");
  on_choice(*command, action, options);
}

void add_log(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "log", "That a folder of static files (C2SP tlog-tiles) is a whole log, as it was signed");
  auto options = std::make_shared<LogOptions>();
  command->add_option("folder", options->folder, "As `counterfoil publish` writes it, or a mirror")
      ->required();
  add_each(*command, "--since", options->since,
           "A checkpoint that was kept: the log must begin with what it signed");
  options->add_to(*command);
  command->footer(
      "Example:\n"
      "  counterfoil-verify log ./mirror --key @log.key.pub --since 2024-12-31.checkpoint");
  on_choice(*command, action, options);
}

void add_consistency(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("consistency", "That a newer checkpoint extends an older one");
  auto options = std::make_shared<ConsistencyOptions>();
  command->add_option("old", options->older, "The older checkpoint")->required();
  command->add_option("new", options->newer,
                      "With --log: the newer checkpoint (default: the folder's own)");
  command->add_option("--log", options->folder, "Folder with the log's tiles (C2SP tlog-tiles)");
  command->add_option("--proof", options->request,
                      "File with the proof and the newer checkpoint (C2SP tlog-witness), as "
                      "`counterfoil checkpoint --old N` writes it");
  options->add_to(*command);
  command->footer(
      "Examples:\n"
      "  counterfoil-verify consistency 2023.checkpoint --proof since-2023 --key @log.key.pub\n"
      "  counterfoil-verify consistency 2023.checkpoint 2024.checkpoint --log ./mirror \\\n"
      "      --key @log.key.pub");
  on_choice(*command, action, options);
}

void add_witness(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "witness", "Cosign a log's checkpoint, if it extends the one that was cosigned last");
  auto options = std::make_shared<WitnessOptions>();
  command->add_option("request", options->request,
                      "Request (C2SP tlog-witness, add-checkpoint; default: standard input)");
  command->add_option("--state", options->state, "Folder of what this witness remembers")
      ->required();
  command->add_option("--key", options->file, "File with the witness's private key")->required();
  command->add_option("--name", options->name, "Name of the witness")->required();
  add_each(*command, "--log", options->log_keys,
           "Verifier key of a log that it is witness to, or @FILE")
      ->required();
  command->add_option("--out", options->out,
                      "File for the cosigned checkpoint (default: standard output)");
  command->footer(
      "Example:\n"
      "  counterfoil checkpoint --old 0 | counterfoil-verify witness --state ./seen \\\n"
      "      --key witness.key --name witness.example.org --log @log.key.pub --out cosigned");
  on_choice(*command, action, options);
}

void add_keys(CLI::App& app, Action& action) {
  auto* make = app.add_subcommand("new-key", "Make a private key, and print its verifier key");
  auto made = std::make_shared<NewKeyOptions>();
  made->add_to(*make);
  make->add_option("--suite", made->suite, "sha256-ed25519 or sm3-sm2")->capture_default_str();
  make->add_option("--out", made->file, "File to write; never over one that is there")->required();
  make->footer(
      "Example:\n"
      "  counterfoil-verify new-key --name witness.example.org --witness --out witness.key");
  on_choice(*make, action, made);

  auto* print_key =
      app.add_subcommand("verifier-key", "Print the verifier key of a private key again");
  auto printed = std::make_shared<VerifierKeyOptions>();
  printed->add_to(*print_key);
  print_key->add_option("file", printed->file, "File with the private key")->required();
  print_key->footer(
      "Example:\n"
      "  counterfoil-verify verifier-key --name witness.example.org --witness witness.key");
  on_choice(*print_key, action, printed);
}

}  // namespace

void add_commands(CLI::App& app, Action& action) {
  add_receipt(app, action);
  add_bundle(app, action);
  add_log(app, action);
  add_consistency(app, action);
  add_witness(app, action);
  add_keys(app, action);
}

}  // namespace counterfoil
