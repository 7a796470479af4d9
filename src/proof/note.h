#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proof/key.h"

namespace counterfoil {

/// One signature line of a note.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::string bytes;  // for a cosignature, its time (8 bytes, big-endian) before the signature
};

/// A text with signatures; C2SP signed-note.
struct Note {
  std::string text;  // with its final line feed
  std::vector<NoteSignature> signatures;
};

/// Reads a note. Refuses what the specification does: control characters, bytes that are no UTF-8,
/// no final line feed, no signature, a malformed line; and what exceeds the limits.
Result<Note> parse_note(std::string_view bytes);
/// Inverse of parse_note.
std::string format_note(const Note& note);
/// One signature line, with its line feed.
std::string format_signature(const NoteSignature& signature);

/// The signer's signature over the text.
Result<NoteSignature> sign_note(std::string_view text, const Signer& signer);

/// Which of the keys signed it, in their order. Signatures of other keys are ignored. Fails where
/// none did, where one of theirs does not verify, or where one key signed twice.
Result<std::vector<VerifierKey>> verify_note(const Note& note,
                                             const std::vector<VerifierKey>& keys);

}  // namespace counterfoil
