#include "service/careful_signer.h"

#include <fcntl.h>
#include <sys/file.h>

#include "core/text.h"
#include "proof/rotation.h"

namespace counterfoil {

Result<CarefulSigner> CarefulSigner::open(SigningKey key, std::string state, Rotation rotation) {
  CF_LET(FileDescriptor lock, open_file(state + ".lock", O_RDWR | O_CREAT));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::busy,
                "another signer has {} now, and two could sign two histories: stop that one first",
                state);
  CarefulSigner signer(std::move(key), std::move(state), std::move(lock), rotation);
  CF_LET(const bool is_there, file_exists(signer.state_));
  if (!is_there) return signer;
  CF_LET(const std::string text, read_file(signer.state_));
  auto newest = parse_checkpoint(text);
  if (!newest)
    return fail(ErrorCode::corrupt,
                "{} does not hold the checkpoint that was signed last ({}): without it this signer "
                "could sign a second history, so put it back from a copy",
                signer.state_, newest.error().message);
  if (newest->origin != signer.verifier().name())
    return fail(ErrorCode::refused, "{} is of the log {}, not of {}: name another file",
                signer.state_, quote(newest->origin), signer.verifier().name());
  signer.newest_ = std::move(*newest);
  return signer;
}

Result<std::string> CarefulSigner::sign(std::string_view message) {
  if (message.starts_with("counterfoil/key-rotation/")) {
    CF_TRY(check_rotation(message));
  } else {
    CF_TRY(check_checkpoint(message));
  }
  return key_.sign(message);
}

Result<void> CarefulSigner::check_checkpoint(std::string_view text) {
  CF_LET(Checkpoint next, parse_checkpoint(text));
  if (format_checkpoint(next) != text || next.origin != verifier().name())
    return fail(ErrorCode::refused, "this signer signs checkpoints of {} and nothing else",
                verifier().name());
  if (newest_ && next.size < newest_->size)
    return fail(ErrorCode::refused,
                "{} records were signed before, and this checkpoint is of {}: the ledger is an "
                "older copy of itself, which `counterfoil restore` gives an epoch of its own; or a "
                "change of keys was cut off, which is to be given again",
                newest_->size, next.size);
  if (newest_ && next.size == newest_->size && next != *newest_)
    return fail(ErrorCode::refused,
                "another tree of {} records was signed before: two copies of the ledger went on, "
                "of which one is to be stopped and `counterfoil restore`d as an epoch of its own; "
                "or a change of keys was cut off, and the next larger tree is signed again",
                next.size);
  CF_TRY(replace_file(state_, text));
  newest_ = std::move(next);
  return {};
}

Result<void> CarefulSigner::check_rotation(std::string_view text) const {
  if (rotation_ == Rotation::refused)
    return fail(ErrorCode::refused,
                "this signer does not take part in a change of keys: start it with "
                "--allow-rotation for as long as that takes");
  CF_LET(const RotationText change, parse_rotation_message(text));
  const bool is_own = change.old_key == verifier() || change.new_key == verifier();
  if (is_own && change.origin == verifier().name()) return {};
  return fail(ErrorCode::refused, "that is no change from or to the key {}", verifier().text());
}

}  // namespace counterfoil
