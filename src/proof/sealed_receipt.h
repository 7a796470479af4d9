#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "proof/bundle.h"
#include "proof/receipt.h"
#include "proof/sealed_entry.h"

namespace counterfoil {

/// What a receipt out of a seal says, of the records that the seal covers.
enum class SealedClaim {
  budget,    // what a budget line amounts to
  complete,  // that these are all records of a subject
  absent     // that a subject has none
};

/// An entry that was sealed, with its place among those that were.
struct SealedEntry {
  std::uint64_t index = 0;
  std::string bytes;
  std::vector<Hash> path;  // RFC 6962 audit path to the root that the seal gives
};

/// A claim with what proves it against a LedgerSealed of the log; schema/FORMAT.md, "Receipts out
/// of a seal".
struct SealedReceipt {
  SealedClaim claim = SealedClaim::budget;
  std::string about;                 // a line, or a subject
  std::vector<SealedEntry> entries;  // its own; of an absent subject, those beside its place
  Receipt seal;                      // the record LedgerSealed; its checkpoint is in what follows
};

inline constexpr std::string_view sealed_first_line = "counterfoil/sealed@v1";

/// All but what stands at the end of the file: the checkpoint, of a complete history the bundle of
/// the records.
std::string format_sealed_head(const SealedReceipt& receipt);

/// What was found proved.
struct CheckedSealed {
  SealedClaim claim = SealedClaim::budget;
  std::string about;
  std::string entry;  // of the line or the complete subject
  Receipt seal;
  SignedCheckpoint checkpoint;
  std::uint64_t records = 0;  // of the complete history
  /// Of these, the ones whose facts this build does not know: whom they concern was not checked.
  std::uint64_t unknown_facts = 0;
};

/// Reads a receipt to its end and verifies it: the seal stands in the log that the checkpoint
/// signs, its entries under the seal's root, and they say what is claimed. That the roots are those
/// of the records is the seal's word, which is not checked here. `visit` and `at` are those of
/// check_bundle, for the records of a complete history.
Result<CheckedSealed> check_sealed_receipt(
    std::istream& in, const std::vector<VerifierKey>& keys,
    const std::function<Result<void>(std::uint64_t sequence, std::string_view record)>& visit,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& at);

/// Whether the entries, which were found in the seal's tree of `size` subjects, leave no place for
/// this one.
Result<void> check_absent(std::string_view subject, const std::vector<SealedEntry>& entries,
                          std::uint64_t size);

}  // namespace counterfoil
