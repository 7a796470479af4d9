#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proof/note.h"
#include "proof/suite.h"

namespace counterfoil {

/// What a log claims to be at a size; C2SP tlog-checkpoint.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// The note text of a checkpoint, without extension lines.
std::string format_checkpoint(const Checkpoint& checkpoint);
/// Inverse of format_checkpoint. Extension lines are allowed, and say nothing.
Result<Checkpoint> parse_checkpoint(std::string_view text);

/// A checkpoint whose signatures were checked.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
  std::vector<VerifierKey> signers;  // of the keys that were asked for
};

/// Reads a signed checkpoint and verifies it: at least one of the keys that are named as its origin
/// is must have signed it as its log.
Result<SignedCheckpoint> open_checkpoint(std::string_view bytes,
                                         const std::vector<VerifierKey>& keys);

/// The suite of the log's key that signed what open_checkpoint gave: that of its tree's hashes.
std::string_view suite_of(const SignedCheckpoint& checkpoint);

/// The note of a checkpoint with a signature of each signer, in their order.
Result<std::string> sign_checkpoint(const Checkpoint& checkpoint,
                                    const std::vector<const Signer*>& signers);

}  // namespace counterfoil
