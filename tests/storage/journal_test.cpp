#include "storage/journal.h"

#include <filesystem>

#include "storage/journal_keys.h"
#include "storage/rocks.h"
#include "support/catch.h"
#include "support/child.h"
#include "support/journal_checker.h"
#include "support/ledger_kit.h"
#include "support/spoil.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
using kit::command;
namespace fs = std::filesystem;

namespace {

/// A ledger with records, and the objects that one needs to write more.
struct Open {
  LedgerFolder folder;
  Journal journal;
  Sequencer sequencer;

  explicit Open(const std::string& path)
      : folder(must(LedgerFolder::open(path))),
        journal(must(Journal::open(folder))),
        sequencer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking()) {}

  void record_story(unsigned seed, const std::string& prefix) {
    for (const PreparedCommand& one : kit::story(seed, 3, 30, prefix))
      (void)kit::record(sequencer, one);
  }
};

Error error_of_open(const std::string& path) {
  const LedgerFolder folder = must(LedgerFolder::open(path));
  return error_of(Journal::open(folder));
}

Rocks open_rocks(const std::string& path) {
  return must(Rocks::open(path + "/journal", {}, {}));
}

/// Changes one bit of a stored record behind the ledger's back, with sound checksums.
void change_record(const std::string& path, std::uint64_t sequence) {
  Rocks rocks = open_rocks(path);
  const auto records = rocks.family(journal_keys::records);
  const std::string key = journal_keys::record(Sequence{sequence});
  std::string bytes = must(rocks.get(*records, key)).value();
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  Rocks::Batch batch;
  batch.put(*records, key, bytes);
  must(rocks.write(batch, Rocks::Durability::synced));
}

}  // namespace

TEST_CASE("what is appended is read, scanned, indexed and counted, also after opening again") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  std::uint64_t size = 0;
  Hash root{};
  {
    Open open(temp / "ledger");
    open.record_story(1, "a");
    size = open.journal.size();
    root = open.journal.root();
    CHECK(must(check_journal(open.journal)).records == size);
    CHECK(size > 30);
  }
  Open open(temp / "ledger");
  CHECK(open.journal.size() == size);
  CHECK(open.journal.root() == root);
  const CheckedJournal checked = must(check_journal(open.journal));
  CHECK(checked.commands.contains({"officer-1", "a-0"}));

  std::string bytes;
  const Error beyond = error_of(open.journal.read(Sequence{size}, bytes));
  CHECK(beyond.code == ErrorCode::not_found);
  CHECK(beyond.message == fmt::format("there is no record {}: the journal holds {}", size, size));
  CHECK(must(open.journal.scan(Sequence{size}).next()) == std::nullopt);
  CHECK(must(open.journal.scan(Sequence{size + 5}).next()) == std::nullopt);
  CHECK(must(open.journal.history("project/nobody", Ordinal{0}, 10)).empty());
  CHECK(must(open.journal.count("project/nobody")) == 0);
  CHECK(must(open.journal.acceptance("officer-1", "never")) == std::nullopt);
  open.record_story(2, "b");
  CHECK(must(check_journal(open.journal)).records > size);
}

TEST_CASE("a history is read in parts, and one subject's never runs into another's") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  must(kit::record(open.sequencer, command("1", kit::unit("U") + "," + kit::unit("U1"))));
  must(kit::record(open.sequencer, command("2", kit::project("P", "U"))));
  must(kit::record(open.sequencer, command("3", kit::project("P2", "U"))));
  const std::vector<Sequence> all = {Sequence{2}, Sequence{4}, Sequence{5}};
  CHECK(must(open.journal.history("unit/U", Ordinal{0}, 10)) == all);
  for (std::uint64_t i = 0; i < 3; ++i)
    CHECK(must(open.journal.history("unit/U", Ordinal{i}, 1)) == std::vector{all[i]});
  CHECK(must(open.journal.history("unit/U", Ordinal{3}, 1)).empty());
  CHECK(must(open.journal.count("unit/U")) == 3);
  CHECK(must(open.journal.count("unit/U1")) == 1);
  CHECK(must(open.journal.count("unit/")) == 0);
  CHECK(must(open.journal.count(std::string(97, 'a'))) == 0);
}

TEST_CASE("a record whose sequence is not the next one stops the process") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Child child({"append-wrong", temp / "ledger"});
  CHECK(child.wait() == SIGABRT);
  Open open(temp / "ledger");
  CHECK(must(check_journal(open.journal)).records == 2);
}

TEST_CASE("a journal that holds less than was shown is refused") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  { Open(temp / "ledger").record_story(1, "a"); }
  fs::copy(temp / "ledger/journal", temp / "older", fs::copy_options::recursive);
  std::uint64_t older = 0;
  std::uint64_t newer = 0;
  {
    Open open(temp / "ledger");
    older = open.journal.size();
    open.record_story(2, "b");
    newer = open.journal.size();
  }
  fs::remove_all(temp / "ledger/journal");
  fs::rename(temp / "older", temp / "ledger/journal");
  const Error error = error_of_open(temp / "ledger");
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message,
             Contains(fmt::format("holds {} records, but {} were acknowledged", older, newer)));
}

// Cause: only records behind the shown ones were hashed, and there usually are none.
TEST_CASE("a journal whose newest record was changed is refused") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  std::uint64_t size = 0;
  {
    Open open(temp / "ledger");
    open.record_story(1, "a");
    if (open.journal.size() % 2 == 1)
      must(kit::record(open.sequencer, command("x", kit::unit("X"))));
    size = open.journal.size();
  }
  change_record(temp / "ledger", size - 1);
  const Error error = error_of_open(temp / "ledger");
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Contains("newest records are not the ones that were acknowledged"));
}

TEST_CASE("records that a crash left durable and not shown are shown, unless they were changed") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  fs::copy_file(temp / "ledger/shown", temp / "shown");
  std::uint64_t size = 0;
  {
    Open open(temp / "ledger");
    open.record_story(1, "a");
    size = open.journal.size();
  }
  const auto overwrite = fs::copy_options::overwrite_existing;
  SECTION("as they were") {
    fs::copy_file(temp / "shown", temp / "ledger/shown", overwrite);
    CHECK(must(check_journal(Open(temp / "ledger").journal)).records == size);
    CHECK(must(read_file(temp / "shown")) != must(read_file(temp / "ledger/shown")));
  }
  SECTION("changed") {
    change_record(temp / "ledger", 2);
    fs::copy_file(temp / "shown", temp / "ledger/shown", overwrite);
    CHECK(error_of_open(temp / "ledger").code == ErrorCode::corrupt);
  }
}

// Cause: the index of commands and the book, which are written before the size is shown, were read
// without looking at it: a command sent again got "there is no record".
TEST_CASE("what could not be shown is nowhere to be seen, and nothing is recorded after it") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  {
    Open open(temp / "ledger");
    must(kit::record(open.sequencer, command("1", kit::unit("U1"))));
    const std::uint64_t size = open.journal.size();
    spoil(descriptor_of("/ledger/shown"), temp / "ledger/shown", O_RDONLY);
    const Error error = error_of(kit::record(open.sequencer, command("2", kit::unit("U2"))));
    CHECK(error.code == ErrorCode::io);
    CHECK_THAT(error.message, Contains("the ledger stopped recording after a failure"));
    CHECK(open.journal.size() == size);
    CHECK(must(open.journal.acceptance("officer-1", "2")) == std::nullopt);
    CHECK(must(open.journal.history("unit/U2", Ordinal{0}, 1)).empty());
    CHECK(must(open.journal.count("unit/U2")) == 0);
    CHECK(must(open.journal.scan(Sequence{size}).next()) == std::nullopt);
    for (const char* again : {"2", "3"})
      CHECK_THAT(error_of(kit::record(open.sequencer, command(again, kit::unit("U2")))).message,
                 Contains("the ledger stopped recording after a failure"));
  }
  Open open(temp / "ledger");
  CHECK(must(check_journal(open.journal)).commands.size() == 3);  // it was durable
  CHECK(must(kit::record(open.sequencer, command("2", kit::unit("U2")))).again);
}

TEST_CASE(
    "a group that a full disk refuses is answered with the cause, and what was before stays") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  {
    Open open(temp / "ledger");
    must(kit::record(open.sequencer, command("1", kit::unit("U1"))));
    spoil(descriptor_of(".log"), "/dev/full", O_WRONLY);
    const Error error = error_of(kit::record(open.sequencer, command("2", kit::unit("U2"))));
    CHECK(error.code == ErrorCode::io);
    CHECK(open.journal.size() == 3);
  }
  Open open(temp / "ledger");
  CHECK(must(check_journal(open.journal)).records == 3);
  CHECK_FALSE(must(kit::record(open.sequencer, command("2", kit::unit("U2")))).again);
}
