#include "storage/verify_tree.h"

#include <algorithm>
#include <bit>

#include "codec/binary_text.h"
#include "core/bytes.h"
#include "storage/growing_tree.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {

namespace keys = journal_keys;

namespace {

/// Compares the tiles above level 0 with those that are stored.
class StoredTiles final : public GrowingTree::Sink {
 public:
  explicit StoredTiles(const Journal& journal) : parts_(JournalParts::of(journal)) {}

  void put(const TileId& id, std::string_view bytes) override {
    if (id.level == 0 || !outcome_) return;
    outcome_ = compare(id, bytes);
  }
  /// The first tile that is wrong, where there is one; its sequence is that of the first record
  /// whose leaf counts in what differs.
  const std::optional<Finding>& first() const { return first_; }
  Result<void> outcome() const { return outcome_; }
  /// Of the record behind those that the finding is about.
  std::uint64_t end() const { return end_; }

 private:
  Result<void> compare(const TileId& id, std::string_view bytes) {
    CF_LET(const auto stored, parts_.rocks.get(*parts_.tiles, keys::tile(id.level, id.index)));
    if (!stored || stored->size() < bytes.size()) {
      found(id, 0, id.width,
            fmt::format("{} is {}", tile_path(id),
                        stored ? "too short" : "missing from the journal"));
    } else if (!stored->starts_with(bytes)) {
      const auto differs = std::mismatch(bytes.begin(), bytes.end(), stored->begin()).first;
      const auto entry = static_cast<std::size_t>(differs - bytes.begin()) / sizeof(Hash);
      found(id, entry, entry + 1,
            fmt::format("entry {} of {} is not the hash of its records", entry, tile_path(id)));
    }
    return {};
  }
  void found(const TileId& id, std::uint64_t from, std::uint64_t to, std::string what) {
    const unsigned height = id.level * tile_height;
    const std::uint64_t first = (id.index * tile_width + from) << height;
    if (first_ && first_->sequence <= first) return;
    first_ = Finding{first, std::move(what)};
    end_ = (id.index * tile_width + to) << height;
  }

  const JournalParts::Impl& parts_;
  Result<void> outcome_;
  std::optional<Finding> first_;
  std::uint64_t end_ = 0;
};

/// Tiles behind those of the tree of that size, which no later record made either, and keys that
/// are none of a tile.
Result<void> look_behind(const Journal& journal, std::uint64_t size,
                         std::optional<Finding>& wrong_tile) {
  const auto& parts = JournalParts::of(journal);
  auto tiles = parts.rocks.walk(*parts.tiles);
  CF_LET(const std::uint64_t stored, parts.stored_size());  // behind the moment of the walk
  for (tiles.seek(keys::tile(0, size / tile_width)); tiles.valid(); tiles.next()) {
    const std::string_view key = tiles.key();
    std::uint64_t width = 0;
    if (key.size() == 9) {
      const auto level = static_cast<unsigned char>(key.front());
      const auto index = get_big_endian<std::uint64_t>(key.substr(1));
      width = width_in_tree(level, index, stored);
      if (level == 0 && width < tile_width) width = 0;
    }
    if (width != 0 && tiles.value().size() % sizeof(Hash) == 0 &&
        tiles.value().size() / sizeof(Hash) <= width)
      continue;
    if (!wrong_tile)
      wrong_tile = Finding{
          size, fmt::format("the journal has a tile under the key {} that is none of its records'",
                            to_hex(key))};
    return {};
  }
  return tiles.status();
}

/// The first record behind the last full tile whose leaf is not the one that the tree grew by.
std::optional<Finding> other_tail(const GrowingTree& tree, const VerifiedRecords& records) {
  const std::string_view kept = tree.tail(0);
  const std::size_t compared = std::min(kept.size(), records.tail.size());
  const auto differs =
      std::mismatch(kept.begin(), kept.begin() + compared, records.tail.begin()).first;
  const auto entry = static_cast<std::size_t>(differs - kept.begin()) / sizeof(Hash);
  if (entry * sizeof(Hash) == compared) return std::nullopt;
  return Finding{tree.size() - tree.size() % tile_width + entry, "its leaf in the journal's tree"};
}

tl::unexpected<Error> changed(std::uint64_t first, std::uint64_t end, std::string_view why) {
  constexpr std::string_view remedy = "it was changed outside Counterfoil. Restore a backup";
  if (end == first + 1)
    return fail(ErrorCode::corrupt, "record {} is not the one that was recorded ({}): {}", first,
                why, remedy);
  return fail(ErrorCode::corrupt,
              "a record from {} to {} is not the one that was recorded ({}): {}", first, end - 1,
              why, remedy);
}

/// The records below the first subtree in which the edges differ.
tl::unexpected<Error> differing_subtree(const TreeEdge& stored, const TreeEdge& made) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < made.subtrees().size(); ++i) {
    const std::uint64_t width = std::bit_floor(made.size() - first);
    if (i >= stored.subtrees().size() || stored.subtrees()[i] != made.subtrees()[i])
      return changed(first, first + width, "the journal's tree was made of others");
    first += width;
  }
  return fail(ErrorCode::corrupt, "the edge of the journal's tree is damaged: restore a backup");
}

}  // namespace

Result<VerifiedTree> verify_tree(const Journal& journal, const GrowingTree& tree,
                                 const VerifiedRecords& records,
                                 const std::vector<std::uint64_t>& sizes) {
  const auto& wrong = records.wrong_record;
  const auto leaf = records.other_leaf ? records.other_leaf : other_tail(tree, records);
  if (!records.whole) {
    if (leaf && leaf->sequence < wrong->sequence)
      return changed(leaf->sequence, leaf->sequence + 1, leaf->what);
    return fail(ErrorCode::corrupt, "{}. Restore a backup", wrong->what);
  }
  Hasher hasher = JournalParts::of(journal).make_hasher();
  StoredTiles tiles(journal);
  GrowingTree made;
  VerifiedTree verified;
  std::size_t next = 0;
  const auto add_roots = [&](std::uint64_t below) {
    for (; next < sizes.size() && sizes[next] < below; ++next) {
      TreeEdge at = made.edge();
      at.append(records.edges[next], hasher);
      verified.roots.push_back(at.root(hasher));
    }
  };
  for (const Hash& root : records.tile_roots) {
    add_roots(made.size() + tile_width);
    made.append_tile(root, hasher, tiles);
  }
  add_roots(tree.size() + 1);
  for (std::size_t i = 0; i < records.tail.size() / sizeof(Hash); ++i)
    made.append(hash_at(records.tail, i), hasher, tiles);
  made.flush(tiles);
  CF_TRY(tiles.outcome());

  if (made.edge() != tree.edge()) {
    if (wrong && !(leaf && leaf->sequence < wrong->sequence))
      return fail(ErrorCode::corrupt, "{}. Restore a backup", wrong->what);
    if (leaf) return changed(leaf->sequence, leaf->sequence + 1, leaf->what + " is another one");
    if (tiles.first()) return changed(tiles.first()->sequence, tiles.end(), tiles.first()->what);
    return differing_subtree(tree.edge(), made.edge());
  }
  if (wrong) return fail(ErrorCode::corrupt, "{}. Restore a backup", wrong->what);
  const auto& parts = JournalParts::of(journal);
  if (leaf)
    return parts.needs_reindex(
        fmt::format("{} is not the hash of record {}, which is as it was recorded", leaf->what,
                    leaf->sequence));
  std::optional<Finding> wrong_tile = records.wrong_tile;
  if (!wrong_tile) wrong_tile = tiles.first();
  if (!wrong_tile) CF_TRY(look_behind(journal, tree.size(), wrong_tile));
  if (wrong_tile) return parts.needs_reindex(wrong_tile->what);
  verified.root = made.edge().root(hasher);
  return verified;
}

}  // namespace counterfoil
