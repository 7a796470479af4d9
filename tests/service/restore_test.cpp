#include "service/restore.h"

#include <filesystem>

#include "service/create.h"
#include "service/ledger.h"
#include "service/rotate_key.h"
#include "storage/verify_journal.h"
#include "support/catch.h"
#include "support/ledger_kit.h"
#include "support/spoil.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

struct Rig {
  explicit Rig(std::string_view suite = default_suite) {
    LedgerPlan plan;
    plan.origin = kit::origin;
    plan.suite = suite;
    plan.rule_set = kit::rules("observe");
    plan.recovery_key_file = temp / "recovery.key";
    must(create_ledger(temp / "ledger", plan, kit::ticking()));
  }
  std::unique_ptr<Ledger> open(const std::string& name) const {
    return must(Ledger::open(temp / name, kit::ticking(), [](const auto&) {}));
  }
  void record(const std::string& name, const std::string& id) const {
    const auto ledger = open(name);
    ledger->start();
    must(kit::send(ledger->writer(), kit::command(id, kit::unit(id))));
  }
  std::string checkpoint(const std::string& name) const {
    return must(open(name)->notary().checkpoint());
  }
  void copy(const std::string& from, const std::string& to) const {
    fs::copy(temp / from, temp / to, fs::copy_options::recursive);
  }
  Result<RestoredLedger> restore(const std::string& from, const std::string& to,
                                 const std::string& last = {}, const std::string& last_key = {},
                                 std::uint32_t epoch = 0) const {
    return restore_ledger(temp / to,
                          {.copy = temp / from,
                           .last_checkpoint = last,
                           .last_key = last_key,
                           .epoch = epoch,
                           .recovery_key_file = temp / (to + ".recovery.key")},
                          kit::ticking());
  }

  TempFolder temp;
};

}  // namespace

TEST_CASE("a restored ledger goes on under a name and a key of its own") {
  const Rig rig(GENERATE(default_suite, national_suite));
  rig.record("ledger", "u1");
  const std::string signed_before = rig.checkpoint("ledger");
  rig.copy("ledger", "copy");
  const VerifierKey old_key = rig.open("ledger")->facts().keys.current();

  const RestoredLedger restored = must(rig.restore("copy", "next"));
  CHECK(restored.records == 3);
  CHECK(restored.signed_beyond == 0);
  CHECK(restored.origin == fmt::format("{}/e1", kit::origin));
  const auto next = rig.open("next");
  CHECK(next->journal().epoch() == Epoch{1});
  CHECK(next->facts().origin == restored.origin);
  const std::string note = must(next->notary().checkpoint());
  CHECK(note == restored.checkpoint);
  CHECK(must(open_checkpoint(note, {must(VerifierKey::parse(restored.verifier_key))}))
            .checkpoint.size == 4);
  CHECK_FALSE(open_checkpoint(note, {old_key}));
  // What the old log signed is still provable of it.
  CHECK(must(verify_journal(next->journal(),
                            {.threads = 1, .since = {signed_before}, .progress = {}}))
            .size == 4);
}

TEST_CASE("the copy and the original can both go on, and never sign under one name") {
  const Rig rig;
  rig.copy("ledger", "copy");
  must(rig.restore("copy", "next"));
  rig.record("ledger", "u1");
  rig.record("next", "u2");
  const auto one = must(parse_note(rig.checkpoint("ledger"))).text;
  const auto other = must(parse_note(rig.checkpoint("next"))).text;
  CHECK(must(parse_checkpoint(one)).origin != must(parse_checkpoint(other)).origin);
}

TEST_CASE("an epoch may be restored again, and counts on") {
  const Rig rig;
  rig.copy("ledger", "copy");
  must(rig.restore("copy", "next"));
  rig.copy("next", "copy2");
  const RestoredLedger restored = must(rig.restore("copy2", "last"));
  CHECK(restored.origin == fmt::format("{}/e2", kit::origin));
  CHECK(rig.open("last")->journal().size() == 4);
}

TEST_CASE("a restore says how many signed records the copy lacks") {
  const Rig rig;
  rig.copy("ledger", "copy");
  rig.record("ledger", "u1");
  rig.record("ledger", "u2");
  const std::string last = rig.checkpoint("ledger");
  CHECK(must(rig.restore("copy", "next", last)).signed_beyond == 2);
}

TEST_CASE("a copy that is not what the last checkpoint signed is refused") {
  const Rig rig;
  rig.copy("ledger", "fork");
  rig.record("ledger", "u1");
  rig.record("fork", "u2");
  const std::string last = rig.checkpoint("ledger");
  CHECK(error_of(rig.restore("fork", "next", last)).code == ErrorCode::corrupt);
  CHECK(error_of(rig.restore("fork", "next2", "no note\n")).code == ErrorCode::invalid);
  // Nothing is left of it, so that it can be given again.
  for (const char* const name : {"next", "next2"}) {
    CHECK(LedgerFolder::check_new(rig.temp / name));
    CHECK_FALSE(fs::exists(rig.temp / (std::string(name) + ".recovery.key")));
  }
  must(rig.restore("fork", "next"));
}

TEST_CASE("what a restore that was killed leaves does not open") {
  const Rig rig;
  must(create_private_file(rig.temp / "ledger/restoring", ""));
  const auto cut_off = Ledger::open(rig.temp / "ledger", kit::ticking(), [](const auto&) {});
  CHECK_THAT(error_of(cut_off).message, Contains("was cut off"));
}

// Cause: both restored ledgers were epoch 1, under one name.
TEST_CASE("a copy that was restored before is restored behind that") {
  const Rig rig;
  rig.copy("ledger", "copy");
  const RestoredLedger first = must(rig.restore("copy", "first"));
  rig.record("first", "u1");
  const std::string last = rig.checkpoint("first");
  const Error unknown = error_of(rig.restore("copy", "second", last));
  CHECK_THAT(unknown.message, Contains("--last-key"));
  const RestoredLedger second = must(rig.restore("copy", "second", last, first.verifier_key));
  CHECK(second.origin == fmt::format("{}/e2", kit::origin));
  CHECK(second.signed_beyond == 2);
  CHECK(must(rig.restore("copy", "third", {}, {}, 7)).origin == fmt::format("{}/e7", kit::origin));
  const auto other = must(SigningKey::generate(default_suite, "example.org/other"));
  const std::string foreign = must(sign_checkpoint({"example.org/other", 9, Hash{}}, {&other}));
  CHECK(error_of(rig.restore("copy", "fourth", foreign, other.verifier().text())).code ==
        ErrorCode::refused);
}

// Cause: only the keys that the copy knows were looked at.
TEST_CASE("the last checkpoint may be signed by a key that came behind the copy") {
  const Rig rig;
  rig.copy("ledger", "copy");
  std::string key;
  {
    const auto ledger = rig.open("ledger");
    must(rotate_key_file(
        *ledger, must(signing_key_in_force(ledger->folder(), ledger->facts().keys.current()))));
  }
  rig.record("ledger", "u1");
  const std::string last = rig.checkpoint("ledger");
  key = rig.open("ledger")->facts().keys.current().text();
  CHECK_FALSE(rig.restore("copy", "next", last));
  CHECK(must(rig.restore("copy", "next", last, key)).signed_beyond == 2);
}

TEST_CASE("a restore needs a copy that nobody holds, and writes nothing to it") {
  const Rig rig;
  rig.copy("ledger", "copy");
  CHECK(error_of(rig.restore("nowhere", "next")).code == ErrorCode::not_found);
  {
    const auto held = rig.open("ledger");
    CHECK(error_of(rig.restore("ledger", "next")).code == ErrorCode::busy);
  }
  const auto shown = must(read_file(rig.temp / "copy/shown"));
  must(rig.restore("copy", "next"));
  CHECK(must(read_file(rig.temp / "copy/shown")) == shown);
  CHECK_FALSE(fs::exists(rig.temp / "copy/restoring"));
  CHECK(error_of(rig.restore("copy", "next")).code == ErrorCode::refused);
}
