#include <memory>

#include "codec/binary_text.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/documents.h"
#include "counterfoil/log_reader.h"
#include "counterfoil/named_files.h"
#include "counterfoil/progress_sink.h"
#include "proof/note.h"

namespace counterfoil {
namespace {

struct VerifyOptions {
  std::vector<std::string> since;
  std::string documents;
};

void print(schema::Verified::Reader verified) {
  fmt::print(
      "Proved: the {} records are those of the tree with the root {}; the subject and command\n"
      "indexes are complete; {} of this ledger's checkpoints and {} given agree with them.\n",
      verified.getSize(), to_base64(view(verified.getRoot())), verified.getCheckpoints(),
      verified.getSince());
  if (verified.getSeals() != 0)
    fmt::print(
        "Proved: the {} seals, the newest of {} records, say what the records give: each was\n"
        "computed again, its subjects and its projections{}.\n",
        verified.getSeals(), verified.getNewestSeal(),
        verified.getSealsNotRecomputed().size() == 0 ? "" : ", but for what follows");
  for (const auto missing : verified.getSealsNotRecomputed())
    fmt::print("Not proved: of the seals could not be computed again: {}.\n", view(missing));
  if (verified.getNewestCheckpoint() < verified.getSize())
    fmt::print(
        "Not proved: no checkpoint is of records {} to {}, so nobody could tell if they were\n"
        "changed from now on; `counterfoil checkpoint` signs them.\n",
        verified.getNewestCheckpoint(), verified.getSize() - 1);
  if (verified.getSince() == 0)
    fmt::print(
        "Not proved: that this is the only history of the ledger. Give a checkpoint that was kept\n"
        "elsewhere with --since FILE.\n");
}

ExitStatus is_wrong(std::string_view what) {
  fmt::print("Verification failed: {}\n", what);
  return ExitStatus::answer_is_no;
}

Result<ExitStatus> verify_log(LedgerAccess& access, const std::vector<std::string>& since) {
  auto request = access.log().verifyRequest();
  auto notes = request.initSince(static_cast<unsigned>(since.size()));
  for (unsigned i = 0; i < since.size(); ++i) {
    CF_LET(const std::string note, read_input(since[i]));
    if (const auto parsed = parse_note(note); !parsed) {
      Error error = parsed.error();
      error.message += ". Give a checkpoint that `counterfoil checkpoint --out FILE` wrote";
      return fail_at(since[i], std::move(error));
    }
    notes.set(i, text_of(note));
  }
  request.setProgress(kj::heap<ProgressSink>("verifying"));
  CF_LET(auto response, access.call(kj::mv(request)));
  const auto verified = response.getVerified();
  if (verified.getProblem().size() == 0) {
    print(verified);
    return ExitStatus::done;
  }
  return is_wrong(view(verified.getProblem()));
}

Result<ExitStatus> verify_documents(LedgerAccess& access, const std::string& folder) {
  CF_LET(LogReader log, LogReader::of(access));
  CF_LET(const DocumentsReport report, compare_documents(access, log, folder));
  fmt::print("{} of the {} documents that events cite are in {}, unchanged.\n", report.found,
             report.cited, folder);
  for (const auto& missing : report.missing) {
    if (missing.changed.empty())
      fmt::print("missing: {} ({}), cited first by event {}\n", missing.number, missing.hash,
                 missing.cited_by);
    else
      fmt::print("changed: {} is not the {} ({}) that event {} cites\n", missing.changed,
                 missing.number, missing.hash, missing.cited_by);
  }
  for (const std::string& file : report.uncited) fmt::print("cited by no event: {}\n", file);
  return report.missing.empty() ? ExitStatus::done : ExitStatus::answer_is_no;
}

Result<ExitStatus> verify(const GlobalOptions& global, const VerifyOptions& options) {
  auto opened = LedgerAccess::open(global);
  // What is damaged so far that it does not open is an answer, too.
  if (!opened && opened.error().code == ErrorCode::corrupt) return is_wrong(opened.error().message);
  CF_LET(const auto access, std::move(opened));
  if (!options.documents.empty()) return verify_documents(*access, options.documents);
  return verify_log(*access, options.since);
}

}  // namespace

void add_verify(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("verify");
  auto* command = app.add_subcommand(
      "verify",
      "Hash every record again and compare with the tree, the indexes and checkpoints; compute "
      "every seal again");
  auto options = std::make_shared<VerifyOptions>();
  auto* since = command->add_option(
      "--since", options->since, "A checkpoint that was kept: what it signed must still be there");
  command
      ->add_option("--documents", options->documents,
                   "Instead, compare the files in this folder with the documents that events cite")
      ->excludes(since);
  command->footer(
      "Whoever does not trust this program checks what `export`, `prove` or `publish` give with\n"
      "counterfoil-verify, or with any tool for C2SP tlog-tiles.\n"
      "Examples:\n"
      "  counterfoil verify --since 2024-12-31.checkpoint\n"
      "  counterfoil verify --documents ./archive");
  command->callback([&global, &action, options] {
    action = [&global, options] { return verify(global, *options); };
  });
}

}  // namespace counterfoil
