#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proof/checkpoint.h"

namespace counterfoil {

/// The keys that whoever asks relies on, and what must be signed by them.
struct Trust {
  std::vector<VerifierKey> logs;
  std::vector<VerifierKey> witnesses;  // each must have cosigned
};

/// The verifier keys, each as its text or as @FILE that holds it. `invalid` where a text is none,
/// or is the key of something else.
Result<std::vector<VerifierKey>> read_keys(const std::vector<std::string>& texts, KeyUse use);

/// "example.org/city+1c2d3e4f": what tells a key from others, without the key itself.
std::string short_name(const VerifierKey& key);

/// The first key that signed the checkpoint as its log's.
const VerifierKey& signer_of(const SignedCheckpoint& checkpoint);

/// Checks that each witness cosigned; gives a sentence for each that says when, with a space
/// before it.
Result<std::string> check_witnesses(const Note& note, const std::vector<VerifierKey>& witnesses);

/// "example.org/city, as its key example.org/city+1c2d3e4f signed it at 5000 records".
std::string as_signed(const SignedCheckpoint& checkpoint);

/// What no signature of a log proves.
std::string one_history_not_proved(const Trust& trust);

/// Reads a checkpoint's file and checks it; errors begin with the file's name.
Result<SignedCheckpoint> read_checkpoint(const std::string& path,
                                         const std::vector<VerifierKey>& keys);

}  // namespace counterfoil
