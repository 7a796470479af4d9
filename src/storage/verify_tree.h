#pragma once

#include <vector>

#include "storage/growing_tree.h"
#include "storage/verify_records.h"

namespace counterfoil {

/// The roots that the records give.
struct VerifiedTree {
  Hash root{};
  std::vector<Hash> roots;  // of each size asked for
};

/// That the records are those of the tree: the first that is not, or as few as that can be narrowed
/// down to. Then that the stored tiles of all levels are those of the records. `sizes` as for
/// verify_records.
Result<VerifiedTree> verify_tree(const Journal& journal, const GrowingTree& tree,
                                 const VerifiedRecords& records,
                                 const std::vector<std::uint64_t>& sizes);

}  // namespace counterfoil
