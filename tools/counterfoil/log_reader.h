#pragma once

#include <functional>
#include <string>
#include <vector>

#include "counterfoil/access.h"
#include "proof/receipt.h"
#include "proof/tree_proof.h"

namespace counterfoil {

/// The log of a ledger: its records, its tree's hashes, and the checkpoints that it signs.
class LogReader final : public HashReader {
 public:
  /// The access outlives it.
  static Result<LogReader> of(LedgerAccess& access);

  /// The keys that sign in this epoch, oldest first.
  const std::vector<VerifierKey>& keys() const { return keys_; }
  Result<Hasher> hasher() const;
  /// Of all that is acknowledged by now, verified.
  Result<SignedCheckpoint> checkpoint();
  /// One that somebody kept, verified: signed by this log, and not of more records than it has.
  Result<SignedCheckpoint> kept_checkpoint(const std::string& file);

  /// The receipt of a record in a checkpoint that this gave, checked; `not_found` where the
  /// checkpoint is of fewer records.
  Result<Receipt> receipt(std::uint64_t sequence, const SignedCheckpoint& in);

  Result<std::vector<Hash>> read(const std::vector<Subtree>& subtrees) override;
  /// Visits the records from `from` to `end` - 1 in order.
  Result<void> each_record(
      std::uint64_t from, std::uint64_t end,
      const std::function<Result<void>(std::uint64_t sequence, std::string_view record)>& visit);

 private:
  explicit LogReader(LedgerAccess& access) : access_(access) {}
  LedgerAccess& access_;
  std::vector<VerifierKey> keys_;
};

}  // namespace counterfoil
