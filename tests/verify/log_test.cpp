#include "counterfoil-verify/log.h"

#include <algorithm>

#include "codec/text.h"
#include "proof/sealed_entry.h"
#include "published_log.h"
#include "support/catch.h"
#include "support/fact_about.h"

using namespace counterfoil;

namespace {

constexpr std::uint64_t log_size = 600;  // two full tiles, a partial one, a partial one above

Result<Answer> verify(const std::string& folder, const std::vector<VerifierKey>& keys,
                      const std::vector<std::string>& since = {},
                      const std::vector<VerifierKey>& witnesses = {}) {
  return verify_log(folder, {keys, witnesses}, since, [](std::uint64_t, std::uint64_t) {});
}

bool says(const std::string& sentence, std::string_view part) {
  return sentence.find(part) != std::string::npos;
}

/// That the folder is refused, with a sentence that has this part.
void check_refused(const std::string& folder, const std::vector<VerifierKey>& keys,
                   std::string_view part, const std::vector<std::string>& since = {}) {
  const Error error = error_of(verify(folder, keys, since));
  CAPTURE(error.message, part);
  CHECK(says(error.message, part));
}

}  // namespace

TEST_CASE("a whole log is proved, at sizes on both sides of every tile's end") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(log_size);
  for (const std::uint64_t size : {1u, 2u, 255u, 256u, 257u, 511u, 512u, 513u, 600u}) {
    TempFolder folder;
    log.publish(folder.path(), size);
    std::uint64_t told = 0;
    const auto answer = verify_log(folder.path(), {{log.first_key()}, {}}, {},
                                   [&](std::uint64_t done, std::uint64_t total) {
                                     CHECK(total == size);
                                     told = done;
                                   });
    CHECK(says(must(answer).proved, fmt::format("all {} records of the log", size)));
    CHECK(says(answer->not_proved, "this same history"));
    CHECK(told == size);
  }
}

TEST_CASE("each file of a log that is missing, cut, longer or changed is refused by its name") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(log_size);
  PublishedLog other(log.suite, 2025);
  other.grow(log_size);
  TempFolder folder;
  TempFolder elsewhere;
  const auto names = log.publish(folder.path(), log_size);
  other.publish(elsewhere.path(), log_size);
  REQUIRE(names.size() == 8);
  for (const std::string& name : names) {
    CAPTURE(name);
    const std::string path = folder / name;
    const std::string bytes = must(read_file(path));
    const auto with = [&](const std::string& changed) {
      write(path, changed);
      check_refused(folder.path(), {log.first_key()}, name);
    };
    std::filesystem::remove(path);
    check_refused(folder.path(), {log.first_key()}, name);
    with(bytes.substr(0, bytes.size() - 1));
    with("");
    with(bytes + '\0');
    with(bytes + bytes);
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 1);
      with(flipped);
    }
    with(must(read_file(elsewhere / name)));
    write(path, bytes);
    must(verify(folder.path(), {log.first_key()}));
  }
}

// Entries and tiles that agree with each other say nothing: only the signed root does.
TEST_CASE("a log whose entries and tiles were all changed together is refused") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(log_size);
  PublishedLog other(log.suite, 2025);
  other.grow(log_size);
  other.entries[0] = log.entries[0];  // the same opening, so that the same key is in force
  other.leaves[0] = log.leaves[0];
  for (const std::uint64_t size : {2u, 256u, 600u}) {
    TempFolder folder;
    other.publish(folder.path(), size);
    write(folder / "checkpoint", log.checkpoint(size));
    check_refused(folder.path(), {log.first_key()}, "checkpoint: its root is not that of the");
  }
}

TEST_CASE("a tile of the third level is compared too") {
  PublishedLog log(default_suite);
  log.grow(65'537);
  TempFolder folder;
  const auto names = log.publish(folder.path(), log.size());
  must(verify(folder.path(), {log.first_key()}));
  const std::string name = "tile/2/000.p/1";
  REQUIRE(std::ranges::count(names, name) == 1);
  std::string bytes = must(read_file(folder / name));
  bytes[0] = static_cast<char>(bytes[0] ^ 1);
  write(folder / name, bytes);
  check_refused(folder.path(), {log.first_key()}, name);
}

TEST_CASE("a full tile stands for a partial one that was deleted") {
  PublishedLog log(default_suite);
  log.grow(800);
  TempFolder folder;
  log.publish(folder.path(), log_size);
  std::filesystem::remove_all(folder / "tile/0/002.p");
  std::filesystem::remove_all(folder / "tile/entries/002.p");
  check_refused(folder.path(), {log.first_key()}, "tile/entries/002.p/88 is missing");
  log.write_tile(folder.path(), {0, 2, tile_width});
  log.write_entries(folder.path(), {0, 2, tile_width});
  must(verify(folder.path(), {log.first_key()}));
  write(folder / "tile/0/002", std::string(88 * sizeof(Hash), '\0'));  // of the partial one's size
  check_refused(folder.path(), {log.first_key()}, "tile/0/002 holds");
}

TEST_CASE("what is beyond the checkpoint's size is not looked at") {
  PublishedLog log(default_suite);
  log.grow(log_size);
  TempFolder folder;
  log.publish(folder.path(), 300);
  write(folder / "tile/0/002.p/88", "growing");
  must(verify(folder.path(), {log.first_key()}));
}

TEST_CASE("a log that signs entries which are no records in their places is refused") {
  const auto refused = [](std::string_view part, const auto& append) {
    PublishedLog log(default_suite);
    log.grow(300);
    append(log);
    log.grow(310);
    TempFolder folder;
    log.publish(folder.path(), log.size());
    const Error error = error_of(verify(folder.path(), {log.first_key()}));
    CHECK(error.code == ErrorCode::corrupt);
    CAPTURE(error.message);
    CHECK(says(error.message, "tile/entries/001.p/54, entry 44 (record 300)"));
    CHECK(says(error.message, part));
  };
  refused("", [](PublishedLog& log) { log.append_entry("nonsense"); });
  refused("", [](PublishedLog& log) { log.append_entry(""); });
  refused("canonical",
          [](PublishedLog& log) { log.append_entry(log.entries[299] + std::string(8, '\0')); });
  refused("it is record 299, at the place of record 300",
          [](PublishedLog& log) { log.append_entry(log.entries[299]); });
  refused("one is missing", [](PublishedLog& log) {
    log.histories["unit/U"].push_back(299);
    log.append_unit("U");
  });
  refused("it is of epoch 1, and the ledger is in epoch 0", [](PublishedLog& log) {
    log.append({"period/2024"}, [](schema::Record::Builder record) {
      record.setEpoch(1);
      record.initFact().initPeriodClosed().setFiscalYear(2024);
    });
  });
  refused("the ledger's clock never goes back", [](PublishedLog& log) {
    log.append({"period/2024"}, [](schema::Record::Builder record) {
      record.setRecordedAt(1'700'000'000'000'000);
      record.initFact().initPeriodClosed().setFiscalYear(2024);
    });
  });
  refused("opens a ledger that is open", [](PublishedLog& log) {
    log.append({"ledger"}, [&](schema::Record::Builder record) {
      record.initFact().initLedgerOpened().setVerifierKey(text_of(log.first_key().text()));
    });
  });
}

// Whoever holds the signing key can file a record anywhere: its fact alone says whom it is about.
TEST_CASE("a log whose record is not filed under the subjects of its fact is refused") {
  const auto refused = [](const std::vector<std::string>& filed, std::string_view part) {
    PublishedLog log(default_suite);
    log.grow(300);
    log.append(filed, [](schema::Record::Builder record) {
      auto registered = record.initFact().initUnitRegistered();
      registered.setUnit("more5");
      registered.setDepartment("D");
    });
    log.grow(310);
    TempFolder folder;
    log.publish(folder.path(), log.size());
    const Error error = error_of(verify(folder.path(), {log.first_key()}));
    CHECK(error.code == ErrorCode::corrupt);
    CAPTURE(error.message);
    CHECK(says(error.message, "tile/entries/001.p/54, entry 44 (record 300)"));
    CHECK(says(error.message, part));
  };
  refused({"department/D", "unit/zzzz5"},
          R"(record 300 is filed under "unit/zzzz5", but its fact is about "unit/more5")");
  refused({"department/D"},
          R"(record 300 is not filed under "unit/more5", which its fact is about)");
  refused({"department/D", "unit/U", "unit/more5"},
          R"(record 300 is filed under "unit/U", which its fact is not about)");
  refused({"unit/more5", "department/D"},
          R"(record 300 is filed under "department/D" behind "unit/more5": out of order)");
  refused({"department/D", "unit/more5", "unit/more5"},
          R"(record 300 is filed under "unit/more5" twice)");
}

TEST_CASE("whom records of a newer build concern is not proved, and the answer says so") {
  PublishedLog log(default_suite);
  log.grow(10);
  const auto answer = [&] {
    TempFolder folder;
    log.publish(folder.path(), log.size());
    return must(verify(folder.path(), {log.first_key()}));
  };
  CHECK_FALSE(says(answer().not_proved, "concern"));
  const auto append_unknown = [&] {
    log.append({"unit/U"}, [](schema::Record::Builder record) { make_unknown(record.initFact()); });
  };
  append_unknown();
  CHECK(says(answer().not_proved, "Nor whom 1 record concerns: this program does not know its"));
  append_unknown();
  CHECK(says(answer().proved, "all 12 records"));
  CHECK(says(answer().not_proved, "Nor whom 2 records concern: this program does not know their"));
}

TEST_CASE("a log begins with the opening of a ledger, whose name its checkpoint bears") {
  PublishedLog log(default_suite);
  log.grow(10);
  TempFolder folder;
  PublishedLog unopened(default_suite);
  unopened.entries.clear();
  unopened.leaves.clear();
  unopened.append_unit("U");
  unopened.publish(folder.path(), 1);
  check_refused(folder.path(), {unopened.first_key()}, "the opening of a ledger");
  // A key that is trusted signs under its own name what are another log's records.
  const SigningKey other = must(SigningKey::generate(default_suite, "example.org/other"));
  log.publish(folder.path(), 10);
  write(folder / "checkpoint",
        must(sign_checkpoint({"example.org/other", 10, log.root(10)}, {&other})));
  check_refused(folder.path(), {other.verifier()}, "the records are of");
}

TEST_CASE("the key that is trusted hands over to the one that signs") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(20);
  log.rotate();
  log.grow(300);
  log.rotate();
  log.grow(310);
  TempFolder folder;
  log.publish(folder.path(), log.size());
  for (const SigningKey& trusted : log.keys) {
    const Answer answer = must(verify(folder.path(), {trusted.verifier()}));
    CHECK(says(answer.proved, "Record 20 hands over") == (&trusted == &log.keys[0]));
    CHECK(says(answer.proved, "Record 300 hands over") == (&trusted != &log.keys[2]));
  }
  // One of the log's name that never signed it, and the keys that were replaced.
  check_refused(folder.path(), {log.recovery.verifier()}, "no key that is trusted leads");
  for (const std::size_t replaced : {0u, 1u}) {
    write(folder / "checkpoint", log.checkpoint(log.size(), log.keys[replaced]));
    check_refused(folder.path(), {log.first_key()}, "checkpoint: ");
  }
}

TEST_CASE("a made up log that names a trusted key and a recovery key of its own is refused") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(20);
  log.rotate(true);
  log.grow(30);
  TempFolder folder;
  log.publish(folder.path(), log.size());
  check_refused(folder.path(), {log.first_key()}, "on the word of the recovery key");
  // The recovery key or the new one may be known otherwise.
  must(verify(folder.path(), {log.first_key(), log.recovery.verifier()}));
  must(verify(folder.path(), {log.recovery.verifier()}));
  must(verify(folder.path(), {log.keys[1].verifier()}));
  // A checkpoint that the lost key signed covers the record that names the recovery key.
  const std::string kept = write(folder / "kept", log.checkpoint(15, log.keys[0]));
  CHECK(says(must(verify(folder.path(), {log.first_key()}, {kept})).proved, "the recovery key"));
  // One of no records covers nothing, one that the new key signed says nothing new, and one of
  // another history is no beginning.
  write(kept, log.checkpoint(0, log.keys[0]));
  check_refused(folder.path(), {log.first_key()}, "on the word of the recovery key", {kept});
  write(kept, log.checkpoint(25, log.keys[1]));
  check_refused(folder.path(), {log.first_key()}, "on the word of the recovery key", {kept});
  PublishedLog other(log.suite, 2025);
  other.grow(15);
  write(kept, other.checkpoint(15, log.keys[0]));
  check_refused(folder.path(), {log.first_key()}, "on the word of the recovery key", {kept});
}

TEST_CASE("a log begins with what was signed of it before") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(280);
  log.rotate();
  log.grow(log_size);
  TempFolder folder;
  log.publish(folder.path(), log_size);
  std::vector<std::string> since;
  for (const std::uint64_t size : {0u, 1u, 2u, 255u, 256u, 257u, 280u, 512u, 600u})
    since.push_back(write(folder / fmt::format("kept/{}", size),
                          log.checkpoint(size, log.keys[size > 280 ? 1 : 0])));
  const Answer answer = must(verify(folder.path(), {log.keys[1].verifier()}, since));
  for (const std::string& path : since) CHECK(says(answer.proved, path));

  const auto refused = [&](const std::string& bytes, std::string_view part) {
    check_refused(folder.path(), {log.first_key()}, part, {write(folder / "kept/x", bytes)});
  };
  PublishedLog other(log.suite, 2025);
  other.grow(log_size + 1);
  refused(other.checkpoint(100, log.keys[0]), "two histories");
  refused(other.checkpoint(log_size, log.keys[1]), "two histories");
  refused(other.checkpoint(100), "kept/x: ");
  refused(other.checkpoint(log_size + 1, log.keys[1]), "the log shrank");
  std::string changed = log.checkpoint(100, log.keys[0]);
  changed[changed.size() - 10] = static_cast<char>(changed[changed.size() - 10] ^ 2);
  refused(changed, "kept/x: ");
  refused("", "kept/x: ");
}

TEST_CASE("a log must be of a key that is given, and cosigned by every witness that is named") {
  PublishedLog log(default_suite);
  log.grow(10);
  TempFolder folder;
  log.publish(folder.path(), 10);
  const SigningKey stranger = must(SigningKey::generate(default_suite, "example.org/other"));
  check_refused(folder.path(), {stranger.verifier()}, "no key that is given is of that");
  const SigningKey of_other_suite = must(SigningKey::generate(national_suite, log_origin));
  check_refused(folder.path(), {log.first_key(), of_other_suite.verifier()}, "two suites");
  const SigningKey witness =
      must(SigningKey::generate(default_suite, "w.example.org", KeyUse::witness));
  CHECK(says(error_of(verify(folder.path(), {log.first_key()}, {}, {witness.verifier()})).message,
             "did not cosign"));
}

namespace {

/// Appends a seal of the first records, with `change` made to it.
void append_seal(PublishedLog& log, std::uint64_t covered,
                 const std::function<void(schema::LedgerSealed::Builder)>& change = {}) {
  std::vector<std::string> entries;
  for (const auto& [subject, history] : log.histories) {
    SealedSubject sealed{subject, 0, 0};
    for (const std::uint64_t sequence : history)
      if (sequence < covered) sealed = {subject, sealed.count + 1, sequence};
    if (sealed.count != 0) entries.push_back(encode_sealed(sealed));
  }
  std::ranges::sort(entries);
  std::vector<Hash> leaves;
  for (const auto& entry : entries) leaves.push_back(log.hasher.leaf(entry));
  log.append({"ledger"}, [&](schema::Record::Builder record) {
    auto seal = record.initFact().initLedgerSealed();
    seal.setSize(covered);
    seal.setSubjects(entries.size());
    seal.setSubjectsRoot(data_of(bytes_of(naive_root(leaves, 0, leaves.size(), log.hasher))));
    if (change) change(seal);
  });
}

}  // namespace

TEST_CASE("seals are computed again from the records, also where others stand before them") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  for (const std::uint64_t covered : {5u, 3u, 40u, 17u, 58u}) {
    log.grow(std::max<std::uint64_t>(log.size() + 7, covered));
    append_seal(log, covered);
  }
  TempFolder folder;
  log.publish(folder.path(), log.size());
  const Answer answer = must(verify(folder.path(), {log.first_key()}));
  CHECK(says(answer.proved, "What 5 seals say of subjects"));
  CHECK(says(answer.not_proved, "Nor what the seals say of budgets and other projections"));
}

TEST_CASE("a seal that says what is not so of subjects is found") {
  const auto refused = [](const std::function<void(schema::LedgerSealed::Builder)>& change) {
    PublishedLog log(default_suite);
    log.grow(20);
    append_seal(log, 15, change);
    TempFolder folder;
    log.publish(folder.path(), log.size());
    check_refused(folder.path(), {log.first_key()}, "seal 20 ");
  };
  refused([](auto seal) { seal.getSubjectsRoot()[0] ^= 1; });
  refused([](auto seal) { seal.setSubjects(seal.getSubjects() + 1); });
  refused([](auto seal) { seal.setSize(14); });
  refused([](auto seal) { seal.setSize(21); });
}
