#include "proof/tree.h"

#include <algorithm>
#include <bit>

#include "core/bytes.h"

namespace counterfoil {

void TreeEdge::append(const TreeEdge& right, Hasher& hasher) {
  std::uint64_t left = right.size_;
  for (const Hash& root : right.subtrees_) {
    const auto height = static_cast<unsigned>(std::bit_width(left) - 1);
    append_subtree(height, root, hasher);
    left -= std::uint64_t{1} << height;
  }
}

Hash TreeEdge::root(Hasher& hasher) const {
  if (subtrees_.empty()) return hasher.empty_root();
  Hash root = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;) root = hasher.node(subtrees_[i], root);
  return root;
}

std::string TreeEdge::encode() const {
  std::string bytes;
  put_big_endian(bytes, size_);
  for (const Hash& hash : subtrees_) bytes.append(bytes_of(hash));
  return bytes;
}

Result<TreeEdge> TreeEdge::decode(std::string_view bytes) {
  TreeEdge edge;
  const bool sized = bytes.size() >= 8;
  if (sized) edge.size_ = get_big_endian<std::uint64_t>(bytes);
  const auto subtrees = static_cast<std::size_t>(std::popcount(edge.size_));
  if (!sized || bytes.size() != 8 + subtrees * sizeof(Hash))
    return fail(ErrorCode::corrupt, "{} bytes are not the right edge of a tree of {} records",
                bytes.size(), edge.size_);
  edge.subtrees_.resize(subtrees);
  for (std::size_t i = 0; i < subtrees; ++i) {
    const auto hash = bytes.substr(8 + i * sizeof(Hash), sizeof(Hash));
    std::copy(hash.begin(), hash.end(), edge.subtrees_[i].begin());
  }
  return edge;
}

}  // namespace counterfoil
