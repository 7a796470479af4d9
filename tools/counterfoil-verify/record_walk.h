#pragma once

#include <cstdint>
#include <string_view>

#include "codec/canonical.h"
#include "proof/rotation.h"
#include "proof/sealed_subjects.h"
#include "proof/subject_chain.h"

namespace counterfoil {

/// Checks that entries, from the first on, are the records of one ledger: each canonical, in its
/// place, of the epoch that is open, not earlier than the one before it, filed under the subjects
/// of its fact, and the next one of each of these; and that seals give the subjects that the
/// records before them have. Memory grows with the number of subjects, not of records.
class RecordWalk {
 public:
  /// For a log whose tree is hashed so.
  explicit RecordWalk(Hasher hasher) : hasher_(std::move(hasher)) {}
  Result<void> follow(std::uint64_t sequence, std::string_view entry);

  /// As the records tell so far.
  const LogKeys& keys() const { return keys_; }
  std::size_t subjects() const { return chains_.subjects(); }
  std::uint64_t unknown_facts() const { return chains_.unknown_facts(); }
  const SealedSubjects::Found& seals() const { return seals_.found(); }

 private:
  RecordBuffer buffer_;
  LogKeys keys_;
  SubjectChains chains_;
  SealedSubjects seals_;
  Hasher hasher_;
  std::int64_t recorded_at_ = 0;
};

}  // namespace counterfoil
