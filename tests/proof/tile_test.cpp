#include "proof/tile.h"

#include <set>

#include "core/bytes.h"
#include "memory_hashes.h"
#include "proof/tree.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

/// The width of a tile as tlog-tiles defines it: hashes of subtrees that are complete, counted.
std::uint64_t counted_width(unsigned level, std::uint64_t index, std::uint64_t size) {
  std::uint64_t leaves = 1;
  for (unsigned i = 0; i < level; ++i) leaves *= tile_width;
  std::uint64_t width = 0;
  while (width < tile_width && (index * tile_width + width + 1) * leaves <= size) ++width;
  return width;
}

std::set<TileId> all_tiles(std::uint64_t size) {
  std::set<TileId> tiles;
  for (unsigned level = 0; level < 4; ++level)
    for (std::uint64_t index = 0; counted_width(level, index, size) != 0; ++index)
      tiles.insert({level, index, counted_width(level, index, size)});
  return tiles;
}

/// The tiles of a growing tree, as it completes its subtrees.
class MemoryTiles final : public TileSource {
 public:
  void append(const Hash& leaf, Hasher& hasher) {
    edge_.append_subtree(0, leaf, hasher, [&](unsigned height, const Hash& hash) {
      if (height % tile_height == 0) levels_[height / tile_height].append(bytes_of(hash));
    });
  }
  Result<std::string> read_tile(const TileId& id) override {
    ++reads;
    asked.insert(id);
    return levels_[id.level].substr(id.index * tile_bytes, id.width * sizeof(Hash) - cut);
  }
  unsigned reads = 0;
  std::set<TileId> asked;
  std::size_t cut = 0;

 private:
  TreeEdge edge_;
  std::map<unsigned, std::string> levels_;
};

}  // namespace

TEST_CASE("tiles have the paths of C2SP tlog-tiles") {
  CHECK(tile_path({0, 1234067, 256}) == "tile/0/x001/x234/067");
  CHECK(tile_path({0, 1234067, 12}) == "tile/0/x001/x234/067.p/12");
  CHECK(tile_path({0, 0, 256}) == "tile/0/000");
  CHECK(tile_path({7, 999, 1}) == "tile/7/999.p/1");
  CHECK(tile_path({1, 1000, 255}) == "tile/1/x001/000.p/255");
  CHECK(tile_path({0, 1'000'000, 256}) == "tile/0/x001/x000/000");
  CHECK(entries_path(273, 112) == "tile/entries/273.p/112");
  CHECK(entries_path(1234, 256) == "tile/entries/x001/234");
}

TEST_CASE("a tree of 70,000 has the tiles that tlog-tiles counts for it") {
  std::map<unsigned, std::vector<TileId>> levels;
  for (const TileId& id : new_tiles(0, 70'000)) levels[id.level].push_back(id);
  REQUIRE(levels.size() == 3);
  REQUIRE(levels[0].size() == 274);
  for (std::uint64_t i = 0; i < 273; ++i) CHECK(levels[0][i] == TileId{0, i, 256});
  CHECK(levels[0][273] == TileId{0, 273, 112});
  CHECK(levels[1] == std::vector<TileId>{{1, 0, 256}, {1, 1, 17}});
  CHECK(levels[2] == std::vector<TileId>{{2, 0, 1}});
  CHECK(new_tiles(0, 256) == std::vector<TileId>{{0, 0, 256}, {1, 0, 1}});
  CHECK(new_tiles(0, 0).empty());
}

TEST_CASE("widths and new tiles are those that counting gives, around every boundary") {
  std::vector<std::uint64_t> sizes;
  for (const std::uint64_t middle :
       {0U, 256U, 512U, 1000U, 16'384U, 65'280U, 65'536U, 65'792U, 70'000U})
    for (std::uint64_t size = middle < 2 ? 0 : middle - 2; size <= middle + 2; ++size)
      sizes.push_back(size);
  for (const std::uint64_t newer : sizes) {
    const auto tiles = all_tiles(newer);
    for (const TileId& id : tiles) CHECK(width_in_tree(id.level, id.index, newer) == id.width);
    for (unsigned level = 0; level < 4; ++level)
      CHECK(width_in_tree(level, 300, newer) == counted_width(level, 300, newer));
    for (const std::uint64_t older : sizes) {
      if (older > newer) continue;
      const auto old_tiles = all_tiles(older);
      std::vector<TileId> expected;  // a set is sorted by level and index
      for (const TileId& id : tiles)
        if (!old_tiles.contains(id)) expected.push_back(id);
      REQUIRE(new_tiles(older, newer) == expected);
    }
  }
  CHECK(width_in_tree(7, 0, ~std::uint64_t{0}) == 255);
  CHECK(width_in_tree(8, 0, ~std::uint64_t{0}) == 0);
  CHECK(width_in_tree(0, ~std::uint64_t{0}, ~std::uint64_t{0}) == 0);
}

TEST_CASE("an entry bundle splits into what was put in") {
  const std::vector<std::string> entries{"one", "", std::string(65'535, 'x'),
                                         std::string("\0\1", 2)};
  std::string bundle;
  for (const auto& entry : entries) append_entry(bundle, entry);
  const auto split = must(split_entries(bundle, entries.size()));
  CHECK(std::vector<std::string>(split.begin(), split.end()) == entries);
  CHECK(must(split_entries("", 0)).empty());
  for (std::uint64_t width = 0; width <= 5; ++width)
    CHECK(split_entries(bundle, width).has_value() == (width == 4));
  for (std::size_t length = 0; length < bundle.size(); ++length)
    CHECK(error_of(split_entries(std::string_view(bundle).substr(0, length), 4)).code ==
          ErrorCode::corrupt);
  CHECK(error_of(split_entries(bundle + '\0', 4)).code == ErrorCode::corrupt);
}

TEST_CASE("tiles give the hashes that the leaves give") {
  const auto suite = GENERATE(default_suite, national_suite);
  Hasher hasher = must(Hasher::of_suite(suite));
  const auto leaves = numbered_leaves(65'800, hasher);
  MemoryHashes memory(leaves, hasher);
  MemoryTiles tiles;
  std::uint64_t size = 0;
  for (const std::uint64_t wanted :
       {1U, 2U, 3U, 127U, 128U, 129U, 255U, 256U, 257U, 511U, 512U, 513U, 767U, 1000U, 65'279U,
        65'535U, 65'536U, 65'537U, 65'800U}) {
    for (; size < wanted; ++size) tiles.append(leaves[size], hasher);
    CAPTURE(size);
    tiles.asked.clear();
    TileHashReader reader(tiles, size, hasher);
    CHECK(must(tree_root(size, reader, hasher)) == must(tree_root(size, memory, hasher)));
    for (std::uint64_t index = 0; index < size; index += 1 + size / 37)
      CHECK(must(prove_inclusion(index, size, reader, hasher)) ==
            must(prove_inclusion(index, size, memory, hasher)));
    for (std::uint64_t older = 0; older < size; older += 1 + size / 41)
      CHECK(must(prove_consistency(older, size, reader, hasher)) ==
            must(prove_consistency(older, size, memory, hasher)));
    for (unsigned height = 0; size >> height != 0; ++height) {
      const Subtree last{height, (size >> height) - 1};
      CHECK(must(static_cast<HashReader&>(reader).read({last})) == must(memory.read({last})));
      CHECK(error_of(static_cast<HashReader&>(reader).read({{height, size >> height}})).code ==
            ErrorCode::invalid);
    }
    for (const TileId& id : tiles.asked) CHECK(id.width == width_in_tree(id.level, id.index, size));
  }
}

TEST_CASE("what lies side by side is read once, and not everything is kept") {
  Hasher hasher = must(Hasher::of_suite(default_suite));
  MemoryTiles tiles;
  const auto leaves = numbered_leaves(100 * tile_width, hasher);
  for (const Hash& leaf : leaves) tiles.append(leaf, hasher);
  TileHashReader reader(tiles, leaves.size(), hasher);
  HashReader& hashes = reader;
  std::vector<Subtree> all;
  for (std::uint64_t i = 0; i < leaves.size(); ++i) all.push_back({0, i});
  CHECK(must(hashes.read(all)) == leaves);
  CHECK(tiles.reads == 100);
  must(hashes.read({{0, leaves.size() - 1}}));
  CHECK(tiles.reads == 100);
  must(hashes.read({{0, 0}}));
  CHECK(tiles.reads == 101);
}

TEST_CASE("a tile that is cut short is named") {
  Hasher hasher = must(Hasher::of_suite(default_suite));
  MemoryTiles tiles;
  for (const Hash& leaf : numbered_leaves(300, hasher)) tiles.append(leaf, hasher);
  tiles.cut = 1;
  TileHashReader reader(tiles, 300, hasher);
  const Error error = error_of(tree_root(300, reader, hasher));
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.message == "tile/1/000.p/1 holds 31 bytes; 1 hashes are 32");
}
