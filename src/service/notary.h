#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proof/checkpoint.h"
#include "service/ledger_facts.h"
#include "storage/journal.h"

namespace counterfoil {

/// Finds whoever signs for a log's key. Asked anew for each checkpoint, so that a key that was put
/// back counts at once.
using SignerSource = std::function<Result<std::unique_ptr<Signer>>(const VerifierKey& key)>;

/// The one place that signs for a ledger. Two checkpoints of one size never differ, for a size is
/// signed only when its records are durable and counted as shown, and no checkpoint is given out
/// before it is durable.
class Notary {
 public:
  /// What is passed in outlives it.
  Notary(Journal& journal, const LedgerFacts& facts, SignerSource source)
      : journal_(journal), facts_(facts), source_(std::move(source)) {}

  /// Replaces the source; before anybody asks for a checkpoint.
  void sign_with(SignerSource source) { source_ = std::move(source); }

  /// Whether there is somebody to sign with the key in force.
  Result<void> find_signer() const;
  /// The signed checkpoint of what is acknowledged by now; made, or the one that was made for that
  /// size before. From any thread.
  Result<std::string> checkpoint();

 private:
  Result<void> check_begins_with(const Checkpoint& signed_last, JournalTree& tree,
                                 Hasher& hasher) const;

  Journal& journal_;
  const LedgerFacts& facts_;
  SignerSource source_;
  std::mutex mutex_;  // one signs at a time
};

}  // namespace counterfoil
