#pragma once

#include <string>
#include <vector>

#include "proof/checkpoint.h"
#include "proof/rotation.h"

namespace counterfoil {

/// Follows the rotations that a log's own records tell, from the keys that are trusted to the one
/// in force. Each step counts where the key before it signed for it. One that the recovery key
/// signed for counts where that key is trusted itself, or where the record that names it is
/// certain: a log that somebody made up could name any recovery key beside a true signing key. It
/// is certain where one of `kept`, whose roots are those of this log, covers it and is signed by a
/// key reached so far. Gives a sentence for each step taken to the key in force, with a space
/// before it; `refused` where no trusted key leads there.
Result<std::string> follow_keys(const LogKeys& keys, const std::vector<VerifierKey>& trusted,
                                const std::vector<Note>& kept);

}  // namespace counterfoil
