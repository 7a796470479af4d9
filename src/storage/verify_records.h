#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proof/tile.h"
#include "proof/tree.h"
#include "storage/journal.h"
#include "storage/verify_indexes.h"

namespace counterfoil {

/// Something wrong, and the place among the records that it is at.
struct Finding {
  std::uint64_t sequence = 0;
  std::string what;
};

/// What reading every record gives. Findings are the first of their kind, as far as was read.
struct VerifiedRecords {
  std::vector<Hash> tile_roots;  // of each full tile of level 0
  std::string tail;              // the leaves behind them
  /// Of each size asked for: the edge of the leaves between the last full tile and that size.
  std::vector<TreeEdge> edges;
  IndexSums sums;
  IndexSplits splits;
  std::vector<std::uint64_t> key_records;  // those that open a ledger or rotate its key, in order

  std::optional<Finding> wrong_record;  // that cannot have been recorded so, or is missing
  std::optional<Finding> other_leaf;    // record and tile differ: one of them was changed
  std::optional<Finding> wrong_tile;    // missing, or one too many
  bool whole = true;                    // all records are there, so that there is a root

  explicit VerifiedRecords(const SumSecret& secret) : sums(secret) {}
};

/// Reads the records before `size`, each for itself and against the record before it, and the tiles
/// of level 0. `sizes` ascend. Fails only where the database does.
Result<VerifiedRecords> verify_records(
    const Journal& journal, std::uint64_t size, const std::vector<std::uint64_t>& sizes,
    const SumSecret& secret, unsigned threads,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress);

}  // namespace counterfoil
