#include <memory>
#include <optional>
#include <sstream>

#include "codec/canonical.h"
#include "codec/text.h"
#include "counterfoil/bundle_file.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/log_reader.h"
#include "counterfoil/named_files.h"
#include "proof/sealed_receipt.h"

namespace counterfoil {
namespace {

struct ProveOptions {
  std::optional<std::uint64_t> sequence;
  std::string budget;
  std::string complete;
  std::string absent;
  std::optional<std::uint64_t> seal;
  std::string checkpoint_file;
  std::string file;

  Result<void> check() const {
    const int asked = (sequence ? 1 : 0) + (budget.empty() ? 0 : 1) + (complete.empty() ? 0 : 1) +
                      (absent.empty() ? 0 : 1);
    if (asked != 1)
      return fail(ErrorCode::invalid,
                  "say what to prove, one of it: a SEQUENCE, --budget LINE, --complete SUBJECT or "
                  "--absent SUBJECT");
    if (sequence && seal)
      return fail(ErrorCode::invalid, "--at names a seal: a record is proved without one");
    if (!complete.empty() && file.empty())
      return fail(ErrorCode::invalid,
                  "--complete writes all the records: name a file for them with --out");
    return {};
  }
  SealedClaim claim() const {
    return !budget.empty()     ? SealedClaim::budget
           : !complete.empty() ? SealedClaim::complete
                               : SealedClaim::absent;
  }
  const std::string& about() const {
    return !budget.empty() ? budget : !complete.empty() ? complete : absent;
  }
};

/// The checkpoint to prove in.
Result<SignedCheckpoint> checkpoint_for(LogReader& log, const ProveOptions& options) {
  if (options.checkpoint_file.empty()) return log.checkpoint();
  return log.kept_checkpoint(options.checkpoint_file);
}

Result<void> prove_record(LogReader& log, const ProveOptions& options) {
  CF_LET(const SignedCheckpoint in, checkpoint_for(log, options));
  CF_LET(const Receipt receipt, log.receipt(*options.sequence, in));
  CF_TRY(check_receipt(receipt, log.keys()));  // nothing is handed out that would not verify
  return write_out(options.file, format_receipt(receipt));
}

Result<std::vector<Hash>> hashes_of(capnp::List<capnp::Data>::Reader list) {
  std::vector<Hash> hashes;
  for (const auto bytes : list) {
    Hash hash{};
    if (bytes.size() != hash.size())
      return fail(ErrorCode::corrupt, "the ledger gave a hash of {} bytes", bytes.size());
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    hashes.push_back(hash);
  }
  return hashes;
}

/// What the ledger finds in the seal. Of the seal itself only the sequence is there.
Result<SealedReceipt> ask(LedgerAccess& access, const ProveOptions& options) {
  SealedReceipt receipt{options.claim(), options.about(), {}, {}};
  auto request = access.log().sealedRequest();
  auto question = request.initQuestion();
  if (receipt.claim == SealedClaim::budget)
    question.setBudget(text_of(receipt.about));
  else
    question.setSubject(text_of(receipt.about));
  question.setSeal(options.seal.value_or(0));
  CF_LET(auto response, access.call(kj::mv(request)));
  for (const auto entry : response.getEntries()) {
    CF_LET(std::vector<Hash> path, hashes_of(entry.getPath()));
    receipt.entries.push_back(
        {entry.getIndex(), std::string(view(entry.getEntry())), std::move(path)});
  }
  receipt.seal.index = response.getSeal();
  return receipt;
}

/// The subject's entry, where it has one.
Result<std::optional<SealedSubject>> entry_of(const SealedReceipt& receipt) {
  for (const SealedEntry& entry : receipt.entries) {
    CF_LET(SealedSubject subject, decode_sealed_subject(entry.bytes));
    if (subject.subject == receipt.about) return subject;
  }
  return std::nullopt;
}

Result<std::uint64_t> covered_by(const Receipt& seal) {
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(seal.record));
  return record.getFact().getLedgerSealed().getSize();
}

/// That the ledger can say of the subject what is to be proved.
Result<void> check_claim(const SealedReceipt& receipt) {
  if (receipt.claim == SealedClaim::budget) return {};
  CF_LET(const auto entry, entry_of(receipt));
  CF_LET(const std::uint64_t covered, covered_by(receipt.seal));
  if (receipt.claim == SealedClaim::absent && entry)
    return fail(ErrorCode::not_found,
                "{} is not absent: it has {} events among the {} that seal {} covers, the newest "
                "of them event {}",
                receipt.about, entry->count, covered, receipt.seal.index, entry->last);
  if (receipt.claim == SealedClaim::complete && !entry)
    return fail(ErrorCode::not_found,
                "{} has no event among the {} that seal {} covers: `prove --absent {}` proves that",
                receipt.about, covered, receipt.seal.index, receipt.about);
  return {};
}

Result<void> check_file(std::istream& in, const LogReader& log) {
  CF_TRY(check_sealed_receipt(
      in, log.keys(), [](std::uint64_t, std::string_view) -> Result<void> { return {}; },
      [](std::uint64_t, std::uint64_t) {}));
  return {};
}

Result<void> prove_sealed(LedgerAccess& access, LogReader& log, const ProveOptions& options) {
  CF_LET(SealedReceipt receipt, ask(access, options));
  CF_LET(const SignedCheckpoint in, checkpoint_for(log, options));  // behind the seal
  if (receipt.seal.index >= in.checkpoint.size)
    return fail(ErrorCode::refused,
                "the checkpoint is of {} records, and the seal is record {}: take an older seal "
                "(--at), or a newer checkpoint",
                in.checkpoint.size, receipt.seal.index);
  CF_LET(receipt.seal, log.receipt(receipt.seal.index, in));
  CF_TRY(check_claim(receipt));
  const std::string head = format_sealed_head(receipt);
  const std::string note = format_note(in.note);
  if (receipt.claim != SealedClaim::complete) {
    std::istringstream made(head + note);
    CF_TRY(check_file(made, log));
    return write_out(options.file, made.str());
  }
  CF_LET(const std::uint64_t covered, covered_by(receipt.seal));
  return write_proof_file(
      options.file,
      [&](std::ostream& out) -> Result<void> {
        out << head;
        BundleWriter bundle(out, {receipt.about}, in.checkpoint.size, note, log);
        CF_TRY(add_history(access, receipt.about, covered, bundle));
        return bundle.finish();
      },
      [&](std::istream& made) { return check_file(made, log); });
}

Result<ExitStatus> prove(const GlobalOptions& global, const ProveOptions& options) {
  CF_TRY(options.check());
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(LogReader log, LogReader::of(*access));
  CF_TRY(options.sequence ? prove_record(log, options) : prove_sealed(*access, log, options));
  return ExitStatus::done;
}

}  // namespace

void add_prove(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("prove");
  auto* command = app.add_subcommand(
      "prove",
      "A receipt for anybody to check offline: that a record stands in the log; or, out of a seal, "
      "what a line's budget is, that these are all events of a subject, or that it has none");
  auto options = std::make_shared<ProveOptions>();
  command->add_option("sequence", options->sequence, "The record's sequence");
  command->add_option("--budget", options->budget,
                      "What this line amounts to: line/YEAR/PROJECT/FUND/MEASURE/ITEM");
  command->add_option("--complete", options->complete,
                      "That these are all events of this subject (project/ID); needs --out");
  command->add_option("--absent", options->absent, "That this subject has no event");
  command->add_option("--at", options->seal,
                      "Out of the seal with this sequence (default: the newest one)");
  command->add_option("--checkpoint", options->checkpoint_file,
                      "Against this checkpoint, which somebody kept (default: the newest)");
  command->add_option("--out", options->file, "File to write (default: standard output)");
  command->footer(
      "A seal says what the records before it amount to; it is the operator's word, which "
      "`verify`\n"
      "computes again from the records. Without a seal, run `counterfoil seal`.\n"
      "Examples:\n"
      "  counterfoil prove 1234 --out 1234.tlog-proof\n"
      "  counterfoil prove --budget line/2024/010104/general/net/- --out 010104.budget\n"
      "  counterfoil prove --complete project/010104 --out 010104.complete\n"
      "  counterfoil prove --absent project/999999\n"
      "  counterfoil-verify receipt 1234.tlog-proof --key \"$VERIFIER_KEY\"");
  command->callback([&global, &action, options] {
    action = [&global, options] { return prove(global, *options); };
  });
}

}  // namespace counterfoil
