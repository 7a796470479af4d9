#pragma once

#include <cstdint>
#include <vector>

#include "proof/tree.h"
#include "proof/tree_proof.h"

namespace counterfoil {

/// Makes a leaf's audit path (RFC 6962, 2.1.1) while all leaves of the tree go by from left to
/// right, in memory that grows with the square of the tree's height.
class PathBuilder {
 public:
  /// index < size, the number of leaves that will go by.
  PathBuilder(std::uint64_t index, std::uint64_t size);

  std::uint64_t index() const { return index_; }
  void add(const Hash& leaf, Hasher& hasher);
  /// When all have gone by: from the leaf's sibling to the root's child.
  std::vector<Hash> path(Hasher& hasher) const;

 private:
  struct Sibling {
    LeafRange range;
    TreeEdge edge;
  };
  std::uint64_t index_;
  std::uint64_t next_ = 0;
  std::size_t at_ = 0;                 // of in_order_
  std::vector<std::size_t> in_order_;  // siblings by their place among the leaves
  std::vector<Sibling> siblings_;      // from the leaf's to the root's child
};

}  // namespace counterfoil
