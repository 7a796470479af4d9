#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "proof/sealed_entry.h"
#include "proof/subject_chain.h"

namespace counterfoil {

/// Sums up entries of subjects, which come in their order.
class SubjectsSum {
 public:
  /// `corrupt` where it is no subject.
  Result<void> add(std::string_view subject, std::uint64_t count, std::uint64_t last,
                   Hasher& hasher);
  SealedRoot root(Hasher& hasher) const { return {edge_.root(hasher), edge_.size()}; }

 private:
  TreeEdge edge_;
};

/// `corrupt` where the seal's subjects are not those of the records, as they were computed again.
Result<void> compare_subjects(std::uint64_t sequence, schema::LedgerSealed::Reader seal,
                              const SealedRoot& computed);

/// Computes the subjects' part of every seal again while all records of a log go by, from the first
/// on. A seal stands behind the records that it covers, and others may stand between: what those
/// changed is remembered, but no further back than `remembered_max` records.
class SealedSubjects {
 public:
  static constexpr std::uint64_t remembered_max = 262'144;

  /// The record, behind `chains`, which followed it and lives as long. `corrupt` where it is a seal
  /// of other subjects than the records before it have.
  Result<void> follow(schema::Record::Reader record, const SubjectChains& chains, Hasher& hasher);

  struct Found {
    std::uint64_t recomputed = 0;
    std::uint64_t too_far = 0;  // seals that more records stand before than are remembered
  };
  const Found& found() const { return found_; }

 private:
  /// How a record found its subject.
  struct Change {
    std::uint64_t sequence = 0;
    const std::string* subject = nullptr;  // in the chains
    SubjectChains::Chain before;
  };
  Result<void> compare(schema::Record::Reader record, const SubjectChains& chains, Hasher& hasher);

  std::deque<Change> changes_;
  Found found_;
};

}  // namespace counterfoil
