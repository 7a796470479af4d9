#include "storage/verify_records.h"

#include <algorithm>
#include <limits>
#include <mutex>

#include "codec/binary_text.h"
#include "codec/describe.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "core/limits.h"
#include "storage/growing_tree.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"
#include "storage/parallel.h"

namespace counterfoil {

namespace keys = journal_keys;

namespace {

/// What must not decrease from one record to the next.
struct Course {
  std::uint32_t epoch = 0;
  std::int64_t recorded_at = std::numeric_limits<std::int64_t>::min();
};

/// What one part of the records gives: whole tiles, but for the last part.
struct Part {
  VerifiedRecords found;
  std::optional<Course> first;  // none where the first record cannot be read
  Course last;

  explicit Part(const SumSecret& secret) : found(secret) {}
};

void keep_first(std::optional<Finding>& kept, std::optional<Finding> other) {
  if (other && (!kept || other->sequence < kept->sequence)) kept = std::move(other);
}

/// Reads one part.
class Reader {
 public:
  Reader(const Journal& journal, const std::vector<std::uint64_t>& sizes, Part& part)
      : parts_(JournalParts::of(journal)),
        sizes_(sizes),
        hasher_(parts_.make_hasher()),
        part_(part),
        records_(parts_.rocks.walk(*parts_.records, Rocks::Walk::whole)),
        tiles_(parts_.rocks.walk(*parts_.tiles, Rocks::Walk::whole)) {}

  Result<void> run(std::uint64_t begin, std::uint64_t end) {
    next_size_ = std::upper_bound(sizes_.begin(), sizes_.end(), begin) - sizes_.begin();
    // The first part also meets keys that are shorter than any of ours.
    records_.seek(begin == 0 ? std::string() : keys::record(Sequence{begin}));
    tiles_.seek(begin == 0 ? std::string() : keys::tile(0, begin / tile_width));
    for (std::uint64_t at = begin; at < end && part_.found.whole; at += tile_width)
      CF_TRY(read_tile(at, std::min(at + tile_width, end)));
    if (!part_.found.whole) return {};
    if (!records_.valid()) CF_TRY(records_.status());
    if (records_.valid() && records_.key() < keys::record(Sequence{end})) stray_record(end);
    if (!tiles_.valid()) CF_TRY(tiles_.status());
    if (tiles_.valid() && tiles_.key() < keys::tile(0, end / tile_width)) stray_tile(end);
    return {};
  }

 private:
  void wrong(std::uint64_t sequence, std::string what) {
    keep_first(part_.found.wrong_record, Finding{sequence, std::move(what)});
  }
  void stray_record(std::uint64_t before) {
    wrong(before, fmt::format("the journal has a record under the key {}, which is none between "
                              "records: it was added outside Counterfoil",
                              to_hex(records_.key())));
  }
  void stray_tile(std::uint64_t before) {
    keep_first(part_.found.wrong_tile,
               Finding{before, fmt::format("the journal has a tile under the key {}, where none is",
                                           to_hex(tiles_.key()))});
  }

  /// The records of one tile, or those behind the last full one.
  Result<void> read_tile(std::uint64_t begin, std::uint64_t end) {
    leaves_.clear();
    TreeEdge edge;
    for (std::uint64_t at = begin; at < end; ++at) {
      CF_LET(const bool there, find_record(at));
      if (!there) return {};
      const Hash leaf = hasher_.leaf(records_.value());
      edge.append(leaf, hasher_);
      leaves_.append(bytes_of(leaf));
      examine(at, records_.value());
      records_.next();
      if (next_size_ < std::ssize(sizes_) &&
          sizes_[static_cast<std::size_t>(next_size_)] == at + 1) {
        part_.found.edges.push_back(at + 1 == begin + tile_width ? TreeEdge() : edge);
        ++next_size_;
      }
    }
    if (end - begin < tile_width) {
      part_.found.tail = leaves_;
      return {};
    }
    part_.found.tile_roots.push_back(edge.subtrees().front());
    return compare_tile(begin);
  }

  /// Whether the walk stands at that record; a finding where not.
  Result<bool> find_record(std::uint64_t sequence) {
    if (!records_.valid()) CF_TRY(records_.status());
    const std::string key = keys::record(Sequence{sequence});
    if (records_.valid() && records_.key() == key) return true;
    if (records_.valid() && records_.key() < key)
      stray_record(sequence);
    else
      wrong(sequence,
            fmt::format("record {} is missing: it was removed outside Counterfoil", sequence));
    part_.found.whole = false;
    return false;
  }

  void examine(std::uint64_t sequence, std::string_view bytes) {
    const auto says = [&](std::string_view what) {
      wrong(sequence, fmt::format("record {} {}", sequence, what));
    };
    const auto loaded = buffer_.load(bytes);
    if (!loaded) return says(fmt::format("cannot be read ({})", loaded.error().message));
    try {
      const auto record = *loaded;
      const Course course{record.getEpoch(), record.getRecordedAt()};
      if (record.getSequence() != sequence)
        return says(fmt::format("is not in its place: what stands there is record {}",
                                record.getSequence()));
      if (!std::exchange(started_, true)) start(record, course);
      if (course.epoch < part_.last.epoch) says("is of an earlier epoch than the one before it");
      if (course.recorded_at < part_.last.recorded_at)
        says("was recorded earlier than the one before it");
      part_.last = course;
      for (const auto subject : record.getSubjects()) {
        if (view(subject.getId()).size() > limits::subject_bytes)
          return says("has a subject that is too long");
        if (subject.getOrdinal() == 0 ? subject.getPrevious() != 0
                                      : subject.getPrevious() >= sequence)
          return says(fmt::format("names record {} as the one before it in {}",
                                  subject.getPrevious(), view(subject.getId())));
      }
      part_.found.sums.add(record);
      const auto fact = record.getFact().which();
      if (fact == schema::Fact::LEDGER_OPENED || fact == schema::Fact::KEY_ROTATED)
        part_.found.key_records.push_back(sequence);
      if (const auto canonical = buffer_.check_encoding(); !canonical)
        return says(fmt::format("cannot be read ({})", canonical.error().message));
      if (const auto filed = check_filing(record); !filed) wrong(sequence, filed.error().message);
    } catch (const kj::Exception& error) {
      says(fmt::format("cannot be read ({})", describe(error)));
    }
  }

  void start(schema::Record::Reader record, const Course& course) {
    part_.first = course;
    if (record.getSubjects().size() != 0)
      part_.found.splits.subjects.push_back(
          keys::subject_prefix(view(record.getSubjects()[0].getId())));
    part_.found.splits.commands.push_back(
        keys::command(view(record.getActor()), view(record.getCommandId())));
  }

  Result<void> compare_tile(std::uint64_t begin) {
    const TileId id{0, begin / tile_width, tile_width};
    const std::string key = keys::tile(id.level, id.index);
    while (tiles_.valid() && tiles_.key() < key) {
      stray_tile(begin);
      tiles_.next();
    }
    if (!tiles_.valid()) CF_TRY(tiles_.status());
    if (!tiles_.valid() || tiles_.key() != key) {
      keep_first(part_.found.wrong_tile,
                 Finding{begin, fmt::format("{} is missing from the journal", tile_path(id))});
      return {};
    }
    const std::string_view stored = tiles_.value();
    if (stored.size() != tile_bytes)
      keep_first(part_.found.wrong_tile,
                 Finding{begin, fmt::format("{} has {} bytes in the journal", tile_path(id),
                                            stored.size())});
    else if (stored != leaves_)
      compare_leaves(id, begin, stored);
    tiles_.next();
    return {};
  }

  void compare_leaves(const TileId& id, std::uint64_t begin, std::string_view stored) {
    const auto differs = std::mismatch(stored.begin(), stored.end(), leaves_.begin()).first;
    const auto entry = static_cast<std::size_t>(differs - stored.begin()) / sizeof(Hash);
    keep_first(part_.found.other_leaf,
               Finding{begin + entry, fmt::format("entry {} of {}", entry, tile_path(id))});
  }

  const JournalParts::Impl& parts_;
  const std::vector<std::uint64_t>& sizes_;
  std::ptrdiff_t next_size_ = 0;
  Hasher hasher_;
  Part& part_;
  bool started_ = false;
  Rocks::Cursor records_;
  Rocks::Cursor tiles_;
  RecordBuffer buffer_;
  std::string leaves_;  // of the tile that is read
};

/// What stands behind the records before `size`, and is of no record behind them.
Result<void> look_behind(const Journal& journal, std::uint64_t size, VerifiedRecords& found) {
  const auto& parts = JournalParts::of(journal);
  auto records = parts.rocks.walk(*parts.records);
  std::uint64_t next = size;
  for (records.seek(keys::record(Sequence{size}));
       records.valid() && records.key() == keys::record(Sequence{next}); records.next())
    ++next;
  const bool odd = records.valid();
  if (!odd) CF_TRY(records.status());
  CF_LET(const std::uint64_t stored, parts.stored_size());  // grows, so it is read last
  if (odd || next > stored)
    keep_first(
        found.wrong_record,
        Finding{next, fmt::format("the journal has a record under the key {}, behind its "
                                  "newest one: it was added outside Counterfoil",
                                  to_hex(odd ? records.key() : keys::record(Sequence{next - 1})))});
  return {};
}

template <typename T>
void move_behind(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// `end` of the records that came before.
void join(Part& all, Part& next, std::uint64_t end) {
  VerifiedRecords& found = all.found;
  if (next.first && next.first->recorded_at < all.last.recorded_at)
    keep_first(
        found.wrong_record,
        Finding{end, fmt::format("record {} was recorded earlier than the one before it", end)});
  if (next.first && next.first->epoch < all.last.epoch)
    keep_first(
        found.wrong_record,
        Finding{end, fmt::format("record {} is of an earlier epoch than the one before it", end)});
  all.last = next.last;
  move_behind(found.tile_roots, next.found.tile_roots);
  move_behind(found.edges, next.found.edges);
  move_behind(found.key_records, next.found.key_records);
  move_behind(found.splits.subjects, next.found.splits.subjects);
  move_behind(found.splits.commands, next.found.splits.commands);
  found.tail = std::move(next.found.tail);
  found.sums.add(next.found.sums);
  keep_first(found.wrong_record, std::move(next.found.wrong_record));
  keep_first(found.other_leaf, std::move(next.found.other_leaf));
  keep_first(found.wrong_tile, std::move(next.found.wrong_tile));
  found.whole = found.whole && next.found.whole;
}

}  // namespace

Result<VerifiedRecords> verify_records(
    const Journal& journal, std::uint64_t size, const std::vector<std::uint64_t>& sizes,
    const SumSecret& secret, unsigned threads,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress) {
  const std::uint64_t tiles = (size + tile_width - 1) / tile_width;
  const std::uint64_t width =
      tile_width * std::clamp<std::uint64_t>(tiles / (8 * std::uint64_t{threads}), 1, 64);
  const std::size_t count = (size + width - 1) / width;
  std::vector<Part> parts(count, Part(secret));
  std::vector<Result<void>> outcomes(count);
  std::mutex mutex;
  std::uint64_t done = 0;
  bool ended = false;
  in_parallel(count, threads, [&](std::size_t i) {
    const std::uint64_t begin = i * width;
    const std::uint64_t end = std::min(begin + width, size);
    outcomes[i] = Reader(journal, sizes, parts[i]).run(begin, end);
    const std::lock_guard lock(mutex);
    done += end - begin;
    ended = ended || (progress && !progress(done, size));
    return !ended && outcomes[i].has_value() && parts[i].found.whole;
  });
  if (ended) return fail(ErrorCode::busy, "the verification was ended before it was done");
  Part all(secret);
  for (std::size_t i = 0; i < count; ++i) {
    CF_TRY(outcomes[i]);
    join(all, parts[i], i * width);
    if (!all.found.whole) return std::move(all.found);
  }
  CF_TRY(look_behind(journal, size, all.found));
  return std::move(all.found);
}

}  // namespace counterfoil
