#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// A signing key of a log, as C2SP signed-note names it.
struct NoteKey {
  std::string private_pem;   // PKCS #8, unencrypted: keep it in a file with mode 0600
  std::string verifier_key;  // "<name>+<hex key id>+<base64(0x01 ‖ public key)>"
};

/// A new Ed25519 key for the log of that name. A name has no space and no '+' (C2SP signed-note).
Result<NoteKey> generate_note_key(std::string_view name);

/// The verifier key of an Ed25519 public key (32 bytes); schema/FORMAT.md, "Verifier keys".
Result<std::string> format_verifier_key(std::string_view name, std::string_view public_key);

/// Accepts what may name a log: not empty, no white space, no '+', printable.
Result<void> check_origin(std::string_view name);

}  // namespace counterfoil
