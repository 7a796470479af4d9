#include "service/journal_book.h"
#include "storage/journal_keys.h"
#include "storage/rocks.h"
#include "support/catch.h"
#include "support/child.h"
#include "support/journal_checker.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

void record_stories(const std::string& path) {
  kit::create_ledger_in(path);
  Journal journal = must(Journal::open(must(LedgerFolder::open(path))));
  Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
  for (const char* const prefix : {"a", "b", "c"})
    for (const PreparedCommand& one : kit::story(7, 4, 60, prefix))
      (void)kit::record(sequencer, one);
  must(kit::record(sequencer, kit::command("r", kit::reversal(journal.size() - 1))));
}

using Entries = std::map<std::string, std::string>;

/// Everything in the families that are derived from the records.
Entries derived(const std::string& path) {
  const Rocks rocks = must(Rocks::open(path + "/journal", {}, {}));
  Entries entries;
  for (const auto family :
       {journal_keys::subjects, journal_keys::commands, journal_keys::book, journal_keys::meta}) {
    auto cursor = rocks.walk(*rocks.family(family));
    for (cursor.seek({}); cursor.valid(); cursor.next())
      entries[std::string(family) + " " + std::string(cursor.key())] = cursor.value();
  }
  return entries;
}

}  // namespace

TEST_CASE("indexes and book built again are those that were written live, byte for byte") {
  const TempFolder temp;
  record_stories(temp / "ledger");
  const Entries live = derived(temp / "ledger");
  REQUIRE(live.size() > 200);
  must(Ledger::reindex(temp / "ledger"));
  CHECK(derived(temp / "ledger") == live);
  CHECK(check_journal(must(Journal::open(must(LedgerFolder::open(temp / "ledger"))))));
}

// Cause: pages that were folded and not written yet were forgotten when the memory for them was
// full; the next fold then went on from what the journal had, and stopped the process.
TEST_CASE("the book is built again right with no memory for pages") {
  const TempFolder temp;
  record_stories(temp / "ledger");
  const Entries live = derived(temp / "ledger");
  {
    Journal journal = must(Journal::open_to_reindex(must(LedgerFolder::open(temp / "ledger"))));
    must(reindex(journal, 0));
  }
  CHECK(derived(temp / "ledger") == live);
}

TEST_CASE("a journal whose indexes are half built does not open, and does when they are whole") {
  const TempFolder temp;
  record_stories(temp / "ledger");
  const Entries live = derived(temp / "ledger");
  const unsigned records = GENERATE(0u, 1u, 50u);
  Child child({"reindex", temp / "ledger", std::to_string(records)});
  REQUIRE(child.wait() == SIGKILL);
  const Error error = error_of(Journal::open(must(LedgerFolder::open(temp / "ledger"))));
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Contains("rebuild index"));
  must(Ledger::reindex(temp / "ledger"));
  CHECK(derived(temp / "ledger") == live);
}
