#include "service/create.h"

#include <filesystem>

#include "service/ledger.h"
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
  plan.recovery_key_file = temp / "another.key";
  CHECK(error_of(create_ledger(temp / "ledger", plan, kit::ticking())).code == ErrorCode::refused);
}

// Cause: the journal was there and empty, and opening it said that there is no record 0.
TEST_CASE("a creation that was cut off before its first record says so when it is opened") {
  const TempFolder temp;
  {
    const LedgerFolder folder = must(LedgerFolder::create(temp / "ledger"));
    must(Journal::create(folder, default_suite, Epoch{0}));
  }
  const Error error = error_of(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
  CHECK_THAT(error.message, Contains("its creation was cut off. Remove the folder"));
}
