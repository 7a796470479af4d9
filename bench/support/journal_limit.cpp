#include "support/journal_limit.h"

#include "core/bytes.h"
#include "core/limits.h"
#include "domain/book.h"
#include "domain/evolve.h"
#include "service/journal_book.h"
#include "storage/journal.h"
#include "storage/rocks.h"
#include "support/report.h"
#include "support/scratch.h"

namespace counterfoil::bench {
namespace {

struct Entry {
  std::string key;
  std::string value;
};

/// Every entry of an index by the sequence that its value starts with.
std::vector<std::vector<Entry>> by_sequence(const Rocks& rocks, std::string_view family,
                                            std::uint64_t size) {
  std::vector<std::vector<Entry>> entries(size);
  auto cursor = rocks.walk(*rocks.family(family), Rocks::Walk::whole);
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    const auto sequence = get_big_endian<std::uint64_t>(cursor.value());
    entries.at(sequence).push_back({std::string(cursor.key()), std::string(cursor.value())});
  }
  must(cursor.status());
  return entries;
}

/// The book as it grows from nothing, in memory.
class MemoryBook final : public BookSource {
 public:
  Result<Page> page(std::string_view key) override {
    const auto found = pages_.find(key);
    return found == pages_.end() ? Page{} : found->second;
  }
  Result<schema::Record::Reader> record(Sequence) override {
    return fail(ErrorCode::not_found, "the workload reverses nothing");
  }
  Result<const RuleSet*> rule_set(Sequence) override { return nullptr; }
  void keep(const Book& book) {
    for (const auto& [key, page] : book.changes()) pages_.insert_or_assign(key, page);
  }

 private:
  std::map<std::string, Page, std::less<>> pages_;
};

}  // namespace

double synced_batches_per_second(const std::string& ledger, const std::string& database,
                                 const std::vector<std::uint64_t>& groups) {
  const std::vector<std::string> families = {"records", "subjects",    "commands", "book",
                                             "tiles",   "checkpoints", "meta"};
  const LedgerFolder folder = must(LedgerFolder::open(ledger));
  const Rocks from = must(Rocks::open(folder.journal(), families, {}));
  Rocks to = must(Rocks::open(database, families, {.create_if_missing = true}));
  const std::uint64_t size = groups.back();
  const auto subjects = by_sequence(from, "subjects", size);
  const auto commands = by_sequence(from, "commands", size);
  const std::string edge = must(from.get(*from.family("meta"), "edge")).value();

  const auto into_records = to.family("records");
  const auto into_subjects = to.family("subjects");
  const auto into_commands = to.family("commands");
  const auto into_book = to.family("book");
  const auto into_meta = to.family("meta");
  auto records = from.walk(*from.family("records"), Rocks::Walk::whole);
  records.seek({});
  MemoryBook below;
  RecordBuffer buffer;
  std::size_t group = 0;
  double seconds = 0;
  for (std::uint64_t next = 0; next < size;) {
    while (group < groups.size() && groups[group] <= next) ++group;
    std::vector<Entry> entries;
    std::size_t bytes = 0;
    Book book(below);
    const std::uint64_t first = next;
    for (; next < groups[group] && bytes < limits::group_bytes; ++next, records.next()) {
      if (!records.valid()) give_up("a record is missing");
      entries.push_back({std::string(records.key()), std::string(records.value())});
      bytes += records.value().size();
      must(evolve(book, must(buffer.load(records.value()))));
    }
    below.keep(book);
    const PageBytes pages = encode_pages(book.changes());

    const Stopwatch watch;
    Rocks::Batch batch;
    for (std::uint64_t at = first; at < next; ++at) {
      batch.put(*into_records, entries[at - first].key, entries[at - first].value);
      for (const Entry& entry : subjects[at]) batch.put(*into_subjects, entry.key, entry.value);
      for (const Entry& entry : commands[at]) batch.put(*into_commands, entry.key, entry.value);
    }
    for (const auto& [key, page] : pages) batch.put(*into_book, key, page);
    batch.put(*into_meta, "edge", edge);
    must(to.write(batch, Rocks::Durability::synced));
    if (first >= groups.front()) seconds += watch.seconds();
  }
  return static_cast<double>(size - groups.front()) / seconds;
}

}  // namespace counterfoil::bench
