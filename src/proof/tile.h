#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proof/tree_proof.h"

namespace counterfoil {

/// Tiles of C2SP tlog-tiles: 256 consecutive hashes of one height. A hash of level L is the root of
/// a complete subtree of height 8 · L.
inline constexpr unsigned tile_height = 8;
inline constexpr std::uint64_t tile_width = 256;
inline constexpr std::size_t tile_bytes = tile_width * sizeof(Hash);

/// A tile by its place; `width` hashes of it, 1 to 256.
struct TileId {
  unsigned level = 0;
  std::uint64_t index = 0;
  std::uint64_t width = tile_width;

  bool is_full() const { return width == tile_width; }
  friend auto operator<=>(const TileId&, const TileId&) = default;
};

/// "tile/0/x001/x234/067", "tile/0/x001/x234/067.p/12".
std::string tile_path(const TileId& id);
/// "tile/entries/x001/x234/067.p/12": the entries of the level 0 tile of that index.
std::string entries_path(std::uint64_t index, std::uint64_t width);

/// The width of a tile in the tree of that size; 0 where it has none.
std::uint64_t width_in_tree(unsigned level, std::uint64_t index, std::uint64_t size);
/// The tiles that a tree of `newer` has and one of `older` has not, or has narrower, level by level
/// from left to right.
std::vector<TileId> new_tiles(std::uint64_t older, std::uint64_t newer);

/// An entry bundle: entries, each behind its length (u16, big-endian).
void append_entry(std::string& bundle, std::string_view entry);
/// Inverse: the entries, in place. `corrupt` where it is cut short, or not of `width` entries.
Result<std::vector<std::string_view>> split_entries(std::string_view bundle, std::uint64_t width);

/// Where tiles are read from: the bytes of at least the tile's width of hashes.
class TileSource {
 public:
  virtual ~TileSource() = default;
  virtual Result<std::string> read_tile(const TileId& id) = 0;
};

/// Roots of subtrees out of tiles; a few tiles are kept, so that neighbours are read once.
class TileHashReader final : public HashReader {
 public:
  /// Of a tree of that size: no subtree beyond it is asked for.
  TileHashReader(TileSource& tiles, std::uint64_t size, Hasher& hasher)
      : tiles_(tiles), size_(size), hasher_(hasher) {}
  Result<std::vector<Hash>> read(const std::vector<Subtree>& subtrees) override;

 private:
  Result<Hash> read(const Subtree& subtree);
  /// Valid until the next one is asked for.
  Result<std::string_view> tile_of(unsigned level, std::uint64_t index);
  TileSource& tiles_;
  std::uint64_t size_;
  Hasher& hasher_;
  std::map<std::pair<unsigned, std::uint64_t>, std::string> read_;
};

}  // namespace counterfoil
