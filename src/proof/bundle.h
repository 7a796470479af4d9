#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proof/checkpoint.h"
#include "proof/tree_proof.h"

namespace counterfoil {

/// What a bundle claims to hold: every record of a subject's history, or of a range of sequences.
struct BundleScope {
  std::string subject;     // empty: a range
  std::uint64_t from = 0;  // of a range: first and last sequence
  std::uint64_t to = 0;
};

/// Records with what proves them against one checkpoint; schema/FORMAT.md, "Bundle". The lines walk
/// the tree from left to right: a record, or the root of a complete subtree that holds none.
class BundleWriter {
 public:
  /// `signed_note` is the checkpoint of a log of `size` records.
  BundleWriter(std::ostream& out, const BundleScope& scope, std::uint64_t size,
               std::string signed_note, HashReader& reader);
  /// Records in order of their sequences.
  Result<void> add(std::uint64_t sequence, std::string_view record);
  Result<void> finish();

 private:
  Result<void> skip_to(std::uint64_t sequence);
  std::ostream& out_;
  std::uint64_t size_;
  std::string signed_note_;
  HashReader& reader_;
  std::uint64_t position_ = 0;
};

/// What a bundle was found to hold.
struct CheckedBundle {
  BundleScope scope;
  SignedCheckpoint checkpoint;
  std::uint64_t records = 0;
  /// Of these, the ones whose facts this build does not know: whom they concern was not checked.
  std::uint64_t unknown_facts = 0;
};

/// Reads a bundle to its end and verifies it: each record hashes into the checkpoint's root at its
/// place and is filed under the subjects of its fact, none is missing of a range, and of a subject
/// none between the first and the last one that it holds. `visit` sees each record before the root
/// is checked: trust what it saw only when this returned without an error. `at` is told how many of
/// the log's records are behind.
Result<CheckedBundle> check_bundle(
    std::istream& in, const std::vector<VerifierKey>& keys,
    const std::function<Result<void>(std::uint64_t sequence, std::string_view record)>& visit,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& at);

}  // namespace counterfoil
