#include "storage/verify_indexes.h"

#include <algorithm>

#include "codec/binary_text.h"
#include "codec/text.h"
#include "core/bytes.h"
#include "core/text.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"
#include "storage/parallel.h"

namespace counterfoil {

namespace keys = journal_keys;

namespace {

/// What is common to the walks over both indexes.
struct Walk {
  const Journal& journal;
  std::uint64_t size;
  const SumSecret& secret;
};

tl::unexpected<Error> wrong_index(const Walk& walk, std::string_view what) {
  return JournalParts::of(walk.journal).needs_reindex(what);
}

std::string describe_key(std::string_view key) {
  return fmt::format("the key {}", to_hex(key));
}

/// An entry of the subject index, in place.
struct SubjectEntry {
  std::string_view prefix;  // of all keys of the subject
  std::uint64_t ordinal = 0;
  std::uint64_t sequence = 0;

  std::string_view subject() const { return prefix.substr(1); }
  static std::optional<SubjectEntry> read(std::string_view key, std::string_view value) {
    const std::size_t prefix = key.empty() ? 0 : 1 + static_cast<unsigned char>(key.front());
    if (key.empty() || key.size() != prefix + 8 || value.size() != 8) return std::nullopt;
    return SubjectEntry{key.substr(0, prefix), get_big_endian<std::uint64_t>(key.substr(prefix)),
                        get_big_endian<std::uint64_t>(value)};
  }
};

/// Adds up a part of an index. The last entry of a record that is not there yet waits until it is
/// known how many there are.
struct Part {
  IndexSums sums;
  std::uint64_t greatest = 0;  // sequence
  std::string greatest_key;

  explicit Part(const SumSecret& secret) : sums(secret) {}
  void see(std::uint64_t sequence, std::string_view key) {
    if (sequence < greatest) return;
    greatest = sequence;
    greatest_key = key;
  }
};

/// The subjects whose keys are from `begin` to before `end` (none: to the last): ordinals without
/// gaps, and the sums.
Result<void> walk_subjects(const Walk& walk, std::string_view begin,
                           const std::optional<std::string>& end, Part& part) {
  const auto& parts = JournalParts::of(walk.journal);
  auto cursor = parts.rocks.walk(*parts.subjects, Rocks::Walk::whole);
  std::string prefix;      // of the subject that the walk is in
  std::uint64_t next = 0;  // its next ordinal
  std::string entry;       // its newest entry
  for (cursor.seek(begin); cursor.valid() && !(end && cursor.key() >= *end); cursor.next()) {
    const auto read = SubjectEntry::read(cursor.key(), cursor.value());
    if (!read)
      return wrong_index(walk, fmt::format("the index of subjects has something under {}",
                                           describe_key(cursor.key())));
    if (read->sequence >= walk.size) {
      part.see(read->sequence, cursor.key());
      continue;
    }
    const bool goes_on = read->prefix == prefix;
    if (!goes_on) {
      prefix = read->prefix;
      next = 0;
    }
    if (read->ordinal != next)
      return wrong_index(walk, fmt::format("the index of {} has no entry for ordinal {}",
                                           quote(read->subject()), next));
    if (goes_on) part.sums.links.add(entry);
    entry.assign(cursor.key()).append(cursor.value());
    part.sums.subjects.add(entry);
    ++next;
  }
  return cursor.status();
}

Result<void> walk_commands(const Walk& walk, std::string_view begin,
                           const std::optional<std::string>& end, Part& part) {
  const auto& parts = JournalParts::of(walk.journal);
  auto cursor = parts.rocks.walk(*parts.commands, Rocks::Walk::whole);
  std::string entry;
  for (cursor.seek(begin); cursor.valid() && !(end && cursor.key() >= *end); cursor.next()) {
    if (cursor.value().size() < 8)
      return wrong_index(walk, fmt::format("the index of commands has something under {}",
                                           describe_key(cursor.key())));
    const auto sequence = get_big_endian<std::uint64_t>(cursor.value());
    if (sequence >= walk.size) {
      part.see(sequence, cursor.key());
      continue;
    }
    entry.assign(cursor.key()).append(cursor.value());
    part.sums.commands.add(entry);
  }
  return cursor.status();
}

/// Both indexes in parts; the sums of all of them. The first failure by key, where there is one.
Result<IndexSums> walk_all(const Walk& walk, const IndexSplits& splits, unsigned threads) {
  const std::size_t subjects = splits.subjects.size() + 1;
  const std::size_t all = subjects + splits.commands.size() + 1;
  std::vector<Part> parts(all, Part(walk.secret));
  std::vector<Result<void>> outcomes(all);
  in_parallel(all, threads, [&](std::size_t i) {
    const bool of_subjects = i < subjects;
    const auto& at = of_subjects ? splits.subjects : splits.commands;
    const std::size_t number = of_subjects ? i : i - subjects;
    const std::string_view begin = number == 0 ? std::string_view() : at[number - 1];
    const auto end = number < at.size() ? std::optional(at[number]) : std::nullopt;
    outcomes[i] = of_subjects ? walk_subjects(walk, begin, end, parts[i])
                              : walk_commands(walk, begin, end, parts[i]);
    return outcomes[i].has_value();
  });
  IndexSums sums(walk.secret);
  CF_LET(const std::uint64_t stored, JournalParts::of(walk.journal).stored_size());
  for (std::size_t i = 0; i < all; ++i) {
    CF_TRY(outcomes[i]);
    if (parts[i].greatest >= std::max(stored, walk.size))
      return wrong_index(walk, fmt::format("the index of {} names record {} under {}, and there is "
                                           "no such record",
                                           i < subjects ? "subjects" : "commands",
                                           parts[i].greatest, describe_key(parts[i].greatest_key)));
    sums.add(parts[i].sums);
  }
  return sums;
}

/// That the indexes have the entries of one record, and that it names its predecessors.
Result<void> look_up(const Walk& walk, schema::Record::Reader record) {
  const auto& parts = JournalParts::of(walk.journal);
  const Sequence sequence{record.getSequence()};
  const auto at = [&](std::string_view subject,
                      std::uint64_t ordinal) -> Result<std::optional<std::uint64_t>> {
    CF_LET(const auto found,
           parts.rocks.get(*parts.subjects, keys::subject(subject, Ordinal{ordinal})));
    if (!found || found->size() != 8) return std::nullopt;
    return get_big_endian<std::uint64_t>(*found);
  };
  const auto named = [](const std::optional<std::uint64_t>& found) {
    return found ? fmt::format("record {}", *found) : std::string("nothing");
  };
  for (const auto subject : record.getSubjects()) {
    const auto id = view(subject.getId());
    CF_LET(const auto here, at(id, subject.getOrdinal()));
    if (here != sequence.value)
      return wrong_index(walk,
                         fmt::format("record {} is not in the index of {}, which has {} at "
                                     "ordinal {}",
                                     sequence.value, quote(id), named(here), subject.getOrdinal()));
    if (subject.getOrdinal() == 0) continue;
    CF_LET(const auto before, at(id, subject.getOrdinal() - 1));
    if (before != subject.getPrevious())
      return fail(ErrorCode::corrupt,
                  "record {} says that record {} stands before it in the history of {}, but that "
                  "is {}: restore a backup",
                  sequence.value, subject.getPrevious(), quote(id), named(before));
  }
  if (record.getFactIndex() != 0) return {};
  CF_LET(const auto found,
         parts.rocks.get(*parts.commands,
                         keys::command(view(record.getActor()), view(record.getCommandId()))));
  if (found !=
      keys::encode({sequence, record.getFactCount(), std::string(view(record.getCommandDigest()))}))
    return wrong_index(
        walk, fmt::format("the index of commands has not the entry of record {}", sequence.value));
  return {};
}

/// Whether a record makes that entry.
bool makes(schema::Record::Reader record, std::string_view key, bool of_subjects) {
  if (!of_subjects)
    return record.getFactIndex() == 0 &&
           keys::command(view(record.getActor()), view(record.getCommandId())) == key;
  for (const auto subject : record.getSubjects())
    if (keys::subject(view(subject.getId()), Ordinal{subject.getOrdinal()}) == key) return true;
  return false;
}

/// The first entry that its record does not make.
Result<void> find_added(const Walk& walk, const Rocks::Family& family, bool of_subjects) {
  auto cursor = JournalParts::of(walk.journal).rocks.walk(family, Rocks::Walk::whole);
  RecordBuffer buffer;
  std::string bytes;
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    const Sequence sequence{
        cursor.value().size() < 8 ? 0 : get_big_endian<std::uint64_t>(cursor.value())};
    if (sequence.value >= walk.size) continue;
    CF_TRY(walk.journal.read(sequence, bytes));
    CF_LET(const auto record, buffer.load(bytes));
    if (!makes(record, cursor.key(), of_subjects))
      return wrong_index(walk, fmt::format("the index of {} names record {} under {}, which is not "
                                           "in that record",
                                           of_subjects ? "subjects" : "commands", sequence.value,
                                           describe_key(cursor.key())));
  }
  return cursor.status();
}

/// Looks up every entry, to name the first that is wrong.
Result<void> find_wrong(const Walk& walk) {
  auto records = walk.journal.scan(Sequence{0});
  RecordBuffer buffer;
  for (std::uint64_t i = 0; i < walk.size; ++i) {
    CF_LET(const auto bytes, records.next());
    if (!bytes) return missing_record(Sequence{i});
    CF_LET(const auto record, buffer.load(*bytes));
    CF_TRY(look_up(walk, record));
  }
  const auto& parts = JournalParts::of(walk.journal);
  CF_TRY(find_added(walk, *parts.subjects, true));
  return find_added(walk, *parts.commands, false);
}

/// Sorted, each once, and no more than there is use for.
void thin_out(std::vector<std::string>& splits, std::size_t most) {
  std::sort(splits.begin(), splits.end());
  splits.erase(std::unique(splits.begin(), splits.end()), splits.end());
  if (splits.size() <= most) return;
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < most; ++i) kept.push_back(splits[i * splits.size() / most]);
  splits = std::move(kept);
}

}  // namespace

void IndexSums::add(const IndexSums& other) {
  subjects.add(other.subjects);
  commands.add(other.commands);
  links.add(other.links);
}

void IndexSums::add(schema::Record::Reader record) {
  const auto put_subject = [&](std::string_view id, std::uint64_t ordinal, std::uint64_t sequence) {
    entry_.clear();
    keys::put_subject(entry_, id, Ordinal{ordinal});
    put_big_endian(entry_, sequence);
  };
  for (const auto subject : record.getSubjects()) {
    const auto id = view(subject.getId());
    put_subject(id, subject.getOrdinal(), record.getSequence());
    subjects.add(entry_);
    if (subject.getOrdinal() == 0) continue;
    put_subject(id, subject.getOrdinal() - 1, subject.getPrevious());
    links.add(entry_);
  }
  if (record.getFactIndex() != 0) return;
  entry_.clear();
  keys::put_command(entry_, view(record.getActor()), view(record.getCommandId()));
  put_big_endian(entry_, record.getSequence());
  put_big_endian(entry_, std::uint32_t{record.getFactCount()});
  entry_.append(view(record.getCommandDigest()));
  commands.add(entry_);
}

Result<void> verify_indexes(const Journal& journal, std::uint64_t size, const IndexSums& expected,
                            const SumSecret& secret, IndexSplits splits, unsigned threads) {
  const std::size_t most = threads == 1 ? 0 : 4u * threads;
  thin_out(splits.subjects, most);
  thin_out(splits.commands, most);
  const Walk walk{journal, size, secret};
  const auto sums = walk_all(walk, splits, threads);
  if (sums && sums->subjects == expected.subjects && sums->commands == expected.commands &&
      sums->links == expected.links)
    return {};
  CF_TRY(find_wrong(walk));
  CF_TRY(sums);
  return wrong_index(walk, "the indexes are not those of the records");
}

}  // namespace counterfoil
