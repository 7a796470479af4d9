#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proof/checkpoint.h"

namespace counterfoil {

/// That one record stands at its place in the log that a checkpoint signs: a C2SP tlog-proof file
/// with the record in its `extra` line.
struct Receipt {
  std::string record;  // canonical bytes
  std::uint64_t index = 0;
  std::vector<Hash> proof;  // RFC 6962 audit path
  std::string checkpoint;   // the signed note, verbatim
};

std::string format_receipt(const Receipt& receipt);
/// Inverse of format_receipt; one spelling, nothing missing, nothing behind it.
Result<Receipt> parse_receipt(std::string_view text);

/// The checkpoint that the receipt was checked against: signed by one of the keys, holding the
/// record at the index that the record itself names. The record is filed under the subjects of its
/// fact, where this build knows that fact.
Result<SignedCheckpoint> check_receipt(const Receipt& receipt,
                                       const std::vector<VerifierKey>& keys);
/// The same against a checkpoint that was opened; the receipt's own is not looked at.
Result<void> check_receipt_in(const Receipt& receipt, const SignedCheckpoint& signed_by_log);

}  // namespace counterfoil
