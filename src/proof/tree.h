#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proof/suite.h"

namespace counterfoil {

/// The right edge of an RFC 6962 tree: the roots of its complete subtrees, largest first, one for
/// each bit set in `size`. It is all that is needed to append a leaf and to know the root.
class TreeEdge {
 public:
  TreeEdge() = default;

  std::uint64_t size() const { return size_; }
  void append(const Hash& leaf, Hasher& hasher) { append_subtree(0, leaf, hasher); }
  /// Appends a complete subtree of 2^height leaves by its root; size() must be a multiple of that.
  /// `completed` is told the height and root of each subtree that is complete with it, the given
  /// one first.
  template <typename Completed>
  void append_subtree(unsigned height, const Hash& root, Hasher& hasher, Completed&& completed) {
    Hash hash = root;
    completed(height, hash);
    for (unsigned above = height; (size_ >> above & 1) != 0;) {
      hash = hasher.node(subtrees_.back(), hash);
      subtrees_.pop_back();
      completed(++above, hash);
    }
    subtrees_.push_back(hash);
    size_ += std::uint64_t{1} << height;
  }
  void append_subtree(unsigned height, const Hash& root, Hasher& hasher) {
    append_subtree(height, root, hasher, [](unsigned, const Hash&) {});
  }
  /// Appends all leaves of another tree; size() must be a multiple of its largest subtree's.
  void append(const TreeEdge& right, Hasher& hasher);
  /// The roots of the complete subtrees, largest first.
  const std::vector<Hash>& subtrees() const { return subtrees_; }
  /// The tree's root (RFC 6962, 2.1).
  Hash root(Hasher& hasher) const;

  /// size (8 bytes, big-endian) ‖ the hashes; schema/FORMAT.md, "edge".
  std::string encode() const;
  static Result<TreeEdge> decode(std::string_view bytes);

  friend bool operator==(const TreeEdge&, const TreeEdge&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> subtrees_;
};

}  // namespace counterfoil
