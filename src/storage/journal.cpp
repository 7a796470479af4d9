#include "storage/journal.h"

#include <limits>

#include "codec/text.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "storage/rocks.h"
#include "storage/shown.h"

namespace counterfoil {
namespace {

/// Column families of the journal; schema/FORMAT.md has their keys. Tiles and checkpoints are made
/// with the database, so that a ledger of this version needs no migration to get them.
constexpr std::string_view records_family = "records";
constexpr std::string_view subjects_family = "subjects";
constexpr std::string_view commands_family = "commands";
constexpr std::string_view book_family = "book";
constexpr std::string_view meta_family = "meta";
const std::vector<std::string> all_families = {"records", "subjects",    "commands", "book",
                                               "tiles",   "checkpoints", "meta"};
constexpr std::string_view edge_key = "edge";
constexpr std::string_view reindexing_key = "reindexing";  // there while the indexes are incomplete

std::string record_key(Sequence sequence) {
  std::string key;
  put_big_endian(key, sequence.value);
  return key;
}

std::string subject_key(std::string_view subject, Ordinal ordinal) {
  COUNTERFOIL_ASSERT(subject.size() <= limits::subject_bytes);
  std::string key(1, static_cast<char>(subject.size()));
  key += subject;
  put_big_endian(key, ordinal.value);
  return key;
}

std::string command_key(std::string_view principal, std::string_view command_id) {
  return std::string(principal).append(1, '\0').append(command_id);
}

std::string encode(const Acceptance& acceptance) {
  std::string bytes;
  put_big_endian(bytes, acceptance.first.value);
  put_big_endian(bytes, acceptance.count);
  return bytes + acceptance.digest;
}

Result<Acceptance> decode_acceptance(std::string_view bytes) {
  if (bytes.size() != 8 + 4 + sizeof(Hash))
    return fail(ErrorCode::corrupt,
                "an entry of the command index is damaged: run `counterfoil rebuild index` offline");
  return Acceptance{Sequence{get_big_endian<std::uint64_t>(bytes)},
                    get_big_endian<std::uint32_t>(bytes.substr(8)), std::string(bytes.substr(12))};
}

}  // namespace

struct Journal::Impl {
  Rocks rocks;
  Rocks::FamilyPtr records, subjects, commands, book, meta;
  ShownFile shown;
  Hasher hasher;
  TreeEdge edge;
  std::atomic<std::uint64_t> size{0};
  Instant last_recorded_at{std::numeric_limits<std::int64_t>::min()};
  std::optional<Error> failure;  // of an append; nothing is accepted after it

  Impl(Rocks database, ShownFile file, Hasher hash)
      : rocks(std::move(database)),
        records(rocks.family(records_family)),
        subjects(rocks.family(subjects_family)),
        commands(rocks.family(commands_family)),
        book(rocks.family(book_family)),
        meta(rocks.family(meta_family)),
        shown(std::move(file)),
        hasher(std::move(hash)) {}

  /// The index entries of one record: everything that can be recomputed from it alone.
  void index(Rocks::Batch& batch, schema::Record::Reader record) const {
    const Sequence sequence{record.getSequence()};
    for (const auto subject : record.getSubjects())
      batch.put(*subjects, subject_key(view(subject.getId()), Ordinal{subject.getOrdinal()}),
                record_key(sequence));
    if (record.getFactIndex() == 0) {
      batch.put(*commands, command_key(view(record.getActor()), view(record.getCommandId())),
                encode({sequence, record.getFactCount(),
                        std::string(view(record.getCommandDigest()))}));
    }
  }

  Result<void> load();
  Result<void> check_shown();
  Result<void> put_group(const std::vector<Words>& group, const PageBytes& pages);
};

/// Reads where the journal stands. The edge is written in the same batch as the records it covers.
Result<void> Journal::Impl::load() {
  CF_LET(const auto stored, rocks.get(*meta, edge_key));
  if (stored) {
    CF_LET(edge, TreeEdge::decode(*stored));
  }
  CF_TRY(check_shown());
  if (edge.size() == 0) return {};

  std::string bytes;
  CF_LET(const bool found, rocks.get(*records, record_key(Sequence{edge.size() - 1}), bytes));
  if (!found)
    return fail(ErrorCode::corrupt, "record {} is missing from the journal: restore a backup",
                edge.size() - 1);
  RecordBuffer buffer;
  CF_LET(const auto last, buffer.load(bytes));
  last_recorded_at = Instant{last.getRecordedAt()};
  size = edge.size();
  return {};
}

/// The records between what was shown and what is stored were durable but not acknowledged when the
/// process ended; appending them to the shown edge must give the stored one.
Result<void> Journal::Impl::check_shown() {
  if (edge.size() < shown.edge().size())
    return fail(ErrorCode::corrupt,
                "the journal holds {} records, but {} were acknowledged: its write-ahead log is "
                "damaged, or an old copy was put in its place. Nothing was changed; restore a backup",
                edge.size(), shown.edge().size());
  TreeEdge expected = shown.edge();
  std::string bytes;
  for (Sequence next{expected.size()}; next.value < edge.size(); next = next.next()) {
    CF_LET(const bool found, rocks.get(*records, record_key(next), bytes));
    if (!found)
      return fail(ErrorCode::corrupt, "record {} is missing from the journal: restore a backup",
                  next.value);
    expected.append(hasher.leaf(bytes), hasher);
  }
  if (expected != edge)
    return fail(ErrorCode::corrupt,
                "the journal's newest records are not the ones that were acknowledged: they were "
                "changed outside Counterfoil. Restore a backup");
  if (edge.size() != shown.edge().size()) return shown.advance(edge);
  return {};
}

Result<void> Journal::Impl::put_group(const std::vector<Words>& group, const PageBytes& pages) {
  Rocks::Batch batch;
  RecordBuffer buffer;
  TreeEdge next = edge;
  Instant recorded_at = last_recorded_at;
  for (const Words& words : group) {
    const std::string_view bytes = counterfoil::bytes_of(words);
    CF_LET(const auto record, buffer.load(bytes));
    COUNTERFOIL_ASSERT(record.getSequence() == next.size());
    COUNTERFOIL_ASSERT(record.getEpoch() == shown.epoch().value);
    COUNTERFOIL_ASSERT(Instant{record.getRecordedAt()} >= recorded_at);
    recorded_at = Instant{record.getRecordedAt()};
    batch.put(*records, record_key(Sequence{next.size()}), bytes);
    index(batch, record);
    next.append(hasher.leaf(bytes), hasher);
  }
  for (const auto& [key, page] : pages) batch.put(*book, key, page);
  batch.put(*meta, edge_key, next.encode());

  CF_TRY(rocks.write(batch, Rocks::Durability::synced));
  CF_TRY(shown.advance(next));  // before anybody can be told
  edge = std::move(next);
  last_recorded_at = recorded_at;
  size.store(edge.size(), std::memory_order_release);
  return {};
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::create(const LedgerFolder& folder, std::string_view suite, Epoch epoch) {
  CF_LET(Hasher hasher, Hasher::of_suite(suite));
  CF_LET(ShownFile shown, ShownFile::create(folder.shown(), epoch));
  CF_LET(Rocks rocks, Rocks::open(folder.journal(), all_families, {.create_if_missing = true}));
  CF_TRY(sync_folder(folder.path()));
  return Journal(
      std::make_unique<Impl>(std::move(rocks), std::move(shown), std::move(hasher)));
}

Result<Journal> Journal::open(const LedgerFolder& folder) {
  CF_LET(Journal journal, open_to_reindex(folder));
  CF_LET(const auto incomplete, journal.impl_->rocks.get(*journal.impl_->meta, reindexing_key));
  if (incomplete)
    return fail(ErrorCode::corrupt,
                "building the indexes again was cut off: run `counterfoil --ledger {} rebuild index`",
                folder.path());
  return journal;
}

Result<Journal> Journal::open_to_reindex(const LedgerFolder& folder) {
  CF_LET(ShownFile shown, ShownFile::open(folder.shown()));
  CF_LET(Rocks rocks, Rocks::open(folder.journal(), all_families, {}));
  CF_LET(Hasher hasher, Hasher::of_suite(default_suite));
  auto impl = std::make_unique<Impl>(std::move(rocks), std::move(shown), std::move(hasher));
  CF_TRY(impl->load());
  return Journal(std::move(impl));
}

std::uint64_t Journal::size() const { return impl_->size.load(std::memory_order_acquire); }
Epoch Journal::epoch() const { return impl_->shown.epoch(); }
Hash Journal::root() const { return impl_->edge.root(impl_->hasher); }
Instant Journal::last_recorded_at() const { return impl_->last_recorded_at; }

Result<void> Journal::append(const std::vector<Words>& records, const PageBytes& pages) {
  if (impl_->failure) return tl::make_unexpected(*impl_->failure);
  auto done = impl_->put_group(records, pages);
  if (!done)
    impl_->failure = Error{done.error().code,
                           fmt::format("the ledger stopped recording after a failure ({}); what was "
                                       "acknowledged is safe: remove the cause, then start it again",
                                       done.error().message)};
  return done;
}

Result<void> Journal::read(Sequence sequence, std::string& bytes) const {
  if (sequence.value >= size())
    return fail(ErrorCode::not_found, "there is no record {}: the journal holds {}", sequence.value,
                size());
  CF_LET(const bool found, impl_->rocks.get(*impl_->records, record_key(sequence), bytes));
  if (!found)
    return fail(ErrorCode::corrupt, "record {} is missing from the journal: restore a backup",
                sequence.value);
  return {};
}

struct Journal::Scan::Impl {
  Rocks::Cursor cursor;
  std::uint64_t next;
  std::uint64_t end;
  bool moved = false;
};

Journal::Scan::Scan(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Scan::Scan(Scan&&) noexcept = default;
Journal::Scan::~Scan() = default;

Result<std::optional<std::string_view>> Journal::Scan::next() {
  if (impl_->next >= impl_->end) return std::nullopt;
  if (impl_->moved) impl_->cursor.next();
  impl_->moved = true;
  if (!impl_->cursor.valid()) {
    CF_TRY(impl_->cursor.status());
    return fail(ErrorCode::corrupt, "record {} is missing from the journal: restore a backup",
                impl_->next);
  }
  if (get_big_endian<std::uint64_t>(impl_->cursor.key()) != impl_->next)
    return fail(ErrorCode::corrupt, "record {} is missing from the journal: restore a backup",
                impl_->next);
  ++impl_->next;
  return impl_->cursor.value();
}

Journal::Scan Journal::scan(Sequence from) const {
  const std::uint64_t end = size();  // before the cursor fixes its moment: all of it is in there
  auto impl = std::make_unique<Scan::Impl>(
      Scan::Impl{impl_->rocks.walk(*impl_->records, Rocks::Walk::whole), from.value, end});
  impl->cursor.seek(record_key(from));
  return Scan(std::move(impl));
}

Result<std::vector<Sequence>> Journal::history(std::string_view subject, Ordinal from,
                                               std::size_t limit) const {
  std::vector<Sequence> sequences;
  if (subject.size() > limits::subject_bytes) return sequences;
  const std::uint64_t end = size();
  auto cursor = impl_->rocks.walk(*impl_->subjects);
  const std::string start = subject_key(subject, from);
  const std::string_view prefix = std::string_view(start).substr(0, 1 + subject.size());
  for (cursor.seek(start); cursor.valid() && sequences.size() < limit; cursor.next()) {
    if (!cursor.key().starts_with(prefix)) break;
    const Sequence sequence{get_big_endian<std::uint64_t>(cursor.value())};
    if (sequence.value >= end) break;  // durable, but not counted as shown yet
    sequences.push_back(sequence);
  }
  if (!cursor.valid()) CF_TRY(cursor.status());
  return sequences;
}

Result<std::uint64_t> Journal::count(std::string_view subject) const {
  if (subject.size() > limits::subject_bytes) return 0;
  const std::uint64_t end = size();
  auto cursor = impl_->rocks.walk(*impl_->subjects);
  std::string key = subject_key(subject, Ordinal{std::numeric_limits<std::uint64_t>::max()});
  const std::string prefix = key.substr(0, 1 + subject.size());
  for (cursor.seek_last(key); cursor.valid() && cursor.key().starts_with(prefix);
       cursor.seek_last(key)) {
    const auto ordinal = get_big_endian<std::uint64_t>(cursor.key().substr(prefix.size()));
    if (get_big_endian<std::uint64_t>(cursor.value()) < end) return ordinal + 1;
    if (ordinal == 0) break;
    key = subject_key(subject, Ordinal{ordinal - 1});  // durable, but not counted as shown yet
  }
  if (!cursor.valid()) CF_TRY(cursor.status());
  return 0;
}

Result<std::optional<Acceptance>> Journal::acceptance(std::string_view principal,
                                                      std::string_view command_id) const {
  CF_LET(const auto bytes,
         impl_->rocks.get(*impl_->commands, command_key(principal, command_id)));
  if (!bytes) return std::nullopt;
  CF_LET(Acceptance acceptance, decode_acceptance(*bytes));
  return acceptance;
}

Result<std::optional<std::string>> Journal::page(std::string_view key) const {
  return impl_->rocks.get(*impl_->book, key);
}

Result<void> Journal::reindex(const PagesOf& pages_of) {
  const auto empty = [&](std::string_view name, Rocks::FamilyPtr& family) -> Result<void> {
    CF_TRY(impl_->rocks.drop_family(std::string(name)));
    CF_LET(family, impl_->rocks.create_family(std::string(name)));
    return {};
  };
  Rocks::Batch batch;
  batch.put(*impl_->meta, reindexing_key, "1");
  CF_TRY(impl_->rocks.write(batch, Rocks::Durability::synced));
  batch.clear();
  CF_TRY(empty(subjects_family, impl_->subjects));
  CF_TRY(empty(commands_family, impl_->commands));
  CF_TRY(empty(book_family, impl_->book));

  constexpr std::size_t batch_bytes = 4u << 20;
  RecordBuffer buffer;
  Scan records = scan(Sequence{0});
  for (;;) {
    CF_LET(const auto bytes, records.next());
    if (!bytes) batch.erase(*impl_->meta, reindexing_key);
    if (!bytes || batch.bytes() >= batch_bytes) {
      CF_TRY(impl_->rocks.write(batch, Rocks::Durability::synced));
      batch.clear();
    }
    if (!bytes) return {};
    CF_LET(const auto record, buffer.load(*bytes));
    impl_->index(batch, record);
    CF_LET(const PageBytes pages, pages_of(record));
    for (const auto& [key, page] : pages) batch.put(*impl_->book, key, page);
  }
}

std::uint64_t Journal::disk_bytes() const { return impl_->rocks.disk_bytes(); }

}  // namespace counterfoil
