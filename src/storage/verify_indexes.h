#pragma once

#include <schema/event.capnp.h>

#include <optional>
#include <string>
#include <vector>

#include "storage/entry_sum.h"
#include "storage/journal.h"

namespace counterfoil {

/// What the index entries of some records add up to.
struct IndexSums {
  EntrySum subjects;
  EntrySum commands;
  EntrySum links;  // (subject, ordinal, sequence) of each record that has a next one in a subject

  explicit IndexSums(const SumSecret& secret) : subjects(secret), commands(secret), links(secret) {}
  void add(const IndexSums& other);
  /// The entries that the record makes, and the links that it claims. Its subjects are no longer
  /// than they may be.
  void add(schema::Record::Reader record);

 private:
  std::string entry_;  // used again
};

/// Keys between which the walks over the indexes are split, so that several threads share them.
struct IndexSplits {
  std::vector<std::string> subjects;  // each what all keys of one subject start with
  std::vector<std::string> commands;
};

/// That the indexes hold exactly the entries that add up to the sums, for records before `size`;
/// entries of later records are passed over. Where they do not: the first record, or else the first
/// entry, that is wrong.
Result<void> verify_indexes(const Journal& journal, std::uint64_t size, const IndexSums& expected,
                            const SumSecret& secret, IndexSplits splits, unsigned threads);

}  // namespace counterfoil
