#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "counterfoil-verify/witness_memory.h"

namespace counterfoil {

/// Whoever cosigns checkpoints of some logs; C2SP tlog-witness, "add-checkpoint", without HTTP.
struct Witness {
  const SigningKey& key;
  std::vector<VerifierKey> logs;  // of which origin it accepts which keys
};

/// What the witness answers.
struct Cosigned {
  std::string checkpoint;  // the note with the cosignature
  Checkpoint of;
  std::uint64_t before = 0;  // records that it knew of
};

/// Answers a request at a time in seconds since 1970. The checkpoint is remembered, and that is
/// durable, when this returns. Fails with
/// - `invalid`, `refused`: the request is malformed, of an unknown log, or not signed by it;
/// - `conflict`: it does not start from what the witness remembers, which the message tells;
/// - `corrupt`: the proof does not hold, or two roots of one size are signed. The checkpoint is
/// then
///   kept beside the remembered one, and the message names both.
Result<Cosigned> answer_request(const Witness& witness, WitnessMemory& memory,
                                std::string_view request, std::uint64_t time_s);

}  // namespace counterfoil
