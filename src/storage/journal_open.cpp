#include <algorithm>
#include <bit>

#include "codec/text.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {

namespace keys = journal_keys;

namespace {

/// The suite that record 0 names. A journal without records was cut off, whatever its suite.
Result<std::string> suite_of(const Rocks& rocks) {
  CF_LET(const auto first, rocks.get(*rocks.family(keys::records), keys::record(Sequence{0})));
  if (!first) return std::string(default_suite);
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(*first));
  if (record.getFact().which() != schema::Fact::LEDGER_OPENED)
    return fail(ErrorCode::corrupt, "record 0 does not open a ledger: restore a backup");
  return std::string(view(record.getFact().getLedgerOpened().getSuite()));
}

/// Subtrees of an edge that are as high as a tile of level 0 is, or higher.
std::ptrdiff_t tiled_subtrees(const TreeEdge& edge) {
  return std::popcount(edge.size() / tile_width);
}

}  // namespace

tl::unexpected<Error> Journal::Impl::needs_reindex(std::string_view why) const {
  return fail(ErrorCode::corrupt, "{}: run `counterfoil --ledger {} rebuild index`", why, folder);
}

Result<void> Journal::Impl::load() {
  CF_LET(const auto stored, rocks.get(*meta, keys::edge));
  TreeEdge edge;
  if (stored) {
    CF_LET(edge, TreeEdge::decode(*stored));
  }
  CF_TRY(check_shown(edge));
  if (edge.size() == 0) return {};

  const Sequence newest{edge.size() - 1};
  std::string bytes;
  CF_LET(const bool found, rocks.get(*records, keys::record(newest), bytes));
  if (!found) return missing_record(newest);
  RecordBuffer buffer;
  CF_LET(const auto last, buffer.load(bytes));
  last_recorded_at = Instant{last.getRecordedAt()};
  CF_LET(const std::string tail, load_tail(edge));
  size = edge.size();

  auto loaded = load_tree(edge, tail);
  if (loaded)
    tree = std::move(*loaded);
  else
    failure = loaded.error();
  return {};
}

/// The newest record that was shown must be the one that is stored. Those behind it were durable
/// but not acknowledged when the process ended; appending them to the shown edge must give the
/// stored one.
Result<void> Journal::Impl::check_shown(const TreeEdge& edge) {
  const std::uint64_t shown_size = shown.edge().size();
  if (edge.size() < shown_size)
    return fail(
        ErrorCode::corrupt,
        "the journal holds {} records, but {} were acknowledged: its write-ahead log is "
        "damaged, or an old copy was put in its place. Nothing was changed: put back the file "
        "that changed, or restore a backup",
        edge.size(), shown_size);
  TreeEdge expected = shown.edge();
  Hash leaf = shown.newest_leaf();
  bool unchanged = true;
  std::string bytes;
  for (Sequence next{shown_size == 0 ? 0 : shown_size - 1}; next.value < edge.size();
       next = next.next()) {
    CF_LET(const bool found, rocks.get(*records, keys::record(next), bytes));
    if (!found) return missing_record(next);
    leaf = hasher.leaf(bytes);
    if (next.value >= shown_size)
      expected.append(leaf, hasher);
    else
      unchanged = leaf == shown.newest_leaf();
  }
  if (!unchanged || expected != edge)
    return fail(ErrorCode::corrupt,
                "the journal's newest records are not the ones that were acknowledged: they were "
                "changed outside Counterfoil. Restore a backup");
  if (edge.size() != shown_size) return shown.advance(edge, leaf);
  return {};
}

Result<std::string> Journal::Impl::load_tail(const TreeEdge& edge) {
  const Sequence first{edge.size() - edge.size() % tile_width};
  std::string leaves;
  TreeEdge tail;
  auto cursor = rocks.walk(*records);
  cursor.seek(keys::record(first));
  for (Sequence next = first; next.value < edge.size(); next = next.next(), cursor.next()) {
    if (!cursor.valid()) CF_TRY(cursor.status());
    if (!cursor.valid() || cursor.key() != keys::record(next)) return missing_record(next);
    const Hash leaf = hasher.leaf(cursor.value());
    tail.append(leaf, hasher);
    leaves.append(bytes_of(leaf));
  }
  if (!std::equal(tail.subtrees().begin(), tail.subtrees().end(),
                  edge.subtrees().begin() + tiled_subtrees(edge), edge.subtrees().end()))
    return fail(ErrorCode::corrupt,
                "a record from {} to {} is not the one that was recorded: it was changed outside "
                "Counterfoil. Restore a backup",
                first.value, edge.size() - 1);
  return leaves;
}

Result<GrowingTree> Journal::Impl::load_tree(const TreeEdge& edge, const std::string& tail) {
  const auto tail_of = [&](const TileId& id) -> Result<std::string> {
    if (id.level == 0) return tail;
    CF_LET(auto tile, rocks.get(*tiles, keys::tile(id.level, id.index)));
    if (!tile) return needs_reindex(fmt::format("the journal has no {}", tile_path(id)));
    if (tile->size() != id.width * sizeof(Hash))
      return needs_reindex(
          fmt::format("{} has {} bytes in the journal", tile_path(id), tile->size()));
    return std::move(*tile);
  };
  CF_LET(GrowingTree loaded, GrowingTree::resume(edge.size(), hasher, tail_of));
  if (loaded.edge() != edge)
    return needs_reindex("the journal's tiles are not those of its records");
  return loaded;
}

Result<Journal> Journal::create(const LedgerFolder& folder, std::string_view suite, Epoch epoch) {
  CF_LET(Hasher hasher, Hasher::of_suite(suite));
  CF_LET(ShownFile shown, ShownFile::create(folder.shown(), epoch));
  CF_LET(Rocks rocks, Rocks::open(folder.journal(), keys::families(), {.create_if_missing = true}));
  CF_TRY(sync_folder(folder.path()));
  return Journal(std::make_unique<Impl>(std::move(rocks), folder.path(), std::move(shown),
                                        std::string(suite), std::move(hasher)));
}

Result<Journal> Journal::open(const LedgerFolder& folder) {
  CF_LET(Journal journal, open_to_reindex(folder));
  CF_LET(const auto incomplete, journal.impl_->rocks.get(*journal.impl_->meta, keys::reindexing));
  if (incomplete) return journal.impl_->needs_reindex("building the indexes again was cut off");
  CF_TRY(journal.check_recording());
  return journal;
}

Result<Journal> Journal::open_to_reindex(const LedgerFolder& folder) {
  CF_LET(const bool has_journal, file_exists(folder.journal()));
  auto shown = ShownFile::open(folder.shown());
  // A creation makes `shown`, the database, the first records, and only then shows these.
  const bool never_shown = shown ? shown->edge().size() == 0 : !has_journal;
  auto journal = shown ? recover(folder, std::move(*shown)) : tl::make_unexpected(shown.error());
  const bool nothing = journal ? journal->size() == 0 : journal.error().code == ErrorCode::corrupt;
  if (never_shown && nothing) return folder.cut_off();
  return journal;
}

Result<Journal> Journal::recover(const LedgerFolder& folder, ShownFile shown) {
  CF_LET(Rocks rocks, Rocks::open(folder.journal(), keys::families(), {.change_on_open = false}));
  CF_LET(std::string suite, suite_of(rocks));
  CF_LET(Hasher hasher, Hasher::of_suite(suite));
  auto impl = std::make_unique<Impl>(std::move(rocks), folder.path(), std::move(shown),
                                     std::move(suite), std::move(hasher));
  CF_TRY(impl->load());
  CF_TRY(impl->rocks.flush());  // it is whole: older logs, which nothing watches, may go
  return Journal(std::move(impl));
}

}  // namespace counterfoil
