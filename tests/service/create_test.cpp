#include "service/create.h"

#include <filesystem>

#include "service/ledger.h"
#include "service/secrets.h"
#include "storage/shown.h"
#include "support/catch.h"
#include "support/journal_checker.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

LedgerPlan plan_in(const TempFolder& temp) {
  LedgerPlan plan;
  plan.origin = "ledger.example.org/city";
  plan.rule_set = kit::rules("enforce");
  plan.recovery_key_file = temp / "recovery.key";
  return plan;
}

bool is_private(const std::string& path) {
  return fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace

TEST_CASE("a new ledger opens, and its secrets are its owner's alone") {
  const TempFolder temp;
  const CreatedLedger created = must(create_ledger(temp / "ledger", plan_in(temp), kit::ticking()));
  CHECK(created.verifier_key.starts_with("ledger.example.org/city+"));
  CHECK(created.verifier_key != created.recovery_verifier_key);
  for (const char* const name :
       {"ledger/signing.key", "ledger/admin.token", "ledger/shown", "recovery.key"})
    CHECK(is_private(temp / name));
  CHECK(must(read_file(temp / "ledger/admin.token")).size() == 65);
  const auto ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
  CHECK(ledger->facts().origin == "ledger.example.org/city");
  CHECK(ledger->facts().administrator == "admin");
  CHECK(must(ledger->rule_set_in_force(Date{20'000})) == "test@1");
  CHECK(must(check_journal(ledger->journal())).records == 2);
}

// Cause: the path was not looked at, and the key that must survive the folder lay in it.
TEST_CASE("the recovery key is not written into the ledger's folder, nor over another one") {
  const TempFolder temp;
  LedgerPlan plan = plan_in(temp);
  for (const std::string& inside : {temp / "ledger/recovery.key", temp / "x/../ledger/a/r.key"}) {
    plan.recovery_key_file = inside;
    const Error error = error_of(create_ledger(temp / "ledger", plan, kit::ticking()));
    CHECK(error.code == ErrorCode::refused);
    CHECK_THAT(error.message, Contains("lies in the ledger's folder"));
  }
  CHECK_FALSE(fs::exists(temp / "ledger"));
  plan = plan_in(temp);
  must(create_private_file(plan.recovery_key_file, "precious"));
  CHECK(error_of(create_ledger(temp / "ledger", plan, kit::ticking())).code == ErrorCode::refused);
  CHECK(must(read_file(plan.recovery_key_file)) == "precious");
}

TEST_CASE("a ledger is not created over one that is there") {
  const TempFolder temp;
  must(create_ledger(temp / "ledger", plan_in(temp), kit::ticking()));
  LedgerPlan plan = plan_in(temp);
  // The ledger is what it complains about, also where the recovery key's place is wrong, too.
  for (const char* const key : {"another.key", "recovery.key", "ledger/recovery.key"}) {
    plan.recovery_key_file = temp / key;
    const Error error = error_of(create_ledger(temp / "ledger", plan, kit::ticking()));
    CHECK(error.code == ErrorCode::refused);
    CHECK_THAT(error.message, Contains("is not an empty folder"));
  }
}

// Cause: the journal was there and empty, and opening it said that there is no record 0; where it
// was not there yet, "create one with init", which then refused the folder.
TEST_CASE("a creation that was cut off before its first record says so when it is opened") {
  const TempFolder temp;
  {
    const LedgerFolder folder = must(LedgerFolder::create(temp / "ledger"));
    must(create_private_file(folder.signing_key(), "key"));
    const int steps = GENERATE(0, 1, 2, 3, 4);
    if (steps == 1) must(create_private_file(folder.shown(), std::string(8'192, '\0')));
    if (steps == 2) must(ShownFile::create(folder.shown(), Epoch{0}));
    if (steps > 2) must(Journal::create(folder, default_suite, Epoch{0}));
    if (steps == 3) fs::remove(folder.journal() + "/CURRENT");
  }
  const Error error = error_of(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
  CHECK_THAT(error.message, Contains("its creation was cut off. Remove the folder"));
}

// Cause: they were told in the system's or RocksDB's words, without what to do.
TEST_CASE("a ledger that lacks a file says which, and to restore it") {
  const TempFolder temp;
  must(create_ledger(temp / "ledger", plan_in(temp), kit::ticking()));
  const auto error_without = [&](const char* name) {
    fs::rename(temp / (std::string("ledger/") + name), temp / "aside");
    const Error error = error_of(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
    fs::rename(temp / "aside", temp / (std::string("ledger/") + name));
    CHECK(error.code == ErrorCode::corrupt);
    CHECK_THAT(error.message, Contains(name));
    CHECK_THAT(error.message, Contains("estore a backup"));
  };
  error_without("shown");
  error_without("journal/CURRENT");
  error_without("journal");
  CHECK(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
}

TEST_CASE("a ledger that cannot be made leaves nothing behind") {
  const TempFolder temp;
  LedgerPlan plan = plan_in(temp);
  SECTION("because of the recovery key's folder") {
    plan.recovery_key_file = temp / "none/recovery.key";
    const Error error = error_of(create_ledger(temp / "ledger", plan, kit::ticking()));
    CHECK(error.code == ErrorCode::io);
    CHECK_THAT(error.message, Contains("none is no folder. Make it"));
    CHECK(fs::is_empty(temp.path()));
  }
  SECTION("because of its own") {
    must(create_private_file(temp / "file", "mine"));
    const Error error = error_of(create_ledger(temp / "file/ledger", plan, kit::ticking()));
    CHECK(error.code == ErrorCode::io);
    CHECK_FALSE(fs::exists(plan.recovery_key_file));
  }
}

TEST_CASE("the administrator's token is 64 hexadecimal digits that its owner alone can read") {
  const TempFolder temp;
  must(create_ledger(temp / "ledger", plan_in(temp), kit::ticking()));
  const LedgerFolder folder = must(LedgerFolder::open(temp / "ledger"));
  const std::string contents = must(read_file(folder.admin_token()));
  CHECK(must(read_admin_token(folder)) + "\n" == contents);
  for (const std::string& wrong :
       {std::string(), std::string("short\n"), contents.substr(1), "x" + contents.substr(1)}) {
    fs::remove(folder.admin_token());
    must(create_private_file(folder.admin_token(), wrong));
    CHECK_THAT(error_of(read_admin_token(folder)).message,
               Contains("does not hold 64 hexadecimal digits: make a new one with"));
  }
  fs::remove(folder.admin_token());
  CHECK_THAT(error_of(read_admin_token(folder)).message,
             Contains("is missing") && Contains("make a new one with"));
  must(write_admin_token(folder, must(make_token())));
  CHECK(read_admin_token(folder));
  fs::permissions(folder.admin_token(), fs::perms::others_read, fs::perm_options::add);
  CHECK(error_of(read_admin_token(folder)).code == ErrorCode::denied);
}

TEST_CASE("the signing key is its owner's alone, and a key") {
  const TempFolder temp;
  must(create_ledger(temp / "ledger", plan_in(temp), kit::ticking()));
  const LedgerFolder folder = must(LedgerFolder::open(temp / "ledger"));
  CHECK(read_signing_key(folder.signing_key(), "city"));
  fs::permissions(folder.signing_key(), fs::perms::group_read, fs::perm_options::add);
  CHECK(error_of(read_signing_key(folder.signing_key(), "city")).code == ErrorCode::denied);
  fs::remove(folder.signing_key());
  CHECK(error_of(read_signing_key(folder.signing_key(), "city")).code == ErrorCode::not_found);
  must(create_private_file(folder.signing_key(), "no key"));
  CHECK(error_of(read_signing_key(folder.signing_key(), "city")).code == ErrorCode::corrupt);
}
