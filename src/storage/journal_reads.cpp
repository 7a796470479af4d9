#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "core/bytes.h"
#include "core/limits.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {

Result<void> Journal::read(Sequence sequence, std::string& bytes) const {
  if (sequence.value >= size())
    return fail(ErrorCode::not_found, "there is no record {}: the journal holds {}", sequence.value,
                size());
  CF_LET(const bool found,
         impl_->rocks.get(*impl_->records, journal_keys::record(sequence), bytes));
  if (!found) return missing_record(sequence);
  return {};
}

Result<std::uint64_t> Journal::Impl::stored_size() const {
  CF_LET(const auto stored, rocks.get(*meta, journal_keys::edge));
  if (!stored) return 0;
  CF_LET(const TreeEdge stored_edge, TreeEdge::decode(*stored));
  return stored_edge.size();
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
    return missing_record(Sequence{impl_->next});
  }
  if (impl_->cursor.key() != journal_keys::record(Sequence{impl_->next}))
    return missing_record(Sequence{impl_->next});
  ++impl_->next;
  return impl_->cursor.value();
}

Journal::Scan Journal::scan(Sequence from, Extent extent) const {
  const std::uint64_t end = size();  // before the cursor fixes its moment: all of it is in there
  const auto walk = extent == Extent::rest ? Rocks::Walk::whole : Rocks::Walk::lookup;
  auto impl = std::make_unique<Scan::Impl>(
      Scan::Impl{impl_->rocks.walk(*impl_->records, walk), from.value, end});
  impl->cursor.seek(journal_keys::record(from));
  return Scan(std::move(impl));
}

Result<std::vector<Sequence>> Journal::history(std::string_view subject, Ordinal from,
                                               std::size_t limit) const {
  std::vector<Sequence> sequences;
  if (subject.size() > limits::subject_bytes) return sequences;
  const std::uint64_t end = size();
  auto cursor = impl_->rocks.walk(*impl_->subjects);
  const std::string prefix = journal_keys::subject_prefix(subject);
  for (cursor.seek(journal_keys::subject(subject, from));
       cursor.valid() && sequences.size() < limit; cursor.next()) {
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
  std::string key =
      journal_keys::subject(subject, Ordinal{std::numeric_limits<std::uint64_t>::max()});
  const std::string prefix = journal_keys::subject_prefix(subject);
  for (cursor.seek_last(key); cursor.valid() && cursor.key().starts_with(prefix);
       cursor.seek_last(key)) {
    const auto ordinal = get_big_endian<std::uint64_t>(cursor.key().substr(prefix.size()));
    if (get_big_endian<std::uint64_t>(cursor.value()) < end) return ordinal + 1;
    if (ordinal == 0) break;
    key = journal_keys::subject(subject,
                                Ordinal{ordinal - 1});  // durable, but not counted as shown yet
  }
  if (!cursor.valid()) CF_TRY(cursor.status());
  return 0;
}

Result<std::optional<Acceptance>> Journal::acceptance(std::string_view principal,
                                                      std::string_view command_id) const {
  CF_LET(const auto bytes,
         impl_->rocks.get(*impl_->commands, journal_keys::command(principal, command_id)));
  if (!bytes) return std::nullopt;
  CF_LET(Acceptance acceptance, journal_keys::decode_acceptance(*bytes));
  if (acceptance.first.value >= size()) return std::nullopt;  // durable, but not counted as shown
  return acceptance;
}

Result<std::optional<std::string>> Journal::page(std::string_view key) const {
  return impl_->rocks.get(*impl_->book, key);
}

struct Journal::BookWalk::Impl {
  Rocks::Cursor cursor;
};

Journal::BookWalk::BookWalk(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::BookWalk::BookWalk(BookWalk&&) noexcept = default;
Journal::BookWalk::~BookWalk() = default;

Result<std::optional<std::string>> Journal::BookWalk::page(std::string_view key) {
  auto& cursor = impl_->cursor;
  cursor.seek(key);
  if (cursor.valid() && cursor.key() == key) return std::string(cursor.value());
  if (!cursor.valid()) CF_TRY(cursor.status());
  return std::nullopt;
}

Result<std::optional<std::string>> Journal::BookWalk::next_key(std::string_view prefix,
                                                               std::string_view behind) {
  auto& cursor = impl_->cursor;
  cursor.seek(std::max(prefix, behind));
  if (cursor.valid() && cursor.key() == behind) cursor.next();
  if (cursor.valid() && cursor.key().starts_with(prefix)) return std::string(cursor.key());
  if (!cursor.valid()) CF_TRY(cursor.status());
  return std::nullopt;
}

Result<Journal::BookWalk> Journal::walk_book() const {
  auto walk = std::make_unique<BookWalk::Impl>(BookWalk::Impl{impl_->rocks.walk(*impl_->book)});
  // Pages and edge are written in one batch, and the edge is read behind the moment of the pages.
  CF_LET(const std::uint64_t stored, impl_->stored_size());
  while (size() < stored) {
    CF_TRY(check_recording());
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return BookWalk(std::move(walk));
}

std::uint64_t Journal::disk_bytes() const {
  return impl_->rocks.disk_bytes();
}

std::uint64_t Journal::property(const std::string& name) const {
  return impl_->rocks.property(name);
}

}  // namespace counterfoil
