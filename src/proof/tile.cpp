#include "proof/tile.h"

#include <limits>

#include "core/bytes.h"

namespace counterfoil {
namespace {

constexpr unsigned tile_levels = 8;         // that a size of 64 bits can fill
constexpr std::size_t tiles_kept_max = 64;  // half a megabyte

std::uint64_t hashes_in_level(unsigned level, std::uint64_t size) {
  return level < tile_levels ? size >> (tile_height * level) : 0;
}

std::string path_of(std::string_view folder, std::uint64_t index, std::uint64_t width) {
  std::string place = fmt::format("{:03}", index % 1000);
  while ((index /= 1000) != 0) place = fmt::format("x{:03}/{}", index % 1000, place);
  const std::string part = width == tile_width ? "" : fmt::format(".p/{}", width);
  return fmt::format("tile/{}/{}{}", folder, place, part);
}

Hash hash_at(std::string_view tile, std::uint64_t index) {
  Hash hash;
  tile.substr(index * sizeof(Hash), sizeof(Hash))
      .copy(reinterpret_cast<char*>(hash.data()), sizeof(Hash));
  return hash;
}

/// The root of 2^height hashes of a tile, from the one at `begin` on.
Hash root_in_tile(std::string_view tile, std::uint64_t begin, unsigned height, Hasher& hasher) {
  if (height == 0) return hash_at(tile, begin);
  const std::uint64_t half = std::uint64_t{1} << (height - 1);
  const Hash left = root_in_tile(tile, begin, height - 1, hasher);
  return hasher.node(left, root_in_tile(tile, begin + half, height - 1, hasher));
}

}  // namespace

std::string tile_path(const TileId& id) {
  return path_of(std::to_string(id.level), id.index, id.width);
}

std::string entries_path(std::uint64_t index, std::uint64_t width) {
  return path_of("entries", index, width);
}

std::uint64_t width_in_tree(unsigned level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t hashes = hashes_in_level(level, size);
  if (index < hashes / tile_width) return tile_width;
  return index == hashes / tile_width ? hashes % tile_width : 0;
}

std::vector<TileId> new_tiles(std::uint64_t older, std::uint64_t newer) {
  std::vector<TileId> tiles;
  for (unsigned level = 0; level < tile_levels; ++level) {
    std::uint64_t index = hashes_in_level(level, older) / tile_width;
    for (;; ++index) {
      const std::uint64_t width = width_in_tree(level, index, newer);
      if (width == 0) break;
      if (width > width_in_tree(level, index, older)) tiles.push_back({level, index, width});
    }
  }
  return tiles;
}

void append_entry(std::string& bundle, std::string_view entry) {
  COUNTERFOIL_ASSERT(entry.size() <= std::numeric_limits<std::uint16_t>::max());
  put_big_endian(bundle, static_cast<std::uint16_t>(entry.size()));
  bundle.append(entry);
}

Result<std::vector<std::string_view>> split_entries(std::string_view bundle, std::uint64_t width) {
  std::vector<std::string_view> entries;
  while (!bundle.empty()) {
    const std::size_t size =
        bundle.size() < 2 ? bundle.size() : get_big_endian<std::uint16_t>(bundle);
    if (bundle.size() < 2 + size)
      return fail(ErrorCode::corrupt, "the entry bundle is cut short in its entry {}",
                  entries.size());
    if (entries.size() == width) break;
    entries.push_back(bundle.substr(2, size));
    bundle.remove_prefix(2 + size);
  }
  if (!bundle.empty() || entries.size() != width)
    return fail(ErrorCode::corrupt, "the entry bundle holds {} entries {}; it should be {}",
                entries.size(), bundle.empty() ? "in all" : "and more", width);
  return entries;
}

Result<std::vector<Hash>> TileHashReader::read(const std::vector<Subtree>& subtrees) {
  std::vector<Hash> hashes;
  hashes.reserve(subtrees.size());
  for (const Subtree& subtree : subtrees) {
    CF_LET(const Hash hash, read(subtree));
    hashes.push_back(hash);
  }
  return hashes;
}

Result<Hash> TileHashReader::read(const Subtree& subtree) {
  if (subtree.height >= 64 || subtree.index >= size_ >> subtree.height)
    return fail(ErrorCode::invalid, "a tree of {} records has no subtree {} of height {}", size_,
                subtree.index, subtree.height);
  const unsigned level = subtree.height / tile_height;
  const unsigned within = subtree.height % tile_height;
  const std::uint64_t first = subtree.index << within;  // hash of the level
  CF_LET(const std::string_view tile, tile_of(level, first / tile_width));
  return root_in_tile(tile, first % tile_width, within, hasher_);
}

Result<std::string_view> TileHashReader::tile_of(unsigned level, std::uint64_t index) {
  const std::pair place{level, index};
  if (const auto kept = read_.find(place); kept != read_.end()) return kept->second;
  const TileId id{level, index, width_in_tree(level, index, size_)};
  CF_LET(std::string bytes, tiles_.read_tile(id));
  if (bytes.size() < id.width * sizeof(Hash))
    return fail(ErrorCode::corrupt, "{} holds {} bytes; {} hashes are {}", tile_path(id),
                bytes.size(), id.width, id.width * sizeof(Hash));
  bytes.resize(id.width * sizeof(Hash));
  if (read_.size() == tiles_kept_max) read_.clear();
  return read_.emplace(place, std::move(bytes)).first->second;
}

}  // namespace counterfoil
