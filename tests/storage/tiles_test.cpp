#include "proof/tile.h"

#include <filesystem>
#include <random>
#include <thread>

#include "proof/tree_proof.h"
#include "service/journal_book.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"
#include "storage/journal_tree.h"
#include "support/catch.h"
#include "support/child.h"
#include "support/journal_checker.h"
#include "support/plain_journal.h"
#include "support/spoil.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Every hash of every level, from the leaves.
std::vector<std::vector<Hash>> model_of(const Journal& journal) {
  Hasher hasher = must(Hasher::of_suite(journal.suite()));
  std::vector<std::vector<Hash>> levels(1);
  auto records = journal.scan(Sequence{0});
  while (const auto bytes = must(records.next())) levels[0].push_back(hasher.leaf(*bytes));
  while (levels.back().size() >= tile_width) {
    std::vector<Hash> above;
    for (std::size_t at = 0; at + tile_width <= levels.back().size(); at += tile_width) {
      std::vector<Hash> row(levels.back().begin() + static_cast<std::ptrdiff_t>(at),
                            levels.back().begin() + static_cast<std::ptrdiff_t>(at + tile_width));
      while (row.size() > 1) {
        for (std::size_t i = 0; i < row.size() / 2; ++i)
          row[i] = hasher.node(row[2 * i], row[2 * i + 1]);
        row.resize(row.size() / 2);
      }
      above.push_back(row.front());
    }
    levels.push_back(std::move(above));
  }
  return levels;
}

/// What the family must hold: at level 0 full tiles only.
Entries tiles_of(const std::vector<std::vector<Hash>>& levels) {
  Entries tiles;
  for (unsigned level = 0; level < levels.size(); ++level)
    for (std::size_t at = 0; at < levels[level].size(); at += tile_width) {
      const std::size_t end = std::min<std::size_t>(at + tile_width, levels[level].size());
      if (level == 0 && end - at < tile_width) continue;
      std::string& bytes = tiles[journal_keys::tile(level, at / tile_width)];
      for (std::size_t i = at; i < end; ++i) bytes += bytes_of(levels[level][i]);
    }
  return tiles;
}

Entries stored_tiles(const Journal& journal) {
  return entries_of(JournalParts::of(journal).rocks, journal_keys::tiles);
}

/// Changes one entry of a family of a journal that is closed.
void put(const std::string& path, std::string_view family, const std::string& key,
         const std::optional<std::string>& value) {
  Rocks rocks = must(Rocks::open(path + "/journal", {}, {}));
  Rocks::Batch batch;
  if (value)
    batch.put(*rocks.family(family), key, *value);
  else
    batch.erase(*rocks.family(family), key);
  must(rocks.write(batch, Rocks::Durability::synced));
}

std::string get(const std::string& path, std::string_view family, const std::string& key) {
  const Rocks rocks = must(Rocks::open(path + "/journal", {}, {}));
  return must(rocks.get(*rocks.family(family), key)).value();
}

/// Changes one bit of a record of a journal that is closed.
void change_record(const std::string& path, std::uint64_t sequence) {
  const std::string key = journal_keys::record(Sequence{sequence});
  std::string bytes = get(path, journal_keys::records, key);
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  put(path, journal_keys::records, key, bytes);
}

Error error_of_open(const std::string& path) {
  return error_of(Journal::open(must(LedgerFolder::open(path))));
}

}  // namespace

TEST_CASE("the tiles of a journal are those of its records, after any number of them") {
  const auto suite = GENERATE(default_suite, national_suite);
  const TempFolder temp;
  PlainJournal plain(temp / "ledger", suite);
  for (const std::uint64_t size : {3u, 255u, 256u, 257u, 511u, 512u, 513u, 700u, 1'024u}) {
    plain.grow_to(size, size == 700 ? 1 : 255);
    INFO(size << " records under " << suite);
    REQUIRE(stored_tiles(plain.journal()) == tiles_of(model_of(plain.journal())));
    const Hash root = plain.journal().root();
    plain.reopen();
    REQUIRE(plain.journal().root() == root);
  }
  CHECK(plain.journal().suite() == suite);
}

TEST_CASE("groups of any size write the same tiles, up to the third level") {
  const TempFolder temp;
  PlainJournal plain(temp / "ledger");
  std::mt19937 random(3);
  while (plain.journal().size() < 66'000) {
    must(plain.append(static_cast<unsigned>(random() % 3 == 0 ? random() % 3'000 : random() % 7)));
    if (random() % 8 == 0) plain.reopen();
  }
  const auto levels = model_of(plain.journal());
  REQUIRE(levels.size() == 3);
  CHECK(stored_tiles(plain.journal()) == tiles_of(levels));
}

TEST_CASE("the tree of a journal reads every subtree, as it was when it was asked for") {
  const auto suite = GENERATE(default_suite, national_suite);
  const TempFolder temp;
  PlainJournal plain(temp / "ledger", suite);
  plain.grow_to(777);
  const auto levels = model_of(plain.journal());
  JournalTree tree = plain.journal().tree();
  const Hash root = plain.journal().root();
  plain.grow_to(1'300);
  Hasher hasher = must(Hasher::of_suite(suite));
  CHECK(tree.size() == 777);
  CHECK(tree.root() == root);
  CHECK(must(tree_root(777, tree, hasher)) == root);
  for (const std::uint64_t size : {1u, 255u, 256u, 512u, 600u, 777u}) {
    TreeEdge edge;
    for (std::uint64_t i = 0; i < size; ++i) edge.append(levels[0][i], hasher);
    CHECK(must(tree_root(size, tree, hasher)) == edge.root(hasher));
    const auto proof = must(prove_consistency(size, 777, tree, hasher));
    must(check_consistency(size, 777, edge.root(hasher), root, proof, hasher));
  }
  for (std::uint64_t i = 0; i < 777; i += 37) {
    const auto proof = must(prove_inclusion(i, 777, tree, hasher));
    must(check_inclusion(i, 777, levels[0][i], proof, root, hasher));
  }
  CHECK(must(tree.read_tile({0, 3, 9})).size() == 9 * sizeof(Hash));
  CHECK(must(tree.read_tile({1, 0, 3})).size() == 3 * sizeof(Hash));
  CHECK(error_of(tree.read_tile({0, 3, 10})).code == ErrorCode::not_found);
  CHECK(error_of(tree.read_tile({1, 0, 4})).code == ErrorCode::not_found);
}

TEST_CASE("a group that fails leaves the tree in memory as it was") {
  const TempFolder temp;
  PlainJournal plain(temp / "ledger");
  plain.grow_to(500);
  const Hash root = plain.journal().root();
  const std::string tail = must(plain.journal().tree().read_tile({0, 1, 244}));
  spoil(descriptor_of("/ledger/shown"), temp / "ledger/shown", O_RDONLY);
  CHECK(error_of(plain.append(100)).code == ErrorCode::io);
  CHECK(plain.journal().root() == root);
  CHECK(plain.journal().tree().size() == 500);
  CHECK(must(plain.journal().tree().read_tile({0, 1, 244})) == tail);
  plain.reopen();  // the group was durable, and is shown now
  CHECK(plain.journal().size() == 600);
  CHECK(stored_tiles(plain.journal()) == tiles_of(model_of(plain.journal())));
}

TEST_CASE(
    "a journal without its tiles, or with wrong ones, does not open until they are made again") {
  const auto suite = GENERATE(default_suite, national_suite);
  const TempFolder temp;
  const std::string path = temp / "ledger";
  Entries live;
  {
    PlainJournal plain(path, suite);
    plain.grow_to(1'000);
    live = stored_tiles(plain.journal());
  }
  const std::string above = journal_keys::tile(1, 0);
  SECTION("none, as in a ledger that is older than tiles") {
    for (const auto& [key, bytes] : live) put(path, journal_keys::tiles, key, std::nullopt);
    CHECK_THAT(error_of_open(path).message, Contains("the journal has no tile/1/000.p/3"));
  }
  SECTION("one that is too short") {
    put(path, journal_keys::tiles, above, live[above].substr(32));
    CHECK_THAT(error_of_open(path).message, Contains("tile/1/000.p/3 has 64 bytes"));
  }
  SECTION("one with another hash") {
    std::string bytes = live[above];
    bytes[40] = static_cast<char>(bytes[40] ^ 1);
    put(path, journal_keys::tiles, above, bytes);
    CHECK_THAT(error_of_open(path).message, Contains("tiles are not those of its records"));
  }
  const Error error = error_of_open(path);
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Contains("run `counterfoil --ledger " + path + " rebuild index`"));
  {
    Journal journal = must(Journal::open_to_reindex(must(LedgerFolder::open(path))));
    CHECK_THAT(error_of(journal.append({}, {})).message, Contains("rebuild index"));
    must(reindex(journal, 1u << 20));
    CHECK(stored_tiles(journal) == live);
    must(journal.append({}, {}));
  }
  const Journal journal = must(Journal::open(must(LedgerFolder::open(path))));
  CHECK(journal.size() == 1'000);
}

TEST_CASE("tiles of full rows that are gone or damaged come back with the indexes") {
  const TempFolder temp;
  const std::string path = temp / "ledger";
  Entries live;
  {
    PlainJournal plain(path);
    plain.grow_to(600);
    live = stored_tiles(plain.journal());
  }
  put(path, journal_keys::tiles, journal_keys::tile(0, 0), std::nullopt);
  put(path, journal_keys::tiles, journal_keys::tile(0, 1), std::string(tile_bytes, 'x'));
  put(path, journal_keys::tiles, journal_keys::tile(0, 7), std::string(tile_bytes, 'x'));
  must(Ledger::reindex(path));
  CHECK(stored_tiles(must(Journal::open(must(LedgerFolder::open(path))))) == live);
}

TEST_CASE("a record that was changed is not blessed by building the indexes again") {
  const TempFolder temp;
  const std::string path = temp / "ledger";
  {
    PlainJournal plain(path);
    plain.grow_to(600);
  }
  const auto stored = [&] {
    return entries_of(must(Rocks::open(path + "/journal", {}, {})), "tiles");
  };
  const Entries tiles = stored();
  change_record(path, 100);
  const Error error = error_of(Ledger::reindex(path));
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Contains("the records are not those") && Contains("Restore a backup"));
  CHECK(stored() == tiles);  // and nothing was taken away
  CHECK(Journal::open(must(LedgerFolder::open(path))));
}

TEST_CASE("one of the newest records that was changed is found when the journal opens") {
  const TempFolder temp;
  const std::string path = temp / "ledger";
  {
    PlainJournal plain(path);
    plain.grow_to(600);
  }
  change_record(path, GENERATE(512u, 550u, 598u));
  const Error error = error_of_open(path);
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Contains("a record from 512 to 599 is not the one that was recorded"));
}

TEST_CASE("a journal that was killed has the tiles of its records") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  for (const unsigned pause : {60u, 90u, 120u}) {
    Child child({"load", temp / "ledger", fmt::format("k{}", pause)});
    REQUIRE_FALSE(child.read_line().empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(pause * 3));
    child.kill();
    const Journal journal = must(Journal::open(must(LedgerFolder::open(temp / "ledger"))));
    REQUIRE(stored_tiles(journal) == tiles_of(model_of(journal)));
  }
  const Journal journal = must(Journal::open(must(LedgerFolder::open(temp / "ledger"))));
  CHECK(journal.size() > tile_width);  // else the kills came too early to say anything
}
