#pragma once

#include <cstdint>
#include <vector>

#include "proof/suite.h"

namespace counterfoil {

/// A complete subtree of an RFC 6962 tree: that over the leaves from index · 2^height to
/// (index + 1) · 2^height - 1.
struct Subtree {
  unsigned height = 0;
  std::uint64_t index = 0;

  friend auto operator<=>(const Subtree&, const Subtree&) = default;
};

/// Where the roots of complete subtrees are read from: tiles of a database, of a folder, of a peer.
class HashReader {
 public:
  virtual ~HashReader() = default;
  /// The root of each, in the order asked for. What is read is not trusted: it is checked against
  /// a signed root by whoever verifies what is made of it.
  virtual Result<std::vector<Hash>> read(const std::vector<Subtree>& subtrees) = 0;
};

/// The complete subtrees that the leaves from `begin` to `end` - 1 are made of, from left to right,
/// as RFC 6962 splits them in a tree where `begin` is a multiple of the first one's width.
std::vector<Subtree> split(std::uint64_t begin, std::uint64_t end);

/// Leaves from `begin` to `end` - 1 that have one node above them in a tree.
struct LeafRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// What the hashes of a leaf's audit path are the nodes above, from the leaf's sibling to the
/// root's child; index < size.
std::vector<LeafRange> path_ranges(std::uint64_t index, std::uint64_t size);

/// The root of the tree of that size (RFC 6962, 2.1).
Result<Hash> tree_root(std::uint64_t size, HashReader& reader, Hasher& hasher);

/// The audit path of a leaf in the tree of that size, from the leaf's sibling to the root's child
/// (RFC 6962, 2.1.1). `invalid` where index ≥ size.
Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                          HashReader& reader, Hasher& hasher);
/// The root that the path leads to; an error where it is too long or too short, or index ≥ size.
Result<Hash> root_of_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                               const std::vector<Hash>& proof, Hasher& hasher);
/// Whether the leaf stands at that index of the tree with that root.
Result<void> check_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                             const std::vector<Hash>& proof, const Hash& root, Hasher& hasher);

/// That the tree of the newer size begins with the tree of the older one (RFC 6962, 2.1.2). Empty
/// where the older one is empty or both are of one size. `invalid` where older > newer.
Result<std::vector<Hash>> prove_consistency(std::uint64_t older, std::uint64_t newer,
                                            HashReader& reader, Hasher& hasher);
Result<void> check_consistency(std::uint64_t older, std::uint64_t newer, const Hash& older_root,
                               const Hash& newer_root, const std::vector<Hash>& proof,
                               Hasher& hasher);

}  // namespace counterfoil
