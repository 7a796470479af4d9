#include "counterfoil-verify/log.h"

#include <algorithm>

#include "core/files.h"
#include "core/limits.h"
#include "core/text.h"
#include "counterfoil-verify/key_chain.h"
#include "counterfoil-verify/record_walk.h"
#include "counterfoil-verify/tile_walk.h"

namespace counterfoil {
namespace {

/// A checkpoint's file, read but not yet verified.
struct Claim {
  std::string path;
  std::string bytes;
  Note note;
  Checkpoint checkpoint;

  static Result<Claim> read(const std::string& path) {
    Claim claim{path, {}, {}, {}};
    CF_LET(claim.bytes, read_file(path, limits::note_bytes));
    auto note = parse_note(claim.bytes);
    if (!note) return fail_at(path, std::move(note).error());
    claim.note = std::move(*note);
    const auto checkpoint = parse_checkpoint(claim.note.text);
    if (!checkpoint) return fail_at(path, checkpoint.error());
    claim.checkpoint = *checkpoint;
    return claim;
  }
  Result<SignedCheckpoint> open(const std::vector<VerifierKey>& keys) const {
    auto opened = open_checkpoint(bytes, keys);
    if (!opened) return fail_at(path, std::move(opened).error());
    return opened;
  }
};

/// The suite of the trusted keys of that name; a tree is hashed by one.
Result<std::string_view> suite_for(const Claim& claim, const std::vector<VerifierKey>& trusted) {
  std::string_view suite;
  for (const VerifierKey& key : trusted) {
    if (key.name() != claim.checkpoint.origin) continue;
    if (!suite.empty() && suite != suite_of(key.type()))
      return fail(ErrorCode::refused, "keys of two suites are given for {}: give those of one",
                  quote(key.name()));
    suite = suite_of(key.type());
  }
  if (!suite.empty()) return suite;
  return fail(ErrorCode::refused, "{}: it is of the log {}, and no key that is given is of that",
              claim.path, quote(claim.checkpoint.origin));
}

/// Where a trusted key's signature is on it, it must be right: nothing else need be read then.
Result<void> check_known_signatures(const Claim& claim, const std::vector<VerifierKey>& trusted) {
  for (const VerifierKey& key : trusted)
    for (const NoteSignature& line : claim.note.signatures)
      if (line.name == key.name() && line.key_id == key.id())
        if (auto verified = verify_note(claim.note, {key}); !verified)
          return fail_at(claim.path, std::move(verified).error());
  return {};
}

Result<std::vector<Claim>> read_since(const std::vector<std::string>& paths, const Claim& newest) {
  std::vector<Claim> since;
  for (const std::string& path : paths) {
    CF_LET(Claim claim, Claim::read(path));
    if (claim.checkpoint.size > newest.checkpoint.size)
      return fail(ErrorCode::refused,
                  "{}: it is of {} records, and {} of {}: the log shrank, or this is an older copy "
                  "of it",
                  path, claim.checkpoint.size, newest.path, newest.checkpoint.size);
    since.push_back(std::move(claim));
  }
  return since;
}

/// Which key signed: the one in force, by the records, reached from one that is trusted.
struct Signed {
  SignedCheckpoint checkpoint;
  std::string steps;
};

Result<Signed> check_signature(const Claim& newest, const LogKeys& keys,
                               const std::vector<VerifierKey>& trusted,
                               const std::vector<Note>& kept) {
  Signed found;
  if (!keys.opened()) {  // no records
    CF_LET(found.checkpoint, newest.open(trusted));
    return found;
  }
  if (keys.origin() != newest.checkpoint.origin)
    return fail(ErrorCode::refused, "{}: it is of the log {}, and the records are of {}",
                newest.path, quote(newest.checkpoint.origin), quote(keys.origin()));
  CF_LET(found.checkpoint, newest.open({keys.current()}));
  CF_LET(found.steps, follow_keys(keys, trusted, kept));
  return found;
}

/// Those that are trusted, and those that ever signed by the word of records that are trusted now.
std::vector<VerifierKey> every_key(const LogKeys& keys, std::vector<VerifierKey> trusted) {
  if (!keys.opened()) return trusted;
  for (const auto& step : keys.all())
    if (std::ranges::find(trusted, step.key) == trusted.end()) trusted.push_back(step.key);
  return trusted;
}

tl::unexpected<Error> two_histories(const Claim& kept, const Claim& newest) {
  return fail(ErrorCode::corrupt,
              "{}: it signs another root of {} records than the log has now. The log shows two "
              "histories: keep that file and {}, which are the evidence",
              kept.path, kept.checkpoint.size, newest.path);
}

}  // namespace

Result<Answer> verify_log(const std::string& folder, const Trust& trust,
                          const std::vector<std::string>& since_paths,
                          const std::function<void(std::uint64_t done, std::uint64_t total)>& at) {
  TileFolder files(folder);
  CF_LET(const Claim newest, Claim::read(files.checkpoint_path()));
  CF_LET(const std::string_view suite, suite_for(newest, trust.logs));
  CF_TRY(check_known_signatures(newest, trust.logs));
  CF_LET(const auto since, read_since(since_paths, newest));
  CF_LET(Hasher hasher, Hasher::of_suite(suite));

  TileWalk tiles(files, newest.checkpoint.size, hasher);
  for (const Claim& claim : since) tiles.keep_root(claim.checkpoint.size);
  CF_LET(Hasher of_seals, Hasher::of_suite(suite));
  RecordWalk records(std::move(of_seals));
  CF_TRY(tiles.run([&](std::uint64_t sequence,
                       std::string_view entry) { return records.follow(sequence, entry); },
                   at));
  if (tiles.root() != newest.checkpoint.root)
    return fail(ErrorCode::corrupt,
                "{}: its root is not that of the {} entries, which the tiles agree with: either "
                "all of them were changed, or it is of another log",
                newest.path, newest.checkpoint.size);

  const auto is_beginning = [&](const Claim& claim) {
    return tiles.root(claim.checkpoint.size) == claim.checkpoint.root;
  };
  std::vector<Note> kept;
  for (const Claim& claim : since)
    if (is_beginning(claim)) kept.push_back(claim.note);
  CF_LET(const Signed signed_by, check_signature(newest, records.keys(), trust.logs, kept));
  const auto keys = every_key(records.keys(), trust.logs);
  std::string beginnings;
  for (const Claim& claim : since) {
    CF_TRY(claim.open(keys));
    if (!is_beginning(claim)) return two_histories(claim, newest);
    beginnings += fmt::format(" What {} signs of {} records is its beginning, unchanged.",
                              claim.path, claim.checkpoint.size);
  }
  CF_LET(const std::string witnessed, check_witnesses(signed_by.checkpoint.note, trust.witnesses));
  return Answer{
      fmt::format("{} holds all {} records of the log {}: none is changed, missing or out of its "
                  "order, each is filed under what its fact is about, and the histories of all {} "
                  "subjects are whole.{}{}{}{}",
                  folder, newest.checkpoint.size, as_signed(signed_by.checkpoint),
                  records.subjects(), seals_proved(records.seals()), signed_by.steps, beginnings,
                  witnessed),
      one_history_not_proved(trust) + seals_not_proved(records.seals()) +
          unknown_facts_not_proved(records.unknown_facts())};
}

}  // namespace counterfoil
