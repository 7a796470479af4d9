#include "storage/verify_journal.h"

#include <random>
#include <thread>

#include "proof/checkpoint.h"
#include "proof/rotation.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"
#include "support/catch.h"
#include "support/plain_journal.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
namespace keys = journal_keys;

namespace {

/// Changes entries of an open journal behind its back, and puts them right again.
class Tampering {
 public:
  explicit Tampering(const Journal& journal) : parts_(JournalParts::of(journal)) {}
  ~Tampering() {
    for (auto i = before_.rbegin(); i != before_.rend(); ++i) write(i->family, i->key, i->value);
  }
  Tampering(const Tampering&) = delete;
  Tampering& operator=(const Tampering&) = delete;

  std::optional<std::string> get(std::string_view family, const std::string& key) {
    return must(parts_.rocks.get(*parts_.rocks.family(family), key));
  }
  void put(std::string_view family, const std::string& key, std::optional<std::string> value) {
    before_.push_back({std::string(family), key, get(family, key)});
    write(family, key, value);
  }
  void flip(std::string_view family, const std::string& key, std::size_t byte,
            unsigned char bits = 1) {
    std::string value = get(family, key).value();
    value.at(byte) = static_cast<char>(value[byte] ^ bits);
    put(family, key, value);
  }

 private:
  struct Entry {
    std::string family, key;
    std::optional<std::string> value;
  };
  void write(std::string_view family, const std::string& key,
             const std::optional<std::string>& value) {
    Rocks::Batch batch;
    if (value)
      batch.put(*parts_.rocks.family(family), key, *value);
    else
      batch.erase(*parts_.rocks.family(family), key);
    must(parts_.rocks.write(batch, Rocks::Durability::buffered));
  }
  JournalParts::Impl& parts_;
  std::vector<Entry> before_;
};

std::string key_of(std::uint64_t sequence) {
  return keys::record(Sequence{sequence});
}

/// What verification says of the journal as it is; nothing where all is right.
std::string verdict(const Journal& journal, const VerifyOptions& options = {}) {
  const auto report = verify_journal(journal, options);
  if (report) return {};
  CHECK(report.error().code == ErrorCode::corrupt);
  return report.error().message;
}

/// A journal of 1,000 records with three checkpoints.
struct Sample {
  TempFolder temp;
  PlainJournal plain;
  std::vector<std::string> notes;

  explicit Sample(std::string_view suite = default_suite) : plain(temp / "ledger", suite) {
    for (const std::uint64_t size : {300u, 768u, 1'000u}) {
      plain.grow_to(size);
      notes.push_back(plain.sign());
    }
  }
  Journal& journal() { return plain.journal(); }
};

}  // namespace

TEST_CASE("a sound journal is verified, on any number of threads") {
  const auto suite = GENERATE(default_suite, national_suite);
  Sample sample(suite);
  for (const unsigned threads : {0u, 1u, 2u, 5u}) {
    std::vector<std::uint64_t> told;
    VerifyOptions options{threads, {sample.notes[1]}, [&](std::uint64_t done, std::uint64_t total) {
                            CHECK(total == 1'000);
                            told.push_back(done);
                            return true;
                          }};
    const VerifyReport report = must(verify_journal(sample.journal(), options));
    CHECK(report.size == 1'000);
    CHECK(report.root == sample.journal().root());
    CHECK(report.checkpoints == 4);
    CHECK(report.newest_checkpoint == 1'000u);
    CHECK(std::is_sorted(told.begin(), told.end()));
    CHECK(told.back() == 1'000);
  }
}

TEST_CASE("a verification that nobody waits for any more ends early") {
  Sample sample(default_suite);
  int calls = 0;
  VerifyOptions options{1, {}, [&](std::uint64_t, std::uint64_t) { return ++calls < 2; }};
  CHECK(error_of(verify_journal(sample.journal(), options)).code == ErrorCode::busy);
  CHECK(calls == 2);
}

TEST_CASE("a journal of the decider's own records is verified") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Journal journal = must(Journal::open(must(LedgerFolder::open(temp / "ledger"))));
  Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
  CHECK(must(verify_journal(journal)).size == 2);
  for (const char* const prefix : {"a", "b", "c", "d", "e"})
    for (const PreparedCommand& one : kit::story(7, 4, 60, prefix))
      (void)kit::record(sequencer, one);
  const VerifyReport report = must(verify_journal(journal));
  CHECK(report.size == journal.size());
  CHECK(report.size > tile_width);
  CHECK(report.root == journal.root());
  CHECK(report.checkpoints == 0);
  CHECK_FALSE(report.newest_checkpoint);
}

TEST_CASE("any byte of a record, a tile or a checkpoint that was changed is found, and its place") {
  const auto suite = GENERATE(default_suite, national_suite);
  Sample sample(suite);
  Journal& journal = sample.journal();
  std::mt19937 random(suite == default_suite ? 17 : 18);
  for (int i = 0; i < 150; ++i) {
    Tampering tampering(journal);
    const auto bits = static_cast<unsigned char>(1u << random() % 8);
    const std::uint64_t sequence = random() % 1'000;
    const auto size_of = [&](std::string_view family, const std::string& key) {
      return tampering.get(family, key).value().size();
    };
    switch (i % 4) {
      case 0:
      case 1: {
        const std::size_t at = random() % size_of(keys::records, key_of(sequence));
        tampering.flip(keys::records, key_of(sequence), at, bits);
        INFO("record " << sequence << ", byte " << at);
        CHECK_THAT(verdict(journal), Contains(fmt::format("record {} ", sequence)));
        break;
      }
      case 2: {
        const unsigned level = random() % 4 == 0 ? 1 : 0;
        const std::uint64_t index = level == 0 ? random() % 3 : 0;
        const std::size_t at = random() % size_of(keys::tiles, keys::tile(level, index));
        tampering.flip(keys::tiles, keys::tile(level, index), at, bits);
        const std::string said = verdict(journal);
        CHECK_THAT(said, Contains(fmt::format("entry {} of tile/{}/{:03}", at / 32, level, index)));
        CHECK_THAT(said, Contains("rebuild index"));
        break;
      }
      default: {
        const std::uint64_t size = std::vector<std::uint64_t>{300, 768, 1'000}[random() % 3];
        const std::size_t at = random() % size_of(keys::checkpoints, keys::checkpoint(size));
        tampering.flip(keys::checkpoints, keys::checkpoint(size), at, bits);
        INFO("checkpoint " << size << ", byte " << at);
        CHECK_THAT(verdict(journal),
                   Contains(fmt::format("the journal's checkpoint of {} records", size)));
      }
    }
  }
  CHECK(verdict(journal).empty());
}

TEST_CASE("a record that was removed, added, copied or swapped is found") {
  Sample sample;
  Journal& journal = sample.journal();
  Tampering tampering(journal);
  const auto record = [&](std::uint64_t i) { return tampering.get(keys::records, key_of(i)); };
  SECTION("removed") {
    const std::uint64_t sequence = GENERATE(0u, 1u, 255u, 256u, 511u, 700u, 999u);
    tampering.put(keys::records, key_of(sequence), std::nullopt);
    CHECK_THAT(verdict(journal), Contains(fmt::format("record {} is missing", sequence)));
  }
  SECTION("two are removed, and the first is named") {
    tampering.put(keys::records, key_of(900), std::nullopt);
    tampering.put(keys::records, key_of(4), std::nullopt);
    CHECK_THAT(verdict(journal), Contains("record 4 is missing"));
  }
  SECTION("one is changed before one that is removed") {
    tampering.flip(keys::records, key_of(4), 60);
    tampering.put(keys::records, key_of(200), std::nullopt);
    CHECK_THAT(verdict(journal), Contains("record 4 "));
  }
  SECTION("copied over another") {
    tampering.put(keys::records, key_of(70), record(60));
    CHECK_THAT(verdict(journal),
               Contains("record 70 is not in its place") && Contains("record 60"));
  }
  SECTION("swapped") {
    const auto first = record(300);
    tampering.put(keys::records, key_of(300), record(700));
    tampering.put(keys::records, key_of(700), first);
    CHECK_THAT(verdict(journal), Contains("record 300 is not in its place"));
  }
  SECTION("added behind") {
    tampering.put(keys::records, key_of(1'000), record(60));
    CHECK_THAT(verdict(journal), Contains("behind its newest one"));
  }
  SECTION("added far behind") {
    tampering.put(keys::records, key_of(5'000), record(60));
    CHECK_THAT(verdict(journal), Contains("behind its newest one"));
  }
  SECTION("added under a key that is none") {
    const std::string key =
        GENERATE(std::string(), std::string("\0", 1), key_of(255) + "x", key_of(999) + "x",
                 key_of(5) + std::string("\0", 1), std::string(9, '\xff'));
    tampering.put(keys::records, key, record(60));
    CHECK_THAT(verdict(journal), Contains("added outside Counterfoil"));
  }
}

TEST_CASE(
    "records and the tiles over them changed together are found by the tree, or a checkpoint") {
  Sample sample;
  Journal& journal = sample.journal();
  auto& parts = JournalParts::of(journal);
  Tampering tampering(journal);
  std::string bytes = tampering.get(keys::records, key_of(100)).value();
  const std::size_t name = bytes.find("a project");
  bytes[name] = 'A';
  tampering.put(keys::records, key_of(100), bytes);
  Hasher hasher = Hasher::sha256();
  std::string tile = tampering.get(keys::tiles, keys::tile(0, 0)).value();
  tile.replace(100 * sizeof(Hash), sizeof(Hash), bytes_of(hasher.leaf(bytes)));
  tampering.put(keys::tiles, keys::tile(0, 0), tile);
  CHECK_THAT(verdict(journal), Contains("a record from 0 to 255 is not the one"));

  TreeEdge of_tile;
  for (std::size_t i = 0; i < tile_width; ++i) of_tile.append(hash_at(tile, i), hasher);
  std::string above = tampering.get(keys::tiles, keys::tile(1, 0)).value();
  above.replace(0, sizeof(Hash), bytes_of(of_tile.root(hasher)));
  tampering.put(keys::tiles, keys::tile(1, 0), above);
  CHECK_THAT(verdict(journal), Contains("a record from 0 to 511 is not the one"));

  // Whoever changes the edge and the file `shown` too still has not the key.
  const GrowingTree before = parts.tree;
  GrowingTree forged = must(GrowingTree::resume(1'000, hasher, [&](const TileId& id) {
    return Result<std::string>(id.level == 0 ? std::string(before.tail(0)) : above);
  }));
  parts.tree = forged;
  tampering.put(keys::meta, std::string(keys::edge), forged.edge().encode());
  CHECK_THAT(verdict(journal),
             Contains("the journal's checkpoint of 300 records has another root"));
  for (const std::uint64_t size : {300u, 768u, 1'000u})
    tampering.put(keys::checkpoints, keys::checkpoint(size), std::nullopt);
  CHECK(verdict(journal).empty());
  CHECK_THAT(verdict(journal, {2, {sample.notes[0]}, {}}),
             Contains("the checkpoint of 300 records that was kept has another root"));
  parts.tree = before;
}

TEST_CASE("a tile that was removed, added, cut or widened is found") {
  Sample sample;
  Journal& journal = sample.journal();
  Tampering tampering(journal);
  const std::string full(tile_bytes, 'x');
  SECTION("removed") {
    const std::uint64_t index = GENERATE(0u, 1u, 2u);
    tampering.put(keys::tiles, keys::tile(0, index), std::nullopt);
    CHECK_THAT(verdict(journal), Contains(fmt::format("tile/0/{:03} is missing", index)));
  }
  SECTION("removed above") {
    tampering.put(keys::tiles, keys::tile(1, 0), std::nullopt);
    CHECK_THAT(verdict(journal), Contains("tile/1/000.p/3 is missing"));
  }
  SECTION("cut") {
    tampering.put(keys::tiles, keys::tile(0, 1), full.substr(32));
    CHECK_THAT(verdict(journal), Contains("tile/0/001 has 8160 bytes"));
  }
  SECTION("widened above") {
    tampering.put(keys::tiles, keys::tile(1, 0),
                  tampering.get(keys::tiles, keys::tile(1, 0)).value() + std::string(32, 'x'));
    CHECK_THAT(verdict(journal), Contains("has a tile under the key 01"));
  }
  SECTION("added") {
    const std::string key =
        GENERATE(keys::tile(0, 3), keys::tile(0, 99), keys::tile(1, 1), keys::tile(2, 0),
                 std::string("x"), std::string(), keys::tile(0, 1) + "x", keys::tile(0, 2) + "x");
    tampering.put(keys::tiles, key, full);
    CHECK_THAT(verdict(journal), Contains("has a tile under the key"));
  }
}

TEST_CASE("an index entry that was removed, added or changed is found, and its record") {
  Sample sample;
  Journal& journal = sample.journal();
  Tampering tampering(journal);
  const auto subject = [](const char* id, std::uint64_t ordinal) {
    return keys::subject(id, Ordinal{ordinal});
  };
  std::string said;
  SECTION("a subject's is removed") {
    const std::uint64_t ordinal = GENERATE(0u, 5u, 997u);
    tampering.put(keys::subjects, subject("unit/U", ordinal), std::nullopt);
    said = verdict(journal);
    CHECK_THAT(said,
               Contains(fmt::format("record {} is not in the index of \"unit/U\"", ordinal + 2)));
  }
  SECTION("a subject's is changed") {
    tampering.put(keys::subjects, subject("unit/U", 5), key_of(8));
    said = verdict(journal);
    CHECK_THAT(said, Contains("record 7 is not in the index of \"unit/U\", which has record 8"));
  }
  SECTION("two of a subject are swapped") {
    tampering.put(keys::subjects, subject("unit/U", 5), key_of(8));
    tampering.put(keys::subjects, subject("unit/U", 6), key_of(7));
    said = verdict(journal);
    CHECK_THAT(said, Contains("record 7 is not in the index"));
  }
  SECTION("a subject's is added") {
    tampering.put(keys::subjects, subject("unit/V", 0), key_of(8));
    said = verdict(journal);
    CHECK_THAT(said, Contains("names record 8 under the key 06756e69742f56"));
  }
  SECTION("a subject's is added for a record that is not there") {
    tampering.put(keys::subjects, subject("unit/U", 998), key_of(1'000));
    said = verdict(journal);
    CHECK_THAT(said, Contains("names record 1000 under") && Contains("there is no such record"));
  }
  SECTION("something else among the subjects") {
    tampering.put(keys::subjects, "junk", "junk");
    said = verdict(journal);
    CHECK_THAT(said, Contains("the key 6a756e6b"));
  }
  SECTION("a command's is removed") {
    tampering.put(keys::commands, keys::command("clerk", "plain-77"), std::nullopt);
    said = verdict(journal);
    CHECK_THAT(said, Contains("commands has not the entry of record 77"));
  }
  SECTION("a command's is changed, byte by byte") {
    const std::size_t byte = GENERATE(7u, 11u, 12u, 43u);
    tampering.flip(keys::commands, keys::command("clerk", "plain-77"), byte);
    said = verdict(journal);
    CHECK_THAT(said, Contains("commands has not the entry of record 77"));
  }
  SECTION("a command's is added") {
    tampering.put(keys::commands, keys::command("clerk", "other"),
                  tampering.get(keys::commands, keys::command("clerk", "plain-77")));
    said = verdict(journal);
    CHECK_THAT(said, Contains("the index of commands names record 77 under"));
  }
  SECTION("a command's is added for a record that is not there") {
    tampering.put(keys::commands, keys::command("clerk", "other"), key_of(UINT64_MAX));
    said = verdict(journal);
    CHECK_THAT(said, Contains("there is no such record"));
  }
  CHECK_THAT(said, Contains("rebuild index"));
}

TEST_CASE("a record that was recorded with another predecessor than it has is found") {
  Sample sample;
  sample.plain.forget_to("unit/U", 3);
  must(sample.plain.append(1));
  CHECK_THAT(verdict(sample.journal()),
             Contains("record 1000 says that record 3 stands before it in the history of "
                      "\"unit/U\", but that is record 999"));
}

// Whoever holds the signing key can file a record anywhere: its fact alone says whom it is about.
TEST_CASE("a record that is not filed under the subjects of its fact is found") {
  const auto verdict_of = [](const std::vector<std::string>& filed) {
    const TempFolder temp;
    PlainJournal plain(temp / "ledger");
    plain.grow_to(20);
    plain.append_unit(filed);
    plain.grow_to(30);
    plain.sign();
    return verdict(plain.journal());
  };
  CHECK(verdict_of({"department/D", "unit/U"}).empty());
  CHECK_THAT(verdict_of({"department/D", "unit/V"}),
             Contains(R"(record 20 is filed under "unit/V", but its fact is about "unit/U")"));
  CHECK_THAT(verdict_of({"unit/U"}),
             Contains(R"(record 20 is not filed under "department/D", which its fact is about)"));
  CHECK_THAT(verdict_of({"department/D", "unit/U", "unit/V"}),
             Contains(R"(record 20 is filed under "unit/V", which its fact is not about)"));
  CHECK_THAT(verdict_of({"unit/U", "department/D"}),
             Contains(R"(record 20 is filed under "department/D" behind "unit/U": out of order)"));
  CHECK_THAT(verdict_of({"department/D", "department/D", "unit/U"}),
             Contains("record 20 names record 20 as the one before it in department/D"));
}

TEST_CASE("the edge that is stored is compared too") {
  Sample sample;
  Tampering tampering(sample.journal());
  tampering.flip(keys::meta, std::string(keys::edge), 20);
  CHECK_THAT(verdict(sample.journal()), Contains("the edge of the tree"));
}

TEST_CASE("a checkpoint of more records than there are says how many were removed") {
  Sample sample;
  TempFolder temp;
  PlainJournal other(temp / "ledger");
  other.grow_to(990);
  CHECK(verdict(other.journal(), {0, {sample.notes[0], sample.notes[1]}, {}}).empty());
  CHECK_THAT(verdict(other.journal(), {0, {sample.notes[2]}, {}}),
             Contains("more than the 990 that the journal holds: 10 records were removed"));
}

TEST_CASE("a checkpoint of another log, another size or another key is none of the journal's") {
  Sample sample;
  Journal& journal = sample.journal();
  const Checkpoint own = must(parse_checkpoint(must(parse_note(sample.notes[0])).text));
  const SigningKey key = kit::signing_key();
  const auto check = [&](const Checkpoint& checkpoint, const SigningKey& signer) {
    const std::string note = must(sign_checkpoint(checkpoint, {&signer}));
    CHECK_THAT(verdict(journal, {0, {note}, {}}), Contains("that was kept"));
    Tampering tampering(journal);
    tampering.put(keys::checkpoints, keys::checkpoint(300), note);
    CHECK_THAT(verdict(journal), Contains("the journal's checkpoint of 300 records"));
  };
  check({own.origin, 300, Hash{}}, key);
  check({"other.example.org", 300, own.root}, key);
  check(own, kit::recovery_key());
  Tampering tampering(journal);
  SECTION("under another size") {
    tampering.put(keys::checkpoints, keys::checkpoint(301), sample.notes[0]);
    CHECK_THAT(verdict(journal), Contains("checkpoint of 301 records says that it is of 300"));
  }
  SECTION("under a key that is no size") {
    tampering.put(keys::checkpoints, "x", sample.notes[0]);
    CHECK_THAT(verdict(journal), Contains("a key of 1 bytes"));
  }
  SECTION("beyond the journal") {
    tampering.put(keys::checkpoints, keys::checkpoint(1'001), sample.notes[0]);
    CHECK_THAT(verdict(journal), Contains("1 record was removed"));
  }
}

TEST_CASE("each checkpoint is verified under the key that was in force at its size") {
  const auto suite = GENERATE(default_suite, national_suite);
  const TempFolder temp;
  PlainJournal plain(temp / "ledger", suite);
  Journal& journal = plain.journal();
  const SigningKey before = kit::signing_key(suite);
  const SigningKey after = must(SigningKey::generate(suite, kit::origin));
  const auto sign = [&](const SigningKey& key) {
    return must(
        sign_checkpoint({std::string(kit::origin), journal.size(), journal.root()}, {&key}));
  };
  plain.grow_to(20);
  const std::string last = plain.sign();
  plain.rotate(after);  // record 20
  const std::string next = sign(after);
  const std::string late = sign(before);
  plain.grow_to(30);
  must(journal.put_checkpoint(21, next));
  CHECK(must(verify_journal(journal, {0, {last}, {}})).checkpoints == 3);
  CHECK_THAT(verdict(journal, {0, {late}, {}}),
             Contains("the checkpoint of 21 records that was kept was changed, or is not"));
  Tampering tampering(journal);
  tampering.put(keys::checkpoints, keys::checkpoint(21), late);
  CHECK_THAT(verdict(journal), Contains("the journal's checkpoint of 21 records was changed"));
}

TEST_CASE("a journal that grows meanwhile is verified as it was") {
  const auto suite = GENERATE(default_suite, national_suite);
  Sample sample(suite);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (unsigned i = 0; !stop; ++i) {
      must(sample.plain.append(1 + i % 70));
      if (i % 9 == 0) sample.plain.sign();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  std::uint64_t size = 0;
  std::vector<std::string> verdicts;
  for (int i = 0; i < 10; ++i) {
    const auto report = verify_journal(sample.journal());
    if (report)
      size = report->size;
    else
      verdicts.push_back(report.error().message);
  }
  stop = true;
  writer.join();
  CHECK(verdicts == std::vector<std::string>{});
  CHECK(size > 1'000);
}

TEST_CASE("a checkpoint is kept once: other signatures replace it, another text is refused") {
  const TempFolder temp;
  PlainJournal plain(temp / "ledger");
  Journal& journal = plain.journal();
  plain.grow_to(10);
  CHECK(must(journal.newest_checkpoint()) == std::nullopt);
  const std::string note = plain.sign();
  CHECK(must(journal.newest_checkpoint()) == note);
  CHECK(must(journal.checkpoint(10)) == note);
  CHECK(must(journal.checkpoint(9)) == std::nullopt);

  const Checkpoint checkpoint{std::string(kit::origin), 10, journal.root()};
  const SigningKey key = kit::signing_key();
  const SigningKey second = must(SigningKey::generate(default_suite, "second"));
  const std::string more = must(sign_checkpoint(checkpoint, {&key, &second}));
  must(journal.put_checkpoint(10, more));
  CHECK(must(journal.checkpoint(10)) == more);

  const std::string other = must(sign_checkpoint({checkpoint.origin, 10, Hash{}}, {&key}));
  const Error differs = error_of(journal.put_checkpoint(10, other));
  CHECK(differs.code == ErrorCode::refused);
  CHECK_THAT(differs.message, Contains("says something else"));
  const std::string beyond = must(sign_checkpoint({checkpoint.origin, 11, Hash{}}, {&key}));
  CHECK(error_of(journal.put_checkpoint(11, beyond)).code == ErrorCode::refused);
  CHECK(error_of(journal.put_checkpoint(0, beyond)).code == ErrorCode::refused);
  CHECK(error_of(journal.put_checkpoint(9, note)).code == ErrorCode::invalid);
  CHECK(error_of(journal.put_checkpoint(9, "no note")).code == ErrorCode::invalid);
  CHECK(must(journal.checkpoint(10)) == more);

  plain.grow_to(12);
  const std::string newest = plain.sign();
  plain.reopen();
  std::vector<std::pair<std::uint64_t, std::string>> all;
  must(plain.journal().visit_checkpoints(
      [&](std::uint64_t size, std::string_view bytes) -> Result<void> {
        all.emplace_back(size, bytes);
        return {};
      }));
  CHECK(all == decltype(all){{10, more}, {12, newest}});
  CHECK(must(plain.journal().newest_checkpoint()) == newest);
}
