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

Journal::Impl::Impl(Rocks database, ShownFile file, Hasher hash)
    : rocks(std::move(database)),
      records(rocks.family(keys::records)),
      subjects(rocks.family(keys::subjects)),
      commands(rocks.family(keys::commands)),
      book(rocks.family(keys::book)),
      meta(rocks.family(keys::meta)),
      shown(std::move(file)),
      epoch(shown.epoch()),
      hasher(std::move(hash)) {}

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

Result<void> Journal::Impl::load() {
  CF_LET(const auto stored, rocks.get(*meta, keys::edge));
  if (stored) {
    CF_LET(edge, TreeEdge::decode(*stored));
  }
  CF_TRY(check_shown());
  if (edge.size() == 0) return {};

  const Sequence newest{edge.size() - 1};
  std::string bytes;
  CF_LET(const bool found, rocks.get(*records, keys::record(newest), bytes));
  if (!found) return missing_record(newest);
  RecordBuffer buffer;
  CF_LET(const auto last, buffer.load(bytes));
  last_recorded_at = Instant{last.getRecordedAt()};
  size = edge.size();
  return {};
}

/// The newest record that was shown must be the one that is stored. Those behind it were durable
/// but not acknowledged when the process ended; appending them to the shown edge must give the
/// stored one.
Result<void> Journal::Impl::check_shown() {
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

Result<void> Journal::Impl::put_group(const std::vector<Words>& group, const PageBytes& pages) {
  Rocks::Batch batch;
  RecordBuffer buffer;
  TreeEdge next = edge;
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
    next.append(leaf, hasher);
  }
  for (const auto& [key, page] : pages) batch.put(*book, key, page);
  batch.put(*meta, keys::edge, next.encode());

  CF_TRY(rocks.write(batch, Rocks::Durability::synced));
  CF_TRY(shown.advance(next, leaf));  // before anybody can be told
  {
    const std::lock_guard lock(mutex);
    edge = std::move(next);
    last_recorded_at = recorded_at;
  }
  size.store(shown.edge().size(), std::memory_order_release);
  return {};
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::create(const LedgerFolder& folder, std::string_view suite, Epoch epoch) {
  CF_LET(Hasher hasher, Hasher::of_suite(suite));
  CF_LET(ShownFile shown, ShownFile::create(folder.shown(), epoch));
  CF_LET(Rocks rocks, Rocks::open(folder.journal(), keys::families(), {.create_if_missing = true}));
  CF_TRY(sync_folder(folder.path()));
  return Journal(std::make_unique<Impl>(std::move(rocks), std::move(shown), std::move(hasher)));
}

Result<Journal> Journal::open(const LedgerFolder& folder) {
  CF_LET(Journal journal, open_to_reindex(folder));
  CF_LET(const auto incomplete, journal.impl_->rocks.get(*journal.impl_->meta, keys::reindexing));
  if (incomplete)
    return fail(
        ErrorCode::corrupt,
        "building the indexes again was cut off: run `counterfoil --ledger {} rebuild index`",
        folder.path());
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
  CF_LET(Hasher hasher, Hasher::of_suite(default_suite));
  auto impl = std::make_unique<Impl>(std::move(rocks), std::move(shown), std::move(hasher));
  CF_TRY(impl->load());
  CF_TRY(impl->rocks.flush());  // it is whole: older logs, which nothing watches, may go
  return Journal(std::move(impl));
}

std::uint64_t Journal::size() const {
  return impl_->size.load(std::memory_order_acquire);
}
Epoch Journal::epoch() const {
  return impl_->epoch;
}

Hash Journal::root() const {
  auto hasher = Hasher::of_suite(default_suite);
  COUNTERFOIL_ASSERT(hasher.has_value());
  const std::lock_guard lock(impl_->mutex);
  return impl_->edge.root(*hasher);
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

Result<void> Journal::append(const std::vector<Words>& records, const PageBytes& pages) {
  CF_TRY(check_recording());
  auto done = impl_->put_group(records, pages);
  if (done) return {};
  const std::lock_guard lock(impl_->mutex);
  impl_->failure = Error{done.error().code,
                         fmt::format("the ledger stopped recording after a failure ({}); what was "
                                     "acknowledged is safe: remove the cause, then start it again",
                                     done.error().message)};
  return tl::make_unexpected(*impl_->failure);
}

Result<void> Journal::reindex(Refold& refold) {
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

  constexpr std::size_t batch_bytes = 4u << 20;
  RecordBuffer buffer;
  Scan records = scan(Sequence{0});
  for (std::size_t folded = 0;;) {
    CF_LET(const auto bytes, records.next());
    if (!bytes || folded + batch.bytes() >= batch_bytes) {
      for (const auto& [key, page] : refold.take_pages()) batch.put(*impl_->book, key, page);
      if (!bytes) batch.erase(*impl_->meta, keys::reindexing);
      CF_TRY(impl_->rocks.write(batch, Rocks::Durability::synced));
      batch.clear();
      folded = 0;
      refold.written();
    }
    if (!bytes) return {};
    CF_LET(const auto record, buffer.load(*bytes));
    impl_->index(batch, record);
    CF_TRY(refold.fold(record));
    folded += bytes->size();  // about what the pages that it changed take up
  }
}

}  // namespace counterfoil
