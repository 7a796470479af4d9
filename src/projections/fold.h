#pragma once

#include <cstdint>
#include <functional>

#include "projections/projection.h"
#include "storage/journal.h"

namespace counterfoil {

/// Folds one record that was read and is foldable. An error names it, whatever the fold did.
Result<void> fold_record(const Projection& projection, std::uint64_t sequence,
                         schema::Record::Reader record, Rows& rows);

/// What a fold of a part of the journal holds in memory before it is written.
inline constexpr std::size_t bytes_in_write = 4u << 20;

/// A fold of a part of the journal beside the views, in steps.
struct JournalFold {
  /// Folds a record that is foldable; how many bytes are to be written by now.
  std::function<Result<std::size_t>(schema::Record::Reader record)> fold;
  /// Writes what was folded of the records before that position.
  std::function<Result<void>(std::uint64_t position)> write;
  /// Asked now and then; its failure ends the fold.
  std::function<Result<void>(std::uint64_t position)> check_wanted;
};
/// From `begin` on to `end`; the last write is there.
Result<void> fold_journal(const Journal& journal, std::uint64_t begin, std::uint64_t end,
                          const JournalFold& steps);

}  // namespace counterfoil
