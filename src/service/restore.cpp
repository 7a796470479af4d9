#include "service/restore.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>

#include "codec/text.h"
#include "core/files.h"
#include "core/text.h"
#include "proof/checkpoint.h"
#include "proof/count_text.h"
#include "service/ledger_facts.h"
#include "service/secrets.h"
#include "storage/shown.h"
#include "storage/verify_journal.h"

namespace counterfoil {
namespace {

namespace fs = std::filesystem;

/// Held while it is copied, so that nobody begins to write to it. It needs no right to write.
Result<FileDescriptor> hold_copy(const std::string& copy) {
  CF_LET(const bool is_ledger, file_exists(copy + "/shown"));
  if (!is_ledger)
    return fail(
        ErrorCode::not_found,
        "{} is no copy of a ledger's folder: the file shown is not there. Name the folder that "
        "holds it",
        copy);
  CF_LET(const bool has_lock, file_exists(copy + "/lock"));
  if (!has_lock) return FileDescriptor();
  CF_LET(FileDescriptor lock, open_file(copy + "/lock", O_RDONLY));
  if (::flock(lock.get(), LOCK_SH | LOCK_NB) == 0) return lock;
  return fail(ErrorCode::busy,
              "the ledger in {} is in use: stop its daemon, or copy it while nobody holds it",
              copy);
}

Result<void> copy_synced(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) return file_failure("copy", from.string(), error.value());
  CF_LET(const FileDescriptor file, open_file(to.string(), O_RDONLY));
  if (::fsync(file.get()) != 0) return file_failure("sync", to.string());
  return {};
}

Result<void> copy_database(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_directory(to, error);
  for (fs::directory_iterator at(from, error), end; !error && at != end; at.increment(error))
    if (at->is_regular_file())
      CF_TRY(copy_synced(at->path(), fs::path(to) / at->path().filename()));
  if (error) return file_failure("copy", from, error.value());
  return sync_folder(to);
}

Result<void> copy_journal(const std::string& copy, const LedgerFolder& folder) {
  CF_TRY(copy_database(copy + "/journal", folder.journal()));
  CF_TRY(copy_synced(copy + "/shown", folder.shown()));
  // Their cursors stay those of the epoch before, and serve nobody until they are moved.
  CF_LET(const bool has_consumers, file_exists(copy + "/consumers/CURRENT"));
  if (has_consumers) CF_TRY(copy_database(copy + "/consumers", folder.consumers()));
  return sync_folder(folder.path());
}

/// What the new epoch is told of the one before it.
struct Predecessor {
  LedgerFacts facts;
  std::string opening;  // bytes of the record that opened it
  std::string note;     // last checkpoint, with the log's own signatures; empty where there is none
  std::uint64_t signed_size = 0;
  std::uint32_t last_epoch = 0;  // that is known of
  std::uint64_t size = 0;
};

/// "example.org/city/e1" → "example.org/city".
std::string base_origin(const LogKeys& keys) {
  std::string origin = keys.origin();
  if (keys.epoch() != 0) origin.resize(origin.size() - fmt::format("/e{}", keys.epoch()).size());
  return origin;
}

/// The epoch of an origin of that base; nothing where it is of another log.
std::optional<std::uint32_t> epoch_of(std::string_view origin, const std::string& base) {
  if (origin == base) return 0;
  const std::string start = base + "/e";
  if (!origin.starts_with(start)) return std::nullopt;
  const auto epoch = parse_count(origin.substr(start.size()));
  if (!epoch || *epoch == 0 || *epoch > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return static_cast<std::uint32_t>(*epoch);
}

Result<SignedCheckpoint> open_last(const RestorePlan& plan, const std::string& note,
                                   const LogKeys& log) {
  std::vector<VerifierKey> keys;
  for (const auto& in_force : log.all()) keys.push_back(in_force.key);
  if (!plan.last_key.empty()) {
    CF_LET(VerifierKey key, VerifierKey::parse(plan.last_key));
    keys.push_back(std::move(key));
  }
  auto opened = open_checkpoint(note, keys);
  if (opened) return opened;
  return fail(opened.error().code,
              "the last checkpoint: {}. If a key signed it that came behind the copy, or behind an "
              "earlier restore of it, give that one with --last-key",
              opened.error().message);
}

/// Only what the log itself signed goes into the record.
std::string without_others(SignedCheckpoint checkpoint) {
  std::erase_if(checkpoint.note.signatures, [&](const NoteSignature& signature) {
    return std::ranges::none_of(checkpoint.signers, [&](const VerifierKey& key) {
      return key.name() == signature.name && key.id() == signature.key_id;
    });
  });
  return format_note(checkpoint.note);
}

Result<Predecessor> verify_copy(const LedgerFolder& folder, const RestorePlan& plan) {
  CF_LET(const Journal journal, Journal::open(folder));
  Predecessor before;
  before.size = journal.size();
  CF_LET(before.facts, read_ledger_facts(journal));
  const LogKeys& keys = before.facts.keys;
  CF_TRY(journal.read(Sequence{keys.all().front().from}, before.opening));
  before.last_epoch = keys.epoch();
  std::string last = plan.last_checkpoint;
  if (last.empty()) {
    CF_LET(const auto newest, journal.newest_checkpoint());
    last = newest.value_or("");
  }
  VerifyOptions options;
  if (!last.empty()) {
    CF_LET(const SignedCheckpoint checked, open_last(plan, last, keys));
    const auto epoch = epoch_of(checked.checkpoint.origin, base_origin(keys));
    if (!epoch || *epoch < keys.epoch())
      return fail(ErrorCode::refused, "the last checkpoint is of {}, and the copy is of {}",
                  quote(checked.checkpoint.origin), keys.origin());
    before.last_epoch = *epoch;
    before.signed_size = checked.checkpoint.size;
    before.note = without_others(checked);
    // One of a later epoch, or of more records, cannot be compared with the copy.
    const bool is_within = *epoch == keys.epoch() && before.signed_size <= before.size;
    if (is_within) options.since.push_back(before.note);
  }
  CF_TRY(verify_journal(journal, options));
  return before;
}

Result<PreparedCommand> opening_command(const Predecessor& before, std::uint32_t epoch,
                                        const VerifierKey& key, const VerifierKey& recovery) {
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(before.opening));
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setCommandId(text_of(fmt::format("open-epoch-{}", epoch)));
  auto fact = command.initFacts(1)[0];
  fact.setLedgerOpened(record.getFact().getLedgerOpened());
  auto opened = fact.getLedgerOpened();
  opened.setEpoch(epoch);
  opened.setOrigin(text_of(key.name()));
  opened.setVerifierKey(text_of(key.text()));
  opened.setRecoveryKey(text_of(recovery.text()));
  if (!before.note.empty()) opened.setPredecessorCheckpoint(text_of(before.note));
  CF_LET(Preparer preparer, Preparer::of_suite(before.facts.suite));
  return preparer.prepare(command.asReader());
}

Result<std::string> open_epoch(const LedgerFolder& folder, const Predecessor& before,
                               const PreparedCommand& command, const SigningKey& key,
                               const Clock& clock) {
  CF_LET(Journal journal, Journal::open(folder));
  CF_LET(const Zone zone, Zone::find(before.facts.time_zone));
  Sequencer sequencer(journal, zone, clock);
  std::string note;
  CF_TRY(sequencer.record_own(
      {before.facts.administrator, schema::Role::ADMIN, ""}, command,
      [&](std::uint64_t size, const Hash& root) -> Result<std::string> {
        CF_LET(note, sign_checkpoint({key.verifier().name(), size, root}, {&key}));
        return note;
      }));
  CF_TRY(read_ledger_facts(journal));
  return note;
}

Result<RestoredLedger> restore_into(const LedgerFolder& folder, const RestorePlan& plan,
                                    const Clock& clock) {
  CF_TRY(create_private_file(folder.restoring(), ""));
  CF_TRY(copy_journal(plan.copy, folder));
  CF_LET(const Predecessor before, verify_copy(folder, plan));

  const std::uint32_t epoch = std::max(before.last_epoch + 1, plan.epoch);
  RestoredLedger restored;
  restored.origin = fmt::format("{}/e{}", base_origin(before.facts.keys), epoch);
  CF_LET(const SigningKey key, SigningKey::generate(before.facts.suite, restored.origin));
  CF_LET(const SigningKey recovery, SigningKey::generate(before.facts.suite, restored.origin));
  CF_TRY(write_key(folder.signing_key(), key));
  CF_LET(const std::string token, make_token());
  CF_TRY(write_admin_token(folder, token));
  CF_LET(const auto command, opening_command(before, epoch, key.verifier(), recovery.verifier()));
  {
    CF_LET(ShownFile shown, ShownFile::open(folder.shown()));
    CF_TRY(shown.begin_epoch(Epoch{epoch}));
  }
  CF_LET(restored.checkpoint, open_epoch(folder, before, command, key, clock));
  CF_TRY(write_key(plan.recovery_key_file, recovery));
  CF_TRY(remove_file(folder.restoring()));
  restored.records = before.size;
  restored.signed_beyond = before.signed_size - std::min(before.signed_size, before.size);
  restored.verifier_key = key.verifier().text();
  restored.recovery_verifier_key = recovery.verifier().text();
  return restored;
}

}  // namespace

Result<RestoredLedger> restore_ledger(const std::string& path, const RestorePlan& plan,
                                      const Clock& clock) {
  CF_TRY(LedgerFolder::check_new(path));
  CF_TRY(check_recovery_key_file(plan.recovery_key_file, path));
  CF_LET(const FileDescriptor held, hold_copy(plan.copy));
  CF_LET(const LedgerFolder folder, LedgerFolder::create(path));
  auto restored = restore_into(folder, plan, clock);
  if (restored) return restored;
  std::error_code ignored;  // what stays has `restoring`, or nothing
  for (fs::directory_iterator at(path, ignored), end; !ignored && at != end; at.increment(ignored))
    if (at->path() != folder.restoring()) fs::remove_all(at->path(), ignored);
  fs::remove(folder.restoring(), ignored);
  return restored;
}

}  // namespace counterfoil
