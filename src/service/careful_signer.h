#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "core/files.h"
#include "proof/checkpoint.h"

namespace counterfoil {

/// Signs for one log, and remembers outside the ledger what it signed: whatever is restored or
/// copied there, it signs no smaller tree, and no other one of the same size.
class CarefulSigner {
 public:
  enum class Rotation { refused, allowed };
  /// `state` is the file that holds the newest checkpoint it signed; made when there is none. Held
  /// by a lock beside it, for two signers that do not know of each other could sign two histories:
  /// `busy` while another process has it.
  static Result<CarefulSigner> open(SigningKey key, std::string state, Rotation rotation);

  const VerifierKey& verifier() const { return key_.verifier(); }
  /// The signature over a checkpoint's text, or over the text of a rotation from or to its key.
  /// What it signs is durable in the file before it is given out.
  Result<std::string> sign(std::string_view message);

 private:
  CarefulSigner(SigningKey key, std::string state, FileDescriptor lock, Rotation rotation)
      : key_(std::move(key)),
        state_(std::move(state)),
        lock_(std::move(lock)),
        rotation_(rotation) {}
  Result<void> check_checkpoint(std::string_view text);
  Result<void> check_rotation(std::string_view text) const;

  SigningKey key_;
  std::string state_;
  FileDescriptor lock_;
  Rotation rotation_;
  std::optional<Checkpoint> newest_;
};

}  // namespace counterfoil
