#pragma once

#include <string>

#include "proof/key.h"
#include "service/ledger.h"

namespace counterfoil {

/// Who signs the change of a log's key: whoever signed until now, or the recovery key where that
/// one is lost; and the new key.
struct KeyChange {
  const Signer& authority;
  const Signer& new_key;
};

/// Records that the new key signs from here on, with the first checkpoint that it signs; the
/// authority signs both, too. The ledger must be open and not started, and is to be opened again
/// behind it. `refused` where the authority is neither the key in force nor the recovery key.
Result<std::string> rotate_key(Ledger& ledger, const KeyChange& change);

/// As rotate_key, with a new key in the ledger's folder. A crash leaves the old one in force, or
/// the new one, which is then found.
Result<std::string> rotate_key_file(Ledger& ledger, const Signer& authority);

/// The key that signs for the ledger, from its folder. Puts the key of a rotation that was cut off
/// behind its record in its place. `not_found` where there is none, `refused` where it is another.
Result<SigningKey> signing_key_in_force(const LedgerFolder& folder, const VerifierKey& wanted);

}  // namespace counterfoil
