#include "counterfoil-verify/consistency.h"

#include "core/files.h"
#include "core/limits.h"
#include "core/text.h"
#include "counterfoil-verify/tile_folder.h"
#include "proof/witness_request.h"

namespace counterfoil {
namespace {

/// Two checkpoints of one log, each with the name of its file.
struct Pair {
  std::string old_path;
  SignedCheckpoint older;
  std::string new_path;
  SignedCheckpoint newer;

  std::uint64_t old_size() const { return older.checkpoint.size; }
  std::uint64_t new_size() const { return newer.checkpoint.size; }
};

Result<Hasher> hasher_of(const Pair& pair) {
  const Checkpoint& older = pair.older.checkpoint;
  const Checkpoint& newer = pair.newer.checkpoint;
  if (older.origin != newer.origin || suite_of(pair.older) != suite_of(pair.newer))
    return fail(ErrorCode::refused, "{} is of the log {}, {} of {}", pair.old_path,
                quote(older.origin), pair.new_path, quote(newer.origin));
  if (older.size > newer.size)
    return fail(ErrorCode::refused,
                "{} is of {} records, {} of {}: name the checkpoint of fewer records first. A log "
                "never shrinks",
                pair.old_path, older.size, pair.new_path, newer.size);
  if (older.size == newer.size && older.root != newer.root)
    return fail(ErrorCode::corrupt,
                "{} and {} sign two roots of {} records: the log shows two histories, and the two "
                "files are the evidence. Keep them",
                pair.old_path, pair.new_path, older.size);
  return Hasher::of_suite(suite_of(pair.newer));
}

/// `where`: the proof's file or folder.
Result<Answer> check(const Pair& pair, const std::vector<Hash>& proof, Hasher& hasher,
                     const std::string& where, const Trust& trust) {
  auto extends = check_consistency(pair.old_size(), pair.new_size(), pair.older.checkpoint.root,
                                   pair.newer.checkpoint.root, proof, hasher);
  if (!extends) return fail_at(where, std::move(extends).error());
  CF_LET(const std::string witnessed, check_witnesses(pair.newer.note, trust.witnesses));
  return Answer{
      fmt::format("the {} records that {} signs are the beginning, unchanged, of the log "
                  "{}, in {}.{}",
                  pair.old_size(), pair.old_path, as_signed(pair.newer), pair.new_path, witnessed),
      fmt::format("what the records say, which nobody looked at; nor {}",
                  one_history_not_proved(trust))};
}

/// Of how many records the folder has the tiles, as it says itself.
Result<std::uint64_t> size_of(const TileFolder& files) {
  CF_LET(const std::string bytes, read_file(files.checkpoint_path(), limits::note_bytes));
  const auto note = parse_note(bytes);
  if (!note) return fail_at(files.checkpoint_path(), note.error());
  const auto checkpoint = parse_checkpoint(note->text);
  if (!checkpoint) return fail_at(files.checkpoint_path(), checkpoint.error());
  return checkpoint->size;
}

}  // namespace

Result<Answer> verify_extension(const std::string& old_path, const std::string& request_path,
                                const Trust& trust) {
  Pair pair{old_path, {}, request_path, {}};
  CF_LET(pair.older, read_checkpoint(old_path, trust.logs));
  CF_LET(const std::string text, read_file(request_path, limits::witness_request_bytes));
  const auto request = parse_witness_request(text);
  if (!request) return fail_at(request_path, request.error());
  auto newer = open_checkpoint(request->checkpoint, trust.logs);
  if (!newer) return fail_at(request_path, std::move(newer).error());
  pair.newer = std::move(*newer);
  CF_LET(Hasher hasher, hasher_of(pair));
  if (request->old_size != pair.old_size())
    return fail(ErrorCode::refused, "{}: it proves what follows {} records, and {} is of {}",
                request_path, request->old_size, old_path, pair.old_size());
  return check(pair, request->proof, hasher, request_path, trust);
}

Result<Answer> verify_extension_in(const std::string& folder, const std::string& old_path,
                                   const std::string& new_path, const Trust& trust) {
  TileFolder files(folder);
  Pair pair{old_path, {}, new_path.empty() ? files.checkpoint_path() : new_path, {}};
  CF_LET(pair.older, read_checkpoint(pair.old_path, trust.logs));
  CF_LET(pair.newer, read_checkpoint(pair.new_path, trust.logs));
  CF_LET(Hasher hasher, hasher_of(pair));
  CF_LET(const std::uint64_t size, size_of(files));
  if (size < pair.new_size())
    return fail(ErrorCode::refused,
                "{} has the tiles of {} records, and {} is of {}: fetch it again", folder, size,
                pair.new_path, pair.new_size());
  TileHashReader reader(files, size, hasher);
  CF_LET(const auto proof, prove_consistency(pair.old_size(), pair.new_size(), reader, hasher));
  auto answer = check(pair, proof, hasher, folder, trust);
  if (!answer)
    return fail(answer.error().code,
                "{}. Run `counterfoil-verify log {}`: where its tiles are whole, the log shows two "
                "histories, and {} and {} are the evidence",
                answer.error().message, folder, pair.old_path, pair.new_path);
  return answer;
}

}  // namespace counterfoil
