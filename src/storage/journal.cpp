#include "storage/journal.h"

#include "codec/text.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {

namespace keys = journal_keys;

tl::unexpected<Error> missing_record(Sequence sequence) {
  return fail(ErrorCode::corrupt, "record {} is missing from the journal: restore a backup",
              sequence.value);
}

void TileBatch::put(const TileId& id, std::string_view bytes) {
  batch_.put(tiles_, keys::tile(id.level, id.index), bytes);
}

Journal::Impl::Impl(Rocks database, std::string ledger, ShownFile file, std::string suite_name,
                    Hasher hash)
    : rocks(std::move(database)),
      records(rocks.family(keys::records)),
      subjects(rocks.family(keys::subjects)),
      commands(rocks.family(keys::commands)),
      book(rocks.family(keys::book)),
      tiles(rocks.family(keys::tiles)),
      checkpoints(rocks.family(keys::checkpoints)),
      meta(rocks.family(keys::meta)),
      folder(std::move(ledger)),
      shown(std::move(file)),
      epoch(shown.epoch()),
      suite(std::move(suite_name)),
      hasher(std::move(hash)) {}

Hasher Journal::Impl::make_hasher() const {
  auto made = Hasher::of_suite(suite);
  COUNTERFOIL_ASSERT(made.has_value());
  return std::move(*made);
}

void Journal::Impl::index(Rocks::Batch& batch, schema::Record::Reader record) const {
  const Sequence sequence{record.getSequence()};
  const std::string sequence_key = keys::record(sequence);
  for (const auto subject : record.getSubjects())
    batch.put(*subjects, keys::subject(view(subject.getId()), Ordinal{subject.getOrdinal()}),
              sequence_key);
  if (record.getFactIndex() != 0) return;
  batch.put(*commands, keys::command(view(record.getActor()), view(record.getCommandId())),
            keys::encode(
                {sequence, record.getFactCount(), std::string(view(record.getCommandDigest()))}));
}

Result<void> Journal::Impl::put_group(const std::vector<Words>& group, const PageBytes& pages,
                                      const SignTree& sign) {
  Rocks::Batch batch;
  TileBatch into_tiles(batch, *tiles);
  RecordBuffer buffer;
  GrowingTree next = tree;
  Hash leaf = shown.newest_leaf();
  Instant recorded_at = last_recorded_at;
  for (const Words& words : group) {
    const std::string_view bytes = counterfoil::bytes_of(words);
    CF_LET(const auto record, buffer.load(bytes));
    COUNTERFOIL_ASSERT(record.getSequence() == next.size());
    COUNTERFOIL_ASSERT(record.getEpoch() == epoch.value);
    COUNTERFOIL_ASSERT(Instant{record.getRecordedAt()} >= recorded_at);
    recorded_at = Instant{record.getRecordedAt()};
    batch.put(*records, keys::record(Sequence{next.size()}), bytes);
    index(batch, record);
    leaf = hasher.leaf(bytes);
    next.append(leaf, hasher, into_tiles);
  }
  next.flush(into_tiles);
  for (const auto& [key, page] : pages) batch.put(*book, key, page);
  batch.put(*meta, keys::edge, next.edge().encode());
  if (sign) {
    CF_LET(const std::string note, sign(next.size(), next.edge().root(hasher)));
    batch.put(*checkpoints, keys::checkpoint(next.size()), note);
  }

  CF_TRY(rocks.write(batch, Rocks::Durability::synced));
  CF_TRY(shown.advance(next.edge(), leaf));  // before anybody can be told
  {
    const std::lock_guard lock(mutex);
    tree = std::move(next);
    last_recorded_at = recorded_at;
    size.store(tree.size(), std::memory_order_release);
  }
  return {};
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

std::uint64_t Journal::size() const {
  return impl_->size.load(std::memory_order_acquire);
}
Epoch Journal::epoch() const {
  return impl_->epoch;
}

Hash Journal::root() const {
  Hasher hasher = impl_->make_hasher();
  const std::lock_guard lock(impl_->mutex);
  COUNTERFOIL_ASSERT(impl_->tree.size() >= size());  // not so before a reindex that it needs
  return impl_->tree.edge().root(hasher);
}

const std::string& Journal::suite() const {
  return impl_->suite;
}

Instant Journal::last_recorded_at() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->last_recorded_at;
}

Result<void> Journal::check_recording() const {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->failure) return tl::make_unexpected(*impl_->failure);
  return {};
}

Result<void> Journal::append(const std::vector<Words>& records, const PageBytes& pages,
                             const SignTree& sign) {
  CF_TRY(check_recording());
  auto done = impl_->put_group(records, pages, sign);
  if (done) return {};
  const std::lock_guard lock(impl_->mutex);
  impl_->failure = Error{done.error().code,
                         fmt::format("the ledger stopped recording after a failure ({}); what was "
                                     "acknowledged is safe: remove the cause, then start it again",
                                     done.error().message)};
  return tl::make_unexpected(*impl_->failure);
}

}  // namespace counterfoil
