#include "proof/bundle.h"

#include <sstream>

#include "codec/binary_text.h"
#include "log_kit.h"
#include "support/catch.h"

using namespace counterfoil;

namespace {

constexpr std::uint64_t log_size = 23;

/// Records about two projects and a unit, in no regular order; project/A has 1, 2, 6, 11 and 20.
LogKit log_of(std::string_view suite) {
  LogKit log(suite);
  log.append({"ledger"});
  for (std::uint64_t i = 1; i < log_size; ++i) {
    std::vector<std::string> subjects;
    if (i == 1 || i == 2 || i == 6 || i == 11 || i == 20) subjects.emplace_back("project/A");
    if (i % 3 == 0) subjects.emplace_back("project/B");
    subjects.emplace_back("unit/U");
    log.append(subjects);
  }
  return log;
}

std::string write(LogKit& log, const BundleScope& scope, std::uint64_t size,
                  const std::vector<std::uint64_t>& sequences) {
  MemoryHashes reader(log.leaves, log.hasher);
  std::ostringstream out;
  BundleWriter writer(out, scope, size, log.checkpoint(size), reader);
  for (const auto sequence : sequences) must(writer.add(sequence, log.records[sequence]));
  must(writer.finish());
  return out.str();
}

std::string of_subject(LogKit& log, const std::string& subject) {
  return write(log, {subject}, log_size, log.histories[subject]);
}

std::string of_range(LogKit& log, std::uint64_t from, std::uint64_t to, std::uint64_t size) {
  std::vector<std::uint64_t> sequences;
  for (std::uint64_t i = from; i <= to; ++i) sequences.push_back(i);
  return write(log, {"", from, to}, size, sequences);
}

Result<CheckedBundle> check(const std::string& text, const std::vector<VerifierKey>& keys,
                            std::vector<std::uint64_t>* seen = nullptr) {
  std::istringstream in(text);
  return check_bundle(
      in, keys,
      [&](std::uint64_t sequence, std::string_view) -> Result<void> {
        if (seen) seen->push_back(sequence);
        return {};
      },
      [](std::uint64_t, std::uint64_t) {});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

std::string hash_line(unsigned height, const Hash& hash) {
  return fmt::format("hash {} {}\n", height, to_base64(bytes_of(hash)));
}

}  // namespace

TEST_CASE("a subject's bundle holds its records, and proves them") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  for (const auto& [subject, history] : log.histories) {
    CAPTURE(subject);
    std::vector<std::uint64_t> seen;
    const CheckedBundle checked = must(check(of_subject(log, subject), log.keys(), &seen));
    CHECK(checked.scope.subject == subject);
    CHECK(checked.records == history.size());
    CHECK(checked.checkpoint.checkpoint.root == log.root(log_size));
    CHECK(seen == history);
  }
}

TEST_CASE("a bundle of every range of every size is proved") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{8}, std::uint64_t{13}, log_size})
    for (std::uint64_t from = 0; from < size; ++from)
      for (std::uint64_t to = from; to < size; ++to) {
        std::vector<std::uint64_t> seen;
        const auto checked = must(check(of_range(log, from, to, size), log.keys(), &seen));
        CHECK(checked.scope.from == from);
        CHECK(checked.scope.to == to);
        CHECK(checked.records == to - from + 1);
        CHECK(seen.size() == to - from + 1);
      }
}

TEST_CASE("a bundle with any byte changed is refused") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  for (const std::string& text : {of_subject(log, "project/A"), of_range(log, 5, 7, log_size)}) {
    must(check(text, log.keys()));
    for_each_change(text, [&](std::size_t at, const std::string& changed) {
      if (check(changed, log.keys())) FAIL_CHECK("byte " << at << " may be " << changed[at]);
    });
  }
}

TEST_CASE("a bundle cut anywhere or with a byte more anywhere is refused") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  for (const std::string& text : {of_subject(log, "project/A"), of_range(log, 5, 7, log_size)}) {
    for (std::size_t length = 0; length < text.size(); ++length) {
      if (check(text.substr(0, length), log.keys())) FAIL_CHECK("cut to " << length);
      for (const char more : {'\n', '\r', ' ', '0', '\0'}) {
        std::string longer = text;
        longer.insert(length, 1, more);
        if (check(longer, log.keys())) FAIL_CHECK("before byte " << length << ": " << more);
      }
    }
    for (const char more : {'\n', '\r', ' ', 'A', '\0'})
      CHECK_FALSE(check(text + more, log.keys()));
    CHECK_FALSE(check(text + text, log.keys()));
  }
}

TEST_CASE("a bundle with a line left out, doubled or exchanged is refused") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  for (const std::string& text : {of_subject(log, "project/A"), of_range(log, 5, 7, log_size)}) {
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto at = static_cast<std::ptrdiff_t>(i);
      auto changed = lines;
      changed.erase(changed.begin() + at);
      CHECK_FALSE(check(joined(changed), log.keys()));
      changed = lines;
      changed.insert(changed.begin() + at, lines[i]);
      CHECK_FALSE(check(joined(changed), log.keys()));
      for (std::size_t k = 0; k < i; ++k) {
        if (lines[i] == lines[k]) continue;
        changed = lines;
        std::swap(changed[i], changed[k]);
        CHECK_FALSE(check(joined(changed), log.keys()));
      }
    }
  }
}

TEST_CASE("a record of a subject cannot be hidden in a hash, but for the newest") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  const auto& history = log.histories["project/A"];
  for (std::size_t left_out = 0; left_out + 1 < history.size(); ++left_out) {
    auto rest = history;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
    const Error error = error_of(check(write(log, {"project/A"}, log_size, rest), log.keys()));
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.message.find("one is missing") != std::string::npos);
  }
  // That there are newer ones, a bundle cannot tell.
  auto older = history;
  older.pop_back();
  CHECK(must(check(write(log, {"project/A"}, log_size, older), log.keys())).records == 4);
}

TEST_CASE("a bundle without a record proves nothing") {
  LogKit log = log_of(default_suite);
  CHECK(error_of(check(write(log, {"project/A"}, log_size, {}), log.keys())).message ==
        "line 8 of the bundle: the bundle holds no record of project/A");
}

TEST_CASE("a bundle holds no record of another subject") {
  LogKit log = log_of(default_suite);
  CHECK(error_of(check(write(log, {"project/A"}, log_size, {1, 2, 3, 6}), log.keys())).message ==
        "line 7 of the bundle: record 3 is not about \"project/A\"");
}

TEST_CASE("a record stands at the place that it names") {
  // The log itself signed it at another one.
  LogKit log = log_of(default_suite);
  log.records[7] = log.records[8];
  log.leaves[7] = log.leaves[8];
  CHECK(error_of(check(of_range(log, 5, 7, log_size), log.keys())).message ==
        "line 8 of the bundle: record 8 stands at the place of record 7");
}

TEST_CASE("each record of a bundle is filed under the subjects of its fact") {
  const auto refusal = [](const std::vector<std::string>& filed) {
    LogKit log(default_suite);
    log.append({"unit/U"});
    log.append(filed, [](schema::Fact::Builder fact) {
      auto project = fact.initProjectProposed();
      project.setProject("P");
      project.setUnit("U");
    });
    log.append({"unit/U"});
    const Error error = error_of(check(write(log, {"", 0, 2}, 3, {0, 1, 2}), log.keys()));
    CHECK(error.code == ErrorCode::corrupt);
    for (const std::string& subject : filed) {
      auto history = log.histories[subject];
      history.erase(std::unique(history.begin(), history.end()), history.end());
      CHECK(error_of(check(write(log, {subject}, 3, history), log.keys())).message ==
            error.message);
    }
    const std::string place = "line 5 of the bundle: ";
    CHECK(error.message.starts_with(place));
    return error.message.substr(place.size());
  };
  CHECK(refusal({"project/P", "unit/V"}) ==
        "record 1 is filed under \"unit/V\", but its fact is about \"unit/U\"");
  CHECK(refusal({"unit/U"}) ==
        "record 1 is not filed under \"project/P\", which its fact is about");
  CHECK(refusal({"project/P", "unit/U", "unit/V"}) ==
        "record 1 is filed under \"unit/V\", which its fact is not about");
  CHECK(refusal({"unit/U", "project/P"}) ==
        "record 1 is filed under \"project/P\" behind \"unit/U\": out of order");
  CHECK(refusal({"project/P", "project/P", "unit/U"}) ==
        "record 1 is filed under \"project/P\" twice");
}

TEST_CASE("a bundle says how many of its records have facts that only a newer build knows") {
  LogKit log(default_suite);
  log.append({"unit/U"});
  log.append({"unit/U"}, make_unknown);
  log.append({"unit/V"}, make_unknown);
  CHECK(must(check(write(log, {"unit/U"}, 3, {0, 1}), log.keys())).unknown_facts == 1);
  CHECK(must(check(write(log, {"", 0, 2}, 3, {0, 1, 2}), log.keys())).unknown_facts == 2);
  CHECK(must(check(write(log, {"", 0, 0}, 3, {0}), log.keys())).unknown_facts == 0);
}

TEST_CASE("a range has all of its records and no other") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  const auto code = [&](const std::vector<std::uint64_t>& sequences) {
    return error_of(check(write(log, {"", 5, 8}, log_size, sequences), log.keys())).code;
  };
  CHECK(check(write(log, {"", 5, 8}, log_size, {5, 6, 7, 8}), log.keys()));
  CHECK(code({5, 6, 8}) == ErrorCode::corrupt);
  CHECK(code({6, 7, 8}) == ErrorCode::corrupt);
  CHECK(code({5, 6, 7}) == ErrorCode::corrupt);
  CHECK(code({}) == ErrorCode::corrupt);
  CHECK(code({4, 5, 6, 7, 8}) == ErrorCode::invalid);
  CHECK(code({5, 6, 7, 8, 9}) == ErrorCode::invalid);
  const auto scope = [&](std::uint64_t from, std::uint64_t to) {
    return error_of(check(write(log, {"", from, to}, log_size, {5}), log.keys())).code;
  };
  CHECK(scope(5, 4) == ErrorCode::invalid);
  CHECK(scope(5, log_size) == ErrorCode::invalid);
}

TEST_CASE("hashes have one spelling: the largest subtrees") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  MemoryHashes reader(log.leaves, log.hasher);
  const auto hash = [&](unsigned height, std::uint64_t index) {
    return hash_line(height, must(reader.read({{height, index}})).front());
  };
  const auto lines = lines_of(of_range(log, 8, 9, log_size));
  // first line, scope, size; 0–7; records 8, 9; 10–11; 12–15; 16–19; 20–21; 22
  REQUIRE(lines[3] == hash(3, 0));
  REQUIRE(lines[6] == hash(1, 5));
  REQUIRE(lines[7] == hash(2, 3));
  const auto with = [&](std::size_t at, std::size_t count, const std::vector<std::string>& put) {
    auto changed = lines;
    const auto begin = changed.begin() + static_cast<std::ptrdiff_t>(at);
    const auto next = changed.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    changed.insert(next, put.begin(), put.end());
    return check(joined(changed), log.keys());
  };
  must(with(3, 1, {hash(3, 0)}));
  CHECK(error_of(with(3, 1, {hash(2, 0), hash(2, 1)})).message ==
        "line 5 of the bundle: one hash of height 3 should stand for these two");
  CHECK_FALSE(with(3, 1, {hash(2, 0), hash(1, 2), hash(1, 3)}));
  CHECK_FALSE(with(6, 1, {hash(0, 10), hash(0, 11)}));
  CHECK_FALSE(with(7, 1, {hash(1, 6), hash(0, 14), hash(0, 15)}));
  CHECK_FALSE(with(4, 4, {hash(3, 1)}));  // the records' own subtree
  CHECK(error_of(with(6, 1, {hash(2, 2)})).message ==
        "line 7 of the bundle: no complete subtree of height 2 begins at record 10 of 23");
  CHECK_FALSE(with(3, 1, {"hash 63 " + lines[3].substr(7)}));
  CHECK_FALSE(with(3, 1, {"hash 64 " + lines[3].substr(7)}));
  CHECK_FALSE(with(3, 1, {"hash 03 " + lines[3].substr(7)}));
  CHECK_FALSE(with(3, 1, {"hash 3"}));
  CHECK_FALSE(with(3, 1, {"hash 3\n"}));
}

TEST_CASE("a bundle is of the size and the root that its checkpoint signs") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  const std::string text = of_range(log, 5, 7, log_size);
  const std::string records = text.substr(0, text.find("\n\n") + 2);
  must(check(records + log.checkpoint(log_size), log.keys()));
  CHECK(error_of(check(records + log.checkpoint(22), log.keys())).message ==
        "the bundle is of 23 records, its checkpoint of 22");
  const std::string other =
      must(sign_checkpoint({"example.org/log", log_size, Hash{}}, {&log.key}));
  CHECK(error_of(check(records + other, log.keys())).code == ErrorCode::corrupt);
  CHECK_FALSE(check(text, LogKit(default_suite).keys()));
  CHECK(error_of(check(text, {})).code == ErrorCode::invalid);
}

TEST_CASE("of keys of two suites, the one that signed tells how the tree is hashed") {
  LogKit log = log_of(GENERATE(default_suite, national_suite));
  const std::string text = of_subject(log, "project/A");
  std::vector<VerifierKey> keys{LogKit(default_suite).key.verifier(),
                                LogKit(national_suite).key.verifier(), log.key.verifier()};
  CHECK(must(check(text, keys)).records == 5);
}

TEST_CASE("lines that never end and sizes that cannot be are refused") {
  LogKit log = log_of(default_suite);
  const std::string start = "counterfoil/bundle@v1\nrange 0 0\nsize ";
  CHECK(error_of(check(start + std::string(1 << 20, '1'), log.keys())).code == ErrorCode::limit);
  CHECK(error_of(check(start + "9223372036854775809\n", log.keys())).code == ErrorCode::limit);
  CHECK(error_of(check(start + "0\n", log.keys())).code == ErrorCode::invalid);
  const std::string hash = to_base64(bytes_of(Hash{}));
  std::string huge =
      "counterfoil/bundle@v1\nrange 9223372036854775807 9223372036854775807\n"
      "size 9223372036854775808\n";
  for (unsigned height = 63; height-- > 0;) huge += fmt::format("hash {} {}\n", height, hash);
  CHECK(error_of(check(huge, log.keys())).message ==
        "line 67 of the bundle: the bundle is cut off here");
  CHECK(error_of(check(huge + "hash 0 " + hash + "\n", log.keys())).code == ErrorCode::corrupt);
}

TEST_CASE("what the visitor refuses ends the check") {
  LogKit log = log_of(default_suite);
  std::istringstream in(of_range(log, 3, 9, log_size));
  std::uint64_t done = 0;
  const auto checked = check_bundle(
      in, log.keys(),
      [](std::uint64_t sequence, std::string_view) -> Result<void> {
        if (sequence < 6) return {};
        return fail(ErrorCode::unsupported, "not this one");
      },
      [&](std::uint64_t at, std::uint64_t total) {
        CHECK(total == log_size);
        CHECK(at > done);
        done = at;
      });
  CHECK(error_of(checked).code == ErrorCode::unsupported);
  CHECK(done == 6);
}

TEST_CASE("records come to the writer in their order, and from the checkpoint's tree") {
  LogKit log = log_of(default_suite);
  MemoryHashes reader(log.leaves, log.hasher);
  std::ostringstream out;
  BundleWriter writer(out, {"", 3, 9}, 20, log.checkpoint(20), reader);
  must(writer.add(5, log.records[5]));
  CHECK(error_of(writer.add(5, log.records[5])).code == ErrorCode::invalid);
  CHECK(error_of(writer.add(4, log.records[4])).code == ErrorCode::invalid);
  CHECK(error_of(writer.add(20, log.records[20])).code == ErrorCode::invalid);
  out.setstate(std::ios::badbit);
  CHECK(error_of(writer.finish()).code == ErrorCode::io);
}

TEST_CASE("a bundle has the bytes that are pinned here") {
  LogKit log(pinned_key());
  const auto sealed = [](schema::Fact::Builder fact) { fact.initLedgerSealed(); };
  log.append({"ledger"}, sealed);
  log.append({"period/2024"},
             [](schema::Fact::Builder fact) { fact.initPeriodClosed().setFiscalYear(2024); });
  log.append({"ledger"}, sealed);
  CHECK(
      write(log, {"period/2024"}, 3, {1}) ==
      "counterfoil/bundle@v1\n"
      "subject period/2024\n"
      "size 3\n"
      "hash 0 I8Mya7tzlsDUTYhyPAStJ42W3QNhhlIGrVh0kcFmdeo=\n"
      "record "
      "AAAAAAMADQABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAABQAAAA8AAAAQAAAAAQABAAQAAAAAAAEAAQAAAGIAAABwZXJpb2QvMjAyNAAAAAAAFwAA"
      "AAAAAAAAAAAAAQAAAOgHAAAAAAAA\n"
      "hash 0 n+PmPSF1lgFVUTwrZfODmKi438bwEEqO2JljzzF9mDY=\n"
      "\n"
      "example.org/log\n"
      "3\n"
      "GJANNpZ5YvfAv+ZRZ3TxjmP5vtALOSxYJUHPneVwehQ=\n"
      "\n"
      "— example.org/log "
      "HGa56oshS/dV9i1q7uu2sBVeVAt6J4K2nJTr9VtJWdxByi0FbUxyqJPQ8iqGjtjUxoM7/DCWewzs26WDsrTN/IZ55wU="
      "\n");
}
