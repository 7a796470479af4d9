#include "proof/tree_proof.h"

#include <algorithm>
#include <bit>
#include <span>

namespace counterfoil {
namespace {

/// Where the left subtree ends of a tree over two leaves or more: at the largest power of two that
/// is less than their number.
std::uint64_t middle(const LeafRange& range) {
  return range.begin + std::bit_floor(range.end - range.begin - 1);
}

/// The node above each of the ranges, out of one read.
Result<std::vector<Hash>> read_nodes(const std::vector<LeafRange>& ranges, HashReader& reader,
                                     Hasher& hasher) {
  std::vector<Subtree> needed;
  std::vector<std::size_t> ends;
  for (const LeafRange& range : ranges) {
    const auto subtrees = split(range.begin, range.end);
    needed.insert(needed.end(), subtrees.begin(), subtrees.end());
    ends.push_back(needed.size());
  }
  CF_LET(const std::vector<Hash> read, reader.read(needed));
  COUNTERFOIL_ASSERT(read.size() == needed.size());
  std::vector<Hash> nodes;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    Hash node = read[end - 1];
    for (std::size_t i = end - 1; i-- > begin;) node = hasher.node(read[i], node);
    nodes.push_back(node);
    begin = end;
  }
  return nodes;
}

/// How many hashes the path of a leaf has. Up to `inner`, the leaf's node has a sibling on either
/// side; the `outer` ones above are all of the complete subtrees on its left.
struct PathLength {
  unsigned inner = 0;
  unsigned outer = 0;
};

PathLength path_length(std::uint64_t index, std::uint64_t size) {
  PathLength length;
  length.inner = static_cast<unsigned>(std::bit_width(index ^ (size - 1)));
  if (length.inner < 64) length.outer = static_cast<unsigned>(std::popcount(index >> length.inner));
  return length;
}

Hash climb_outer(Hash hash, std::span<const Hash> path, Hasher& hasher) {
  for (const Hash& left : path) hash = hasher.node(left, hash);
  return hash;
}

/// From the node with that index at the lowest level of the path to the root.
Hash climb(Hash hash, std::uint64_t index, std::span<const Hash> path, unsigned inner,
           Hasher& hasher) {
  for (unsigned i = 0; i < inner; ++i)
    hash = (index >> i & 1) != 0 ? hasher.node(path[i], hash) : hasher.node(hash, path[i]);
  return climb_outer(hash, path.subspan(inner), hasher);
}

/// The same in the tree that ends with that node: what stands on its right was not there yet.
Hash climb_older(Hash hash, std::uint64_t index, std::span<const Hash> path, unsigned inner,
                 Hasher& hasher) {
  for (unsigned i = 0; i < inner; ++i)
    if ((index >> i & 1) != 0) hash = hasher.node(path[i], hash);
  return climb_outer(hash, path.subspan(inner), hasher);
}

Result<void> check_same_tree(std::uint64_t size, const Hash& older_root, const Hash& newer_root) {
  if (older_root == newer_root) return {};
  return fail(ErrorCode::corrupt,
              "two roots are given for the tree of {} records: the log showed two histories", size);
}

Result<void> check_beginning(std::uint64_t older, std::uint64_t newer) {
  if (older <= newer) return {};
  return fail(ErrorCode::invalid,
              "a tree of {} records cannot begin with one of {}: give the smaller one first", newer,
              older);
}

Result<void> check_place(std::uint64_t index, std::uint64_t size) {
  if (index < size) return {};
  return fail(ErrorCode::invalid, "there is no record {} in a tree of {} records", index, size);
}

}  // namespace

std::vector<Subtree> split(std::uint64_t begin, std::uint64_t end) {
  std::vector<Subtree> subtrees;
  while (begin < end) {
    const auto fits = static_cast<unsigned>(std::bit_width(end - begin) - 1);
    const unsigned height = std::min(fits, static_cast<unsigned>(std::countr_zero(begin)));
    subtrees.push_back({height, begin >> height});
    begin += std::uint64_t{1} << height;
  }
  return subtrees;
}

std::vector<LeafRange> path_ranges(std::uint64_t index, std::uint64_t size) {
  std::vector<LeafRange> siblings;
  for (LeafRange at{0, size}; at.end - at.begin > 1;) {
    const std::uint64_t split_at = middle(at);
    if (index < split_at) {
      siblings.push_back({split_at, at.end});
      at.end = split_at;
    } else {
      siblings.push_back({at.begin, split_at});
      at.begin = split_at;
    }
  }
  std::ranges::reverse(siblings);
  return siblings;
}

Result<Hash> tree_root(std::uint64_t size, HashReader& reader, Hasher& hasher) {
  if (size == 0) return hasher.empty_root();
  CF_LET(const auto nodes, read_nodes({{0, size}}, reader, hasher));
  return nodes.front();
}

Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                          HashReader& reader, Hasher& hasher) {
  CF_TRY(check_place(index, size));
  return read_nodes(path_ranges(index, size), reader, hasher);
}

Result<Hash> root_of_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                               const std::vector<Hash>& proof, Hasher& hasher) {
  CF_TRY(check_place(index, size));
  const auto [inner, outer] = path_length(index, size);
  if (proof.size() != inner + outer)
    return fail(ErrorCode::invalid,
                "the proof has {} hashes, but record {} of {} is proved by {}: it was cut or added "
                "to, or is that of another record or size",
                proof.size(), index, size, inner + outer);
  return climb(leaf, index, proof, inner, hasher);
}

Result<void> check_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                             const std::vector<Hash>& proof, const Hash& root, Hasher& hasher) {
  CF_LET(const Hash reached, root_of_inclusion(index, size, leaf, proof, hasher));
  if (reached == root) return {};
  return fail(ErrorCode::corrupt,
              "record {} is not proved to be in the tree of {} records: the proof leads to another "
              "root, so the record, the proof or the root was changed",
              index, size);
}

Result<std::vector<Hash>> prove_consistency(std::uint64_t older, std::uint64_t newer,
                                            HashReader& reader, Hasher& hasher) {
  CF_TRY(check_beginning(older, newer));
  if (older == 0 || older == newer) return std::vector<Hash>{};
  std::vector<LeafRange> nodes;
  LeafRange at{0, newer};
  while (at.end != older) {
    const std::uint64_t split_at = middle(at);
    if (older <= split_at) {
      nodes.push_back({split_at, at.end});
      at.end = split_at;
    } else {
      nodes.push_back({at.begin, split_at});
      at.begin = split_at;
    }
  }
  if (at.begin != 0) nodes.push_back(at);  // else it is the older root, which the checker has
  std::ranges::reverse(nodes);
  return read_nodes(nodes, reader, hasher);
}

Result<void> check_consistency(std::uint64_t older, std::uint64_t newer, const Hash& older_root,
                               const Hash& newer_root, const std::vector<Hash>& proof,
                               Hasher& hasher) {
  CF_TRY(check_beginning(older, newer));
  if (older == 0) CF_TRY(check_same_tree(0, older_root, hasher.empty_root()));
  if (older == newer) CF_TRY(check_same_tree(newer, older_root, newer_root));

  std::size_t expected = 0;
  PathLength length;
  const bool is_complete = std::has_single_bit(older);  // one subtree, which the older root is of
  // The proof is the path of the older tree's last complete subtree, the smallest one.
  const auto height = static_cast<unsigned>(std::countr_zero(older));
  if (older != 0 && older != newer) {
    length = path_length(older - 1, newer);
    length.inner -= height;
    expected = length.inner + length.outer + (is_complete ? 0 : 1);
  }
  if (proof.size() != expected)
    return fail(ErrorCode::invalid,
                "the proof has {} hashes, but that {} records begin with {} is proved by {}: it "
                "was cut or added to, or is that of other sizes",
                proof.size(), newer, older, expected);
  if (older == 0 || older == newer) return {};

  const Hash& start = is_complete ? older_root : proof.front();
  const auto path = std::span(proof).subspan(is_complete ? 0 : 1);
  const std::uint64_t index = (older - 1) >> height;
  if (climb_older(start, index, path, length.inner, hasher) != older_root)
    return fail(ErrorCode::corrupt,
                "the proof does not lead to the root of {} records: they were changed since, or "
                "the proof was",
                older);
  if (climb(start, index, path, length.inner, hasher) != newer_root)
    return fail(ErrorCode::corrupt,
                "the proof leads from {} records to another root than that of {} records: what "
                "was shown of the log is not one history, or the proof was changed",
                older, newer);
  return {};
}

}  // namespace counterfoil
