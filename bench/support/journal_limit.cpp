#include "support/journal_limit.h"

#include <algorithm>
#include <bit>

#include "core/bytes.h"
#include "core/limits.h"
#include "domain/book.h"
#include "domain/evolve.h"
#include "service/journal_book.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"
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

/// What a group of records is written as.
struct Group {
  std::vector<Entry> records;
  std::vector<const std::vector<Entry>*> subjects;  // of each record
  std::vector<const std::vector<Entry>*> commands;
  PageBytes pages;
  std::uint64_t end = 0;  // records until behind it
};

/// As many bytes as the edge of a tree of that size has.
std::string no_edge(std::uint64_t size) {
  return std::string(8 + sizeof(Hash) * static_cast<std::size_t>(std::popcount(size)), 'x');
}

/// A new database that groups are written to, and the time that this takes.
class Target {
 public:
  enum class Tree { none, grown };
  Target(const std::string& database, Tree tree)
      : rocks_(must(Rocks::open(database, journal_keys::families(), {.create_if_missing = true}))),
        grows_(tree == Tree::grown) {}

  void write(const Group& group, bool counts) {
    const Stopwatch watch;
    Rocks::Batch batch;
    TileBatch into_tiles(batch, *tiles_);
    for (std::size_t i = 0; i < group.records.size(); ++i) {
      const Entry& record = group.records[i];
      batch.put(*records_, record.key, record.value);
      for (const Entry& entry : *group.subjects[i]) batch.put(*subjects_, entry.key, entry.value);
      for (const Entry& entry : *group.commands[i]) batch.put(*commands_, entry.key, entry.value);
      if (grows_) tree_.append(hasher_.leaf(record.value), hasher_, into_tiles);
    }
    for (const auto& [key, page] : group.pages) batch.put(*book_, key, page);
    if (grows_) tree_.flush(into_tiles);
    batch.put(*meta_, journal_keys::edge, grows_ ? tree_.edge().encode() : no_edge(group.end));
    must(rocks_.write(batch, Rocks::Durability::synced));
    if (!counts) return;
    seconds_ += watch.seconds();
    records_written_ += group.records.size();
  }
  double events_per_second() const { return static_cast<double>(records_written_) / seconds_; }

 private:
  Rocks::FamilyPtr family(std::string_view name) const { return rocks_.family(name); }

  Rocks rocks_;
  const Rocks::FamilyPtr records_ = family(journal_keys::records);
  const Rocks::FamilyPtr subjects_ = family(journal_keys::subjects);
  const Rocks::FamilyPtr commands_ = family(journal_keys::commands);
  const Rocks::FamilyPtr book_ = family(journal_keys::book);
  const Rocks::FamilyPtr tiles_ = family(journal_keys::tiles);
  const Rocks::FamilyPtr meta_ = family(journal_keys::meta);
  const bool grows_;
  Hasher hasher_ = Hasher::sha256();
  GrowingTree tree_;
  double seconds_ = 0;
  std::uint64_t records_written_ = 0;
};

/// Writes the journal's groups to each target; which one is first changes from group to group.
void replay(const std::string& ledger, const std::vector<std::uint64_t>& groups,
            std::vector<Target*> targets) {
  const LedgerFolder folder = must(LedgerFolder::open(ledger));
  const Rocks from = must(Rocks::open(folder.journal(), journal_keys::families(), {}));
  const std::uint64_t size = groups.back();
  const auto subjects = by_sequence(from, journal_keys::subjects, size);
  const auto commands = by_sequence(from, journal_keys::commands, size);
  auto records = from.walk(*from.family(journal_keys::records), Rocks::Walk::whole);
  records.seek({});
  MemoryBook below;
  RecordBuffer buffer;
  std::size_t number = 0;
  for (std::uint64_t next = 0; next < size;) {
    while (number < groups.size() && groups[number] <= next) ++number;
    Group group;
    std::size_t bytes = 0;
    Book book(below);
    const std::uint64_t first = next;
    for (; next < groups[number] && bytes < limits::group_bytes; ++next, records.next()) {
      if (!records.valid()) give_up("a record is missing");
      group.records.push_back({std::string(records.key()), std::string(records.value())});
      group.subjects.push_back(&subjects[next]);
      group.commands.push_back(&commands[next]);
      bytes += records.value().size();
      must(evolve(book, must(buffer.load(records.value()))));
    }
    below.keep(book);
    group.pages = encode_pages(book.changes());
    group.end = next;
    for (Target* target : targets) target->write(group, first >= groups.front());
    std::reverse(targets.begin(), targets.end());
  }
}

}  // namespace

double synced_batches_per_second(const std::string& ledger, const std::string& database,
                                 const std::vector<std::uint64_t>& groups) {
  Target target(database, Target::Tree::none);
  replay(ledger, groups, {&target});
  return target.events_per_second();
}

TreeCost tree_cost(const std::string& ledger, const std::string& databases,
                   const std::vector<std::uint64_t>& groups) {
  Target without(databases + "-without", Target::Tree::none);
  Target with(databases + "-with", Target::Tree::grown);
  replay(ledger, groups, {&without, &with});
  return {without.events_per_second(), with.events_per_second()};
}

}  // namespace counterfoil::bench
