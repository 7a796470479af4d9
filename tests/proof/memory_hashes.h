#pragma once

#include <map>
#include <string>
#include <vector>

#include "proof/tree_proof.h"

namespace counterfoil {

/// The root of the leaves from `begin` to `end` - 1: RFC 6962, section 2.1, word for word.
inline Hash naive_root(const std::vector<Hash>& leaves, std::uint64_t begin, std::uint64_t end,
                       Hasher& hasher) {
  if (begin == end) return hasher.empty_root();
  if (end - begin == 1) return leaves[begin];
  std::uint64_t left = 1;
  while (left * 2 < end - begin) left *= 2;
  return hasher.node(naive_root(leaves, begin, begin + left, hasher),
                     naive_root(leaves, begin + left, end, hasher));
}

/// Leaves of entries "0", "1", "2" …
inline std::vector<Hash> numbered_leaves(std::uint64_t size, Hasher& hasher) {
  std::vector<Hash> leaves;
  for (std::uint64_t i = 0; i < size; ++i) leaves.push_back(hasher.leaf(std::to_string(i)));
  return leaves;
}

/// The roots of complete subtrees over leaves in memory; what it reads once it keeps.
class MemoryHashes final : public HashReader {
 public:
  MemoryHashes(const std::vector<Hash>& leaves, Hasher& hasher)
      : leaves_(leaves), hasher_(hasher) {}

  Result<std::vector<Hash>> read(const std::vector<Subtree>& subtrees) override {
    ++reads;
    std::vector<Hash> hashes;
    for (const Subtree& subtree : subtrees) hashes.push_back(root(subtree));
    return hashes;
  }
  unsigned reads = 0;

 private:
  Hash root(const Subtree& subtree) {
    const auto known = roots_.find(subtree);
    if (known != roots_.end()) return known->second;
    // Without a leaf there the test is wrong: at() ends it.
    const Hash hash = subtree.height == 0
                          ? leaves_.at(subtree.index)
                          : hasher_.node(root({subtree.height - 1, subtree.index * 2}),
                                         root({subtree.height - 1, subtree.index * 2 + 1}));
    return roots_[subtree] = hash;
  }
  const std::vector<Hash>& leaves_;
  Hasher& hasher_;
  std::map<Subtree, Hash> roots_;
};

}  // namespace counterfoil
