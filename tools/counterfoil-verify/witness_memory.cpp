#include "counterfoil-verify/witness_memory.h"

#include <fcntl.h>
#include <sys/file.h>

#include "codec/binary_text.h"
#include "core/limits.h"

namespace counterfoil {

Result<WitnessMemory> WitnessMemory::open(const std::string& folder) {
  auto lock = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!lock && lock.error().code == ErrorCode::not_found)
    return fail(ErrorCode::not_found,
                "there is no folder {}: a witness that is new makes it (mkdir); one that is not "
                "restores it from a backup, because without it the witness would cosign anything",
                folder);
  if (!lock) return tl::make_unexpected(lock.error());
  while (::flock(lock->get(), LOCK_EX) != 0)
    if (errno != EINTR) return file_failure("lock", folder);
  return WitnessMemory(folder, std::move(*lock));
}

std::string WitnessMemory::path_of(const std::string& origin) const {
  return folder_ + "/" + to_hex(bytes_of(Hasher::sha256().digest(origin)));
}

Result<std::optional<SignedCheckpoint>> WitnessMemory::recall(
    const std::string& origin, const std::vector<VerifierKey>& keys) const {
  const std::string path = path_of(origin);
  CF_LET(const bool known, file_exists(path));
  if (!known) return std::nullopt;
  CF_LET(const std::string bytes, read_file(path, limits::note_bytes));
  auto opened = open_checkpoint(bytes, keys);
  if (opened && opened->checkpoint.origin == origin) return std::move(*opened);
  return fail(ErrorCode::corrupt,
              "what this witness remembers of {} is damaged, or signed by a key that no --log "
              "names ({}: {}). Restore that file from a backup, or name the older key too; without "
              "it the witness would cosign anything",
              origin, path, opened ? "it is of another log" : opened.error().message);
}

Result<void> WitnessMemory::remember(const std::string& origin, std::string_view checkpoint) {
  return replace_file(path_of(origin), checkpoint);
}

Result<std::string> WitnessMemory::keep_evidence(const std::string& origin,
                                                 std::string_view checkpoint, bool is_proved) {
  const std::string path = path_of(origin) + (is_proved ? ".contradicts" : ".unproved");
  CF_LET(const bool kept, file_exists(path));
  if (!kept || !is_proved) CF_TRY(replace_file(path, checkpoint));
  return path;
}

}  // namespace counterfoil
