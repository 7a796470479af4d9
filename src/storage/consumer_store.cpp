#include "storage/consumer_store.h"

#include <limits>

#include "core/bytes.h"
#include "core/files.h"

namespace counterfoil {
namespace {

constexpr std::string_view consumers_family = "consumers";
constexpr std::string_view cursors_family = "cursors";
constexpr std::string_view parked_family = "parked";

constexpr std::string_view remedy =
    "The ledger itself is not harmed. Put back the file that changed; or, with the daemon stopped, "
    "remove the folder, and create the consumers again at positions that their readers know";

// --- values: numbers most significant byte first, strings and lists behind their length, u32
// ------

class Writer {
 public:
  template <std::unsigned_integral T>
  void number(T value) {
    put_big_endian(bytes, value);
  }
  void instant(Instant at) { number(static_cast<std::uint64_t>(at.microseconds)); }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes += value;
  }
  void texts(const std::vector<std::string>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const std::string& value : values) text(value);
  }
  std::string bytes;
};

/// Whatever is asked for behind the end is zero, and the whole is then not `complete`.
class Parser {
 public:
  explicit Parser(std::string_view bytes) : rest_(bytes) {}
  template <std::unsigned_integral T>
  T number() {
    const std::string_view bytes = take(sizeof(T));
    return bytes.empty() ? T{} : get_big_endian<T>(bytes);
  }
  Instant instant() { return Instant{static_cast<std::int64_t>(number<std::uint64_t>())}; }
  std::string text() { return std::string(take(number<std::uint32_t>())); }
  std::vector<std::string> texts() {
    std::vector<std::string> values;
    for (auto left = number<std::uint32_t>(); left > 0 && sound_; --left) values.push_back(text());
    return values;
  }
  bool complete() const { return sound_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (!sound_ || rest_.size() < size) {
      sound_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest_;
  bool sound_ = true;
};

std::string encode(const StoredConsumer& consumer) {
  Writer writer;
  writer.instant(consumer.created_at);
  writer.number(consumer.epoch.value);
  writer.number(consumer.start.value);
  writer.number(consumer.partitions);
  writer.text(consumer.owner);
  writer.texts(consumer.facts);
  writer.texts(consumer.subjects);
  writer.texts(consumer.units);
  writer.number(static_cast<std::uint32_t>(consumer.fiscal_years.size()));
  for (const std::int32_t year : consumer.fiscal_years)
    writer.number(static_cast<std::uint32_t>(year));
  return std::move(writer.bytes);
}

bool decode(std::string_view bytes, StoredConsumer& consumer) {
  Parser parser(bytes);
  consumer.created_at = parser.instant();
  consumer.epoch = Epoch{parser.number<std::uint32_t>()};
  consumer.start = Sequence{parser.number<std::uint64_t>()};
  consumer.partitions = parser.number<std::uint32_t>();
  consumer.owner = parser.text();
  consumer.facts = parser.texts();
  consumer.subjects = parser.texts();
  consumer.units = parser.texts();
  for (auto left = parser.number<std::uint32_t>(); left > 0 && left <= bytes.size(); --left)
    consumer.fiscal_years.push_back(static_cast<std::int32_t>(parser.number<std::uint32_t>()));
  return parser.complete();
}

std::string encode(const StoredCursor& cursor) {
  Writer writer;
  writer.number(cursor.next.value);
  writer.number(cursor.generation);
  return std::move(writer.bytes);
}

bool decode(std::string_view bytes, StoredCursor& cursor) {
  Parser parser(bytes);
  cursor.next = Sequence{parser.number<std::uint64_t>()};
  cursor.generation = parser.number<std::uint64_t>();
  return parser.complete();
}

std::string encode(const StoredParked& parked) {
  Writer writer;
  writer.instant(parked.since);
  writer.number(parked.partition);
  writer.number(parked.tries);
  writer.number(static_cast<std::uint8_t>(parked.due ? 1 : 0));
  writer.text(parked.reason);
  return std::move(writer.bytes);
}

bool decode(std::string_view bytes, StoredParked& parked) {
  Parser parser(bytes);
  parked.since = parser.instant();
  parked.partition = parser.number<std::uint32_t>();
  parked.tries = parser.number<std::uint32_t>();
  parked.due = parser.number<std::uint8_t>() != 0;
  parked.reason = parser.text();
  return parser.complete();
}

// --- keys: the name, which is an id, 0, and a number
// ----------------------------------------------

template <std::unsigned_integral T>
std::string key_of(const std::string& name, T number) {
  std::string key = name + '\0';
  put_big_endian(key, number);
  return key;
}

template <std::unsigned_integral T>
std::optional<std::pair<std::string, T>> parse_key(std::string_view key) {
  const std::size_t end = key.find('\0');
  if (end == std::string_view::npos || key.size() != end + 1 + sizeof(T)) return std::nullopt;
  return std::pair{std::string(key.substr(0, end)), get_big_endian<T>(key.substr(end + 1))};
}

Result<void> each(const Rocks& rocks, std::string_view family,
                  const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  auto cursor = rocks.walk(*rocks.family(family));
  for (cursor.seek({}); cursor.valid(); cursor.next())
    if (!visit(cursor.key(), cursor.value()))
      return fail(ErrorCode::corrupt, "an entry of the consumers' {} cannot be read. {}", family,
                  remedy);
  return cursor.status();
}

}  // namespace

void ConsumerStore::Changes::put(const std::string& name, const StoredConsumer& consumer) {
  entries_.push_back({consumers_family, name, encode(consumer)});
}
void ConsumerStore::Changes::put(const std::string& name, std::uint32_t partition,
                                 const StoredCursor& cursor) {
  entries_.push_back({cursors_family, key_of(name, partition), encode(cursor)});
}
void ConsumerStore::Changes::put(const std::string& name, Sequence parked,
                                 const StoredParked& entry) {
  entries_.push_back({parked_family, key_of(name, parked.value), encode(entry)});
}
void ConsumerStore::Changes::erase(const std::string& name) {
  entries_.push_back({consumers_family, name, std::nullopt});
}
void ConsumerStore::Changes::erase(const std::string& name, std::uint32_t partition) {
  entries_.push_back({cursors_family, key_of(name, partition), std::nullopt});
}
void ConsumerStore::Changes::erase(const std::string& name, Sequence parked) {
  entries_.push_back({parked_family, key_of(name, parked.value), std::nullopt});
}

Result<bool> ConsumerStore::exists(const LedgerFolder& folder) {
  return file_exists(folder.consumers() + "/CURRENT");
}

Result<ConsumerStore> ConsumerStore::open(const LedgerFolder& folder) {
  Rocks::Options options;
  options.create_if_missing = true;
  options.remedy = remedy;
  CF_LET(Rocks rocks, Rocks::open(folder.consumers(),
                                  {std::string(consumers_family), std::string(cursors_family),
                                   std::string(parked_family)},
                                  options));
  CF_TRY(sync_folder(folder.path()));
  return ConsumerStore(std::move(rocks));
}

Result<ConsumerStore::Contents> ConsumerStore::load() const {
  Contents contents;
  CF_TRY(each(rocks_, consumers_family, [&](std::string_view key, std::string_view value) {
    return decode(value, contents.consumers[std::string(key)]);
  }));
  CF_TRY(each(rocks_, cursors_family, [&](std::string_view key, std::string_view value) {
    const auto parsed = parse_key<std::uint32_t>(key);
    return parsed && decode(value, contents.cursors[*parsed]);
  }));
  CF_TRY(each(rocks_, parked_family, [&](std::string_view key, std::string_view value) {
    const auto parsed = parse_key<std::uint64_t>(key);
    return parsed && decode(value, contents.parked[*parsed]);
  }));
  return contents;
}

Result<void> ConsumerStore::write(const Changes& changes) {
  Rocks::Batch batch;
  for (const Changes::Entry& entry : changes.entries_) {
    const Rocks::FamilyPtr family = rocks_.family(entry.family);
    if (entry.value)
      batch.put(*family, entry.key, *entry.value);
    else
      batch.erase(*family, entry.key);
  }
  return rocks_.write(batch, Rocks::Durability::synced);
}

}  // namespace counterfoil
