#include "storage/folder.h"

#include <filesystem>

#include "support/catch.h"
#include "support/child.h"
#include "support/must.h"
#include "support/temp_folder.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

void make_ledger(const std::string& path) {
  const LedgerFolder folder = must(LedgerFolder::create(path));
  std::filesystem::create_directory(folder.journal());
}

}  // namespace

TEST_CASE("a ledger that is open is refused to whoever asks second, with the holder's process id") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  const LedgerFolder held = must(LedgerFolder::open(temp / "ledger"));
  const Error error = error_of(LedgerFolder::open(temp / "ledger"));
  CHECK(error.code == ErrorCode::busy);
  CHECK_THAT(error.message, Contains("in use by process " + std::to_string(::getpid()) + ":"));
}

TEST_CASE("the lock of another process ends when that is killed") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Child child({"hold", temp / "ledger"});
  REQUIRE(child.read_line() == "held");
  const Error error = error_of(LedgerFolder::open(temp / "ledger"));
  CHECK(error.code == ErrorCode::busy);
  CHECK_THAT(error.message, Contains("in use by process " + std::to_string(child.pid()) + ":"));
  child.kill();
  CHECK(LedgerFolder::open(temp / "ledger"));
}

TEST_CASE("the lock ends with the object that holds it") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  { const LedgerFolder held = must(LedgerFolder::open(temp / "ledger")); }
  CHECK(LedgerFolder::open(temp / "ledger"));
}

TEST_CASE("a ledger is created in a new or empty folder only, which its owner alone can enter") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  CHECK(error_of(LedgerFolder::create(temp / "ledger")).code == ErrorCode::refused);
  CHECK(error_of(LedgerFolder::open(temp / "nothing")).code == ErrorCode::not_found);
  const auto mode = std::filesystem::status(temp / "ledger").permissions();
  CHECK(mode == std::filesystem::perms::owner_all);
}

// Cause: the lock that a creation leaves when it fails (a mistyped path for the recovery key)
// counted as contents, so that the second try was refused.
TEST_CASE("a folder with nothing but a lock that nobody holds is empty") {
  const TempFolder temp;
  { const LedgerFolder failed = must(LedgerFolder::create(temp / "ledger")); }
  CHECK(LedgerFolder::create(temp / "ledger"));
}
