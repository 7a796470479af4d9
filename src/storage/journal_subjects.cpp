#include <limits>

#include "core/bytes.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {
namespace {

/// Most histories are short: entries that are stepped over before the others are jumped over.
constexpr unsigned steps_max = 16;

struct Entry {
  std::string_view subject;
  std::uint64_t ordinal = 0;
  std::uint64_t sequence = 0;
};

Result<Entry> entry_at(const Rocks::Cursor& cursor) {
  const std::string_view key = cursor.key();
  const std::size_t length = key.empty() ? 0 : static_cast<unsigned char>(key.front());
  if (key.size() != 1 + length + sizeof(std::uint64_t) ||
      cursor.value().size() != sizeof(std::uint64_t))
    return fail(ErrorCode::corrupt,
                "the journal's index of subjects is damaged: run `counterfoil rebuild index`");
  return Entry{key.substr(1, length), get_big_endian<std::uint64_t>(key.substr(1 + length)),
               get_big_endian<std::uint64_t>(cursor.value())};
}

/// Behind all entries of the subject.
std::string behind(std::string_view subject) {
  return journal_keys::subject(subject, Ordinal{std::numeric_limits<std::uint64_t>::max()});
}

/// What a history had come to: the number of its records before a position, and the last of them.
struct Head {
  std::uint64_t count = 0;
  std::uint64_t last = 0;
};

/// The head of a history that has `known` records before the size, by halving what comes behind.
Result<Head> find_head(Rocks::Cursor& cursor, const std::string& subject, Head known,
                       std::uint64_t size) {
  cursor.seek_last(behind(subject));
  if (!cursor.valid()) CF_TRY(cursor.status());
  CF_LET(const Entry newest, entry_at(cursor));
  if (newest.sequence < size) return Head{newest.ordinal + 1, newest.sequence};
  std::uint64_t too_many = newest.ordinal + 1;
  while (too_many - known.count > 1) {
    const std::uint64_t middle = known.count + (too_many - known.count) / 2;
    cursor.seek(journal_keys::subject(subject, Ordinal{middle - 1}));
    if (!cursor.valid()) CF_TRY(cursor.status());
    CF_LET(const Entry entry, entry_at(cursor));
    if (entry.sequence < size)
      known = {middle, entry.sequence};
    else
      too_many = middle;
  }
  return known;
}

}  // namespace

Result<void> Journal::visit_subjects(std::uint64_t size, const VisitSubject& visit) const {
  COUNTERFOIL_ASSERT(size <= this->size());
  auto cursor = impl_->rocks.walk(*impl_->subjects);
  cursor.seek({});
  while (cursor.valid()) {
    CF_LET(const Entry first, entry_at(cursor));
    const std::string subject(first.subject);
    Head head;
    bool is_behind = false;  // the cursor, behind the subject's entries
    bool is_found = false;
    for (unsigned step = 0; step < steps_max && !is_found; ++step, cursor.next()) {
      is_behind = !cursor.valid();
      if (is_behind) break;
      CF_LET(const Entry entry, entry_at(cursor));
      is_behind = entry.subject != subject;
      if (is_behind) break;
      is_found = entry.sequence >= size;
      if (!is_found) head = {entry.ordinal + 1, entry.sequence};
    }
    if (!is_behind && !is_found) {
      CF_LET(head, find_head(cursor, subject, head, size));
    }
    if (!is_behind) cursor.seek(behind(subject));
    if (head.count != 0) CF_TRY(visit(subject, head.count, Sequence{head.last}));
  }
  return cursor.status();
}

}  // namespace counterfoil
