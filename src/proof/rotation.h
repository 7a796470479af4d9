#pragma once

#include <schema/event.capnp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proof/key.h"

namespace counterfoil {

/// What the keys of a rotation sign; schema/FORMAT.md, "Key rotation". `size` is the number of
/// records before it: the sequence of its own record.
std::string rotation_message(std::string_view origin, std::uint32_t epoch, std::uint64_t size,
                             const VerifierKey& old_key, const VerifierKey& new_key);

/// What a rotation message says.
struct RotationText {
  std::string origin;
  std::uint32_t epoch = 0;
  std::uint64_t size = 0;
  VerifierKey old_key;
  VerifierKey new_key;
};
/// Inverse of rotation_message: of one spelling.
Result<RotationText> parse_rotation_message(std::string_view text);

/// The keys of a log as its records tell, from LedgerOpened on. Give it the records of the subject
/// `ledger` in order, or all records: others are passed over.
class LogKeys {
 public:
  /// Fails with `corrupt` where a record opens a log that is open, or rotates a key without the
  /// signatures that this needs: of the old key or the recovery key, and of the new one.
  Result<void> fold(schema::Record::Reader record);

  bool opened() const { return recovery_.has_value(); }
  const std::string& origin() const { return origin_; }
  const std::string& suite() const { return suite_; }
  std::uint32_t epoch() const { return epoch_; }
  /// The key that signs now.
  const VerifierKey& current() const { return keys_.back().key; }
  const VerifierKey& recovery() const { return *recovery_; }
  /// Every key that ever signed in this epoch, oldest first; the checkpoint of a size is signed by
  /// the last one whose `from` is less than the size.
  struct InForce {
    VerifierKey key;
    std::uint64_t from = 0;  // sequence of the record that brought it
    /// The recovery key signed for it, not the key before it. That is worth as much as it is
    /// certain that the recovery key is the log's.
    bool by_recovery = false;
  };
  const std::vector<InForce>& all() const { return keys_; }

 private:
  std::string origin_;
  std::string suite_;
  std::uint32_t epoch_ = 0;
  std::vector<InForce> keys_;
  std::optional<VerifierKey> recovery_;
};

}  // namespace counterfoil
