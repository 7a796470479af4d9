#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proof/note.h"

namespace counterfoil {

/// What a witness signs: that at this time (seconds since 1970 UTC) the note's text was the newest
/// consistent checkpoint of its log that it had seen; C2SP tlog-cosignature, "cosignature/v1".
std::string cosignature_message(std::string_view text, std::uint64_t time_s);

/// The witness's cosignature line for the note's text.
Result<NoteSignature> cosign(std::string_view text, std::uint64_t time_s, const Signer& witness);

/// When the witness cosigned the text; an error where the line is not its cosignature.
Result<std::uint64_t> check_cosignature(std::string_view text, const NoteSignature& signature,
                                        const VerifierKey& witness);

}  // namespace counterfoil
