#include "core/limits.h"
#include "domain/support/rule_book.h"
#include "support/catch.h"

// What holds of every command, whatever its facts are.

using namespace counterfoil;
using namespace counterfoil::test;

TEST_CASE("a command needs an id and 1 to 1024 facts") {
  const CommandOf registers = unit("W");
  given({city()})
      .when(registers.with([](schema::Command::Builder it) { it.setCommandId(""); }))
      .invalid("needs an id");
  given({city()}).when(together({})).invalid("at least one fact");
  given({city()})
      .when(together(std::vector<FactOf>(limits::facts_in_command + 1, unit("W"))))
      .beyond_limit("1025 facts; the limit is 1024");
}

TEST_CASE("a fact without a kind, or of a newer build, is refused") {
  given({city()})
      .when(FactOf{[](schema::Fact::Builder) {}})
      .fails(ErrorCode::unsupported, {"tag 0"});
}

TEST_CASE("evidence is a record that is there, of an earlier command") {
  given({city()})
      .when(CommandOf(unit("W")).citing({appropriation_A, 0}))
      .then({record_has("/evidence", R"(["9","0"])")});
  given({city()}).when(CommandOf(unit("W")).citing({next})).refused("no record 10 yet", "evidence");
  given({city()})
      .when(CommandOf(unit("W")).citing(std::vector<std::uint64_t>(257, 0)))
      .beyond_limit("257 events as evidence; the limit is 256");
}

TEST_CASE("a record carries what the command and the ledger say about it") {
  given({city()})
      .when(CommandOf(together({unit("W"), unit("X")}))
                .because("founded")
                .decided_on("2024-02-02")
                .effective_on("2024-01-01"))
      .then({record_has("/sequence", R"("11")"), record_has("/factIndex", "1"),
             record_has("/factCount", "2"), record_has("/format", "1"),
             record_has("/reason", R"("founded")"), record_has("/commandId", R"("c")"),
             record_has("/actor", R"("clerk")"), record_has("/role", R"("unit")"),
             record_has("/decidedAt", R"("2024-02-02T00:00:00.000001Z")"),
             record_has("/recordedAt", R"("2024-03-01T00:00:00.000010Z")"),
             record_has("/effectiveOn", R"("2024-01-01")"),
             record_has("/ruleSetVersion", R"("city@1")")});
}

TEST_CASE("a command may expect that a subject's history is as long as it was") {
  given({city()}).when(CommandOf(unit("W")).expecting("unit/U", 3)).then({});
  given({city()}).when(CommandOf(unit("W")).expecting("unit/W", 0)).then({});
  given({city()})
      .when(CommandOf(unit("W")).expecting(A, 1))
      .conflicts(A, "has 2 records", "decided on 1", "newer are 9:", "decide again");
  given({city()})
      .when(CommandOf(unit("W")).expecting("project/P", 0))
      .conflicts("project/P has 3 records", "newer are 9, 6, 4:");
  given({city()}).when(CommandOf(unit("W")).expecting("unit", 1)).conflicts("unit has 0 records");
  given({city()}).when(CommandOf(unit("W")).expecting("U", 1)).invalid("is not a subject");
}

TEST_CASE("a command that expects records which are not there is told so") {
  // The sentence ended in "the newest are : read them".
  given({city()})
      .when(CommandOf(unit("W")).expecting(A, 3))
      .conflicts(A, "has 2 records", "expects 3");
}

TEST_CASE("a conflict names a handful of the newer records, not all of them") {
  given({city(), together({pay(A, 1), pay(A, 1), pay(A, 1), pay(A, 1), pay(A, 1), pay(A, 1)})})
      .when(CommandOf(unit("W")).expecting(A, 0))
      .conflicts("has 8 records", "15, 14, 13, 12, 11:");
}

TEST_CASE("a record too long to be stored is refused") {
  std::vector<LegOf> legs;
  for (int i = 0; i < 256; ++i) legs.push_back({A, 1, std::string(200, 't')});
  given({city()})
      .when(adjust(Kind::SUPPLEMENT, legs))
      .beyond_limit("bytes long; the limit is 65528", "split it");
}

TEST_CASE("facts and envelope are stored without anything set but empty") {
  given({city()})
      .when(CommandOf(unit("W")).because("").citing({}))
      .then({record_has("/reason", "absent"), record_has("/evidence", "absent")});
}

TEST_CASE("a command is decided at most a day ahead of the ledger's clock") {
  const auto decided_at = [](std::int64_t ahead_us) {
    return CommandOf(pay(A, 1)).with([=](schema::Command::Builder command) {
      command.setDecidedAt(1'709'251'200'000'000 + static_cast<std::int64_t>(next) + ahead_us);
    });
  };
  given({city()}).when(decided_at(limits::decided_ahead_us)).then({spent(A, 1)});
  given({city()})
      .when(decided_at(limits::decided_ahead_us + 1))
      .invalid("decided on 2024-03-02", "later than now (2024-03-01T00:00:00", "at most a day");
  // Of a year's grades the latest decided counts: this one would have outranked all to come.
  given({city()})
      .when(CommandOf(grade("project/P")).decided_on("9999-01-01"))
      .invalid("decided on 9999-01-01, which is later than now");
}
