#include "proof/path_builder.h"

#include <algorithm>
#include <numeric>

namespace counterfoil {

PathBuilder::PathBuilder(std::uint64_t index, std::uint64_t size) : index_(index) {
  COUNTERFOIL_ASSERT(index < size);
  for (const LeafRange& range : path_ranges(index, size)) siblings_.push_back({range, {}});
  in_order_.resize(siblings_.size());
  std::iota(in_order_.begin(), in_order_.end(), std::size_t{0});
  std::ranges::sort(in_order_, {}, [&](std::size_t i) { return siblings_[i].range.begin; });
}

void PathBuilder::add(const Hash& leaf, Hasher& hasher) {
  const std::uint64_t place = next_++;
  if (place == index_) return;
  COUNTERFOIL_ASSERT(at_ < in_order_.size());
  Sibling& sibling = siblings_[in_order_[at_]];
  sibling.edge.append(leaf, hasher);
  if (next_ == sibling.range.end) ++at_;
}

std::vector<Hash> PathBuilder::path(Hasher& hasher) const {
  COUNTERFOIL_ASSERT(at_ == in_order_.size());
  std::vector<Hash> hashes;
  hashes.reserve(siblings_.size());
  for (const Sibling& sibling : siblings_) hashes.push_back(sibling.edge.root(hasher));
  return hashes;
}

}  // namespace counterfoil
