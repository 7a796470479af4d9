#include "storage/growing_tree.h"

#include <algorithm>

namespace counterfoil {

Hash hash_at(std::string_view hashes, std::size_t place) {
  const auto bytes = hashes.substr(place * sizeof(Hash), sizeof(Hash));
  COUNTERFOIL_ASSERT(bytes.size() == sizeof(Hash));
  Hash hash;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::string_view GrowingTree::tail(unsigned level) const {
  return level < levels_.size() ? std::string_view(levels_[level].hashes) : std::string_view();
}

GrowingTree::Level& GrowingTree::level(unsigned number) {
  if (levels_.size() <= number) levels_.resize(number + 1);
  return levels_[number];
}

void GrowingTree::append(unsigned height, const Hash& root, Hasher& hasher, Sink& sink) {
  const std::uint64_t size = edge_.size() + (std::uint64_t{1} << height);
  edge_.append_subtree(height, root, hasher, [&](unsigned completed, const Hash& hash) {
    if (completed % tile_height != 0) return;
    const unsigned number = completed / tile_height;
    Level& grown = level(number);
    grown.hashes.append(bytes_of(hash));
    grown.grown = true;
    if (grown.hashes.size() < tile_bytes) return;
    sink.put({number, (size >> completed) / tile_width - 1, tile_width}, grown.hashes);
    grown = {};
  });
}

void GrowingTree::flush(Sink& sink) {
  for (unsigned number = 1; number < levels_.size(); ++number) {
    Level& grown = levels_[number];
    if (grown.grown) sink.put(tail_of(size(), number), grown.hashes);
    grown.grown = false;
  }
}

unsigned GrowingTree::levels_of(std::uint64_t size) {
  unsigned levels = 0;
  for (; size != 0; size >>= tile_height) ++levels;
  return levels;
}

TileId GrowingTree::tail_of(std::uint64_t size, unsigned level) {
  const std::uint64_t hashes = size >> (tile_height * level);
  return {level, hashes / tile_width, hashes % tile_width};
}

void GrowingTree::resume(const TileId& id, std::string hashes, Hasher& hasher) {
  COUNTERFOIL_ASSERT(hashes.size() == id.width * sizeof(Hash));
  for (std::size_t i = 0; i < id.width; ++i)
    edge_.append_subtree(id.level * tile_height, hash_at(hashes, i), hasher);
  level(id.level).hashes = std::move(hashes);
}

}  // namespace counterfoil
