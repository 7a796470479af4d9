#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {

namespace keys = journal_keys;

/// That the records are those that the stored edge was made of. What is derived from others would
/// bless them.
Result<TreeEdge> Journal::Impl::check_records(Scan records_scan) {
  CF_LET(const auto stored, rocks.get(*meta, keys::edge));
  TreeEdge edge;
  for (;;) {
    CF_LET(const auto bytes, records_scan.next());
    if (!bytes) break;
    edge.append(hasher.leaf(*bytes), hasher);
  }
  if (edge.size() != 0 && edge.encode() != stored)
    return fail(ErrorCode::corrupt,
                "the records are not those that the journal's tree was made of, and nothing was "
                "built from them: they were changed outside Counterfoil. Restore a backup");
  return edge;
}

Result<void> Journal::reindex(Refold& refold) {
  CF_LET(const TreeEdge edge, impl_->check_records(scan(Sequence{0})));
  const auto empty = [&](std::string_view name, Rocks::FamilyPtr& family) -> Result<void> {
    CF_TRY(impl_->rocks.drop_family(std::string(name)));
    CF_LET(family, impl_->rocks.create_family(std::string(name)));
    return {};
  };
  Rocks::Batch batch;
  batch.put(*impl_->meta, keys::reindexing, "1");
  CF_TRY(impl_->rocks.write(batch, Rocks::Durability::synced));
  batch.clear();
  CF_TRY(empty(keys::subjects, impl_->subjects));
  CF_TRY(empty(keys::commands, impl_->commands));
  CF_TRY(empty(keys::book, impl_->book));
  CF_TRY(empty(keys::tiles, impl_->tiles));

  constexpr std::size_t batch_bytes = 4u << 20;
  TileBatch into_tiles(batch, *impl_->tiles);
  GrowingTree tree;
  RecordBuffer buffer;
  Scan records = scan(Sequence{0});
  for (std::size_t folded = 0;;) {
    CF_LET(const auto bytes, records.next());
    if (!bytes || folded + batch.bytes() >= batch_bytes) {
      for (const auto& [key, page] : refold.take_pages()) batch.put(*impl_->book, key, page);
      if (!bytes) {
        COUNTERFOIL_ASSERT(tree.edge() == edge);
        tree.flush(into_tiles);
        batch.erase(*impl_->meta, keys::reindexing);
      }
      CF_TRY(impl_->rocks.write(batch, Rocks::Durability::synced));
      batch.clear();
      folded = 0;
      refold.written();
    }
    if (!bytes) break;
    CF_LET(const auto record, buffer.load(*bytes));
    impl_->index(batch, record);
    tree.append(impl_->hasher.leaf(*bytes), impl_->hasher, into_tiles);
    CF_TRY(refold.fold(record));
    folded += bytes->size();  // about what the pages that it changed take up
  }
  const std::lock_guard lock(impl_->mutex);
  impl_->tree = std::move(tree);
  impl_->failure.reset();
  return {};
}

}  // namespace counterfoil
