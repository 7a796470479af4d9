#include "service/rotate_key.h"

#include <filesystem>
#include <optional>

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

namespace {

/// Signs once, or not at all, then is gone; remembers what it signed of trees, as a careful one.
class Faulty final : public Signer {
 public:
  Faulty(SigningKey key, int answers) : key_(std::move(key)), answers_(answers) {}
  const VerifierKey& verifier() const override { return key_.verifier(); }
  Result<std::string> sign(std::string_view message) const override {
    if (answers_-- == 0) return fail(ErrorCode::io, "the signer is gone");
    if (!message.starts_with("counterfoil/")) {
      const Checkpoint asked = must(parse_checkpoint(message));
      if (signed_ && signed_->size == asked.size && *signed_ != asked)
        return fail(ErrorCode::refused, "another tree");
      signed_ = asked;
    }
    return key_.sign(message);
  }
  void mend() { answers_ = 100; }

 private:
  SigningKey key_;
  mutable int answers_;
  mutable std::optional<Checkpoint> signed_;
};

}  // namespace

// Cause: a rotation given again was recorded at another moment, so that its tree had another root
// than the one that the old key's signer remembered.
TEST_CASE("a rotation that a signer did not finish gives the same tree when it is given again") {
  const Rig rig(GENERATE(default_suite, national_suite));
  const int answers = GENERATE(0, 1);
  const auto old_key = [&] {
    const auto ledger = rig.open();
    return must(signing_key_in_force(ledger->folder(), ledger->facts().keys.current()));
  };
  Faulty authority(old_key(), 100);
  Faulty next(must(SigningKey::generate(
                  authority.verifier().type() == KeyType::sm2 ? national_suite : default_suite,
                  kit::origin)),
              answers);
  {
    const auto ledger = rig.open();
    CHECK(error_of(rotate_key(*ledger, {authority, next})).message.find("the signer is gone") !=
          std::string::npos);
    CHECK(ledger->journal().size() == 2);
  }
  next.mend();
  const auto ledger = rig.open();
  must(rotate_key(*ledger, {authority, next}));
  CHECK(must(read_ledger_facts(ledger->journal())).keys.current() == next.verifier());
  CHECK_FALSE(std::filesystem::exists(rig.temp / "ledger/rotation"));
}

// Cause: the key that came into force and was not in its place yet was written over.
TEST_CASE("a rotation that is refused leaves the key that came into force where it is") {
  const Rig rig(default_suite);
  const auto newer = must(SigningKey::generate(default_suite, kit::origin));
  {
    const auto ledger = rig.open();
    const auto old_key =
        must(signing_key_in_force(ledger->folder(), ledger->facts().keys.current()));
    must(write_key(ledger->folder().next_signing_key(), newer));
    must(rotate_key(*ledger, {old_key, newer}));
  }
  {
    const auto ledger = rig.open();
    CHECK_FALSE(rotate_key_file(*ledger, must(SigningKey::generate(default_suite, kit::origin))));
    must(ledger->notary().find_signer());
  }
  const auto ledger = rig.open();
  must(rotate_key_file(*ledger, newer));  // which settles it first
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
