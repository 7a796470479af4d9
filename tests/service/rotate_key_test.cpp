#include "service/rotate_key.h"

#include <filesystem>

#include "service/create.h"
#include "service/secrets.h"
#include "storage/verify_journal.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

/// A ledger with a key in its folder and a recovery key beside it.
struct Rig {
  explicit Rig(std::string_view suite) {
    LedgerPlan plan;
    plan.origin = kit::origin;
    plan.suite = suite;
    plan.rule_set = kit::rules("enforce");
    plan.recovery_key_file = temp / "recovery.key";
    must(create_ledger(temp / "ledger", plan, kit::ticking()));
  }
  std::unique_ptr<Ledger> open() const {
    return must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
  }
  SigningKey recovery() const { return must(read_signing_key(temp / "recovery.key", kit::origin)); }

  TempFolder temp;
};

}  // namespace

TEST_CASE("after a rotation the new key signs, and the first checkpoint carries both") {
  const Rig rig(GENERATE(default_suite, national_suite));
  const bool lost = GENERATE(false, true);
  auto before = rig.open();
  const VerifierKey old_key = before->facts().keys.current();
  const std::string kept = must(before->notary().checkpoint());
  if (lost) std::filesystem::remove(rig.temp / "ledger/signing.key");
  const SigningKey authority =
      lost ? rig.recovery() : must(signing_key_in_force(before->folder(), old_key));
  const std::string first = must(rotate_key_file(*before, authority));
  before.reset();

  const auto after = rig.open();
  const VerifierKey new_key = after->facts().keys.current();
  CHECK_FALSE(new_key == old_key);
  CHECK(must(open_checkpoint(first, {new_key})).checkpoint.size == 3);
  CHECK(must(open_checkpoint(first, {authority.verifier()})).checkpoint.size == 3);
  CHECK(must(after->notary().checkpoint()) == first);
  after->start();
  must(kit::send(after->writer(), kit::command("c-1", kit::unit("101"))));
  const std::string next = must(after->notary().checkpoint());
  CHECK(open_checkpoint(next, {new_key}));
  CHECK_FALSE(open_checkpoint(next, {old_key}));
  CHECK(
      must(verify_journal(after->journal(), {.threads = 1, .since = {kept, first}, .progress = {}}))
          .size == 4);
}

TEST_CASE("a rotation that was cut off leaves a key that signs") {
  const Rig rig(default_suite);
  const std::string next = rig.temp / "ledger/next-signing.key";
  const auto newer = must(SigningKey::generate(default_suite, kit::origin));

  SECTION("before its record: the old one, and the next rotation goes through") {
    must(write_key(next, newer));
    const auto ledger = rig.open();
    must(ledger->notary().checkpoint());
    must(rotate_key_file(
        *ledger, must(signing_key_in_force(ledger->folder(), ledger->facts().keys.current()))));
  }
  SECTION("behind its record: the new one, which is found") {
    must(write_key(next, newer));
    {
      const auto ledger = rig.open();
      const auto old_key =
          must(signing_key_in_force(ledger->folder(), ledger->facts().keys.current()));
      must(rotate_key(*ledger, {old_key, newer}));
    }
    const auto ledger = rig.open();
    must(ledger->notary().find_signer());
    CHECK_FALSE(std::filesystem::exists(next));
  }
  const auto ledger = rig.open();
  must(ledger->notary().checkpoint());
}

TEST_CASE("nobody but the old key and the recovery key can rotate") {
  const Rig rig(default_suite);
  const auto ledger = rig.open();
  const auto stranger = must(SigningKey::generate(default_suite, kit::origin));
  const Error error = error_of(rotate_key_file(*ledger, stranger));
  CHECK(error.code == ErrorCode::refused);
  CHECK_THAT(error.message, Contains("neither the key that signs"));
  CHECK(ledger->journal().size() == 2);
}

TEST_CASE("a client cannot record that a key was rotated") {
  const Rig rig(default_suite);
  const auto ledger = rig.open();
  ledger->start();
  const auto answer =
      kit::send(ledger->writer(), kit::command("c-1", R"({"keyRotated": {"oldKey": "a"}})"));
  CHECK(error_of(answer).code == ErrorCode::refused);
}
