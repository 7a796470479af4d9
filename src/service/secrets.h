#pragma once

#include <string>

#include "core/result.h"
#include "proof/key.h"
#include "storage/folder.h"

namespace counterfoil {

/// 256 random bits as 64 hexadecimal digits.
Result<std::string> make_token();
Result<void> write_admin_token(const LedgerFolder& folder, const std::string& token);
/// The first administrator's token; one that others may read, or that could be guessed, is refused.
Result<std::string> read_admin_token(const LedgerFolder& folder);

/// Accepts where a recovery key can be written: a new file that does not lie in the ledger's
/// folder.
Result<void> check_recovery_key_file(const std::string& file, const std::string& folder);

/// Writes a private key to a new file that is its owner's alone.
Result<void> write_key(const std::string& path, const SigningKey& key);
/// A key that signs for the log of that origin, from a file; one that others may read is refused.
/// `not_found` where there is none.
Result<SigningKey> read_signing_key(const std::string& path, std::string_view origin);

}  // namespace counterfoil
