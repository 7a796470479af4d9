#include "storage/journal_tree.h"

#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {
namespace {

/// Tiles of a journal; the one of level 0 that is not full is in memory alone.
class JournalTiles final : public TileSource {
 public:
  JournalTiles(const Rocks& rocks, Rocks::FamilyPtr family, std::uint64_t size, std::string tail)
      : rocks_(rocks), family_(std::move(family)), size_(size), tail_(std::move(tail)) {}

  Result<std::string> read_tile(const TileId& id) override {
    const std::uint64_t width = width_in_tree(id.level, id.index, size_);
    if (id.width == 0 || id.width > width)
      return fail(ErrorCode::not_found, "the tree of {} records has no {}", size_, tile_path(id));
    if (id.level == 0 && width < tile_width) return tail_.substr(0, id.width * sizeof(Hash));
    CF_LET(auto bytes, rocks_.get(*family_, journal_keys::tile(id.level, id.index)));
    if (!bytes || bytes->size() < id.width * sizeof(Hash))
      return fail(ErrorCode::corrupt,
                  "{} is missing from the journal: stop the daemon and run `counterfoil rebuild "
                  "index`",
                  tile_path(id));
    bytes->resize(id.width * sizeof(Hash));
    return std::move(*bytes);
  }

 private:
  const Rocks& rocks_;
  Rocks::FamilyPtr family_;
  std::uint64_t size_;
  std::string tail_;
};

}  // namespace

struct JournalTree::Impl {
  TreeEdge edge;
  Hasher hasher;
  JournalTiles tiles;
  TileHashReader reader;

  /// Of what a journal holds; its mutex is held.
  explicit Impl(const auto& journal)
      : edge(journal.tree.edge()),
        hasher(journal.make_hasher()),
        tiles(journal.rocks, journal.tiles, edge.size(), std::string(journal.tree.tail(0))),
        reader(tiles, edge.size(), hasher) {}
};

JournalTree::JournalTree(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JournalTree::JournalTree(JournalTree&&) noexcept = default;
JournalTree::~JournalTree() = default;

std::uint64_t JournalTree::size() const {
  return impl_->edge.size();
}

Hash JournalTree::root() {
  return impl_->edge.root(impl_->hasher);
}

Result<std::vector<Hash>> JournalTree::read(const std::vector<Subtree>& subtrees) {
  return impl_->reader.read(subtrees);
}

Result<std::string> JournalTree::read_tile(const TileId& id) {
  return impl_->tiles.read_tile(id);
}

JournalTree Journal::tree() const {
  const std::lock_guard lock(impl_->mutex);
  COUNTERFOIL_ASSERT(impl_->tree.size() >= size());  // not so before a reindex that it needs
  return JournalTree(std::make_unique<JournalTree::Impl>(*impl_));
}

}  // namespace counterfoil
