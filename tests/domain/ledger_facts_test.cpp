#include "domain/support/rule_book.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

TEST_CASE("LedgerOpened: a ledger is opened once, by record 0") {
  given({}).when(opened()).then({recorded(R"({"ledgerOpened": {
    "currencyExponent": 2, "fiscalYearMonth": 1, "fiscalYearDay": 1, "confidentiality": "public",
    "suite": "sha256-ed25519", "origin": "example.org/city", "verifierKey": "key",
    "currency": "CNY", "timeZone": "Etc/UTC"}})")});
  given({opened()}).when(opened()).refused("opened once");
  given({}).when(together({opened(), opened()})).refused("facts[1]: ", "opened once");
}

TEST_CASE("LedgerOpened: what it fixes for ever has to be there") {
  const auto opening = [](auto change) {
    return but(opened(), [=](schema::Fact::Builder fact) { change(fact.getLedgerOpened()); });
  };
  given({}).when(opening([](auto it) { it.setOrigin(""); })).invalid("needs an origin");
  given({}).when(opening([](auto it) { it.setSuite(""); })).invalid("a suite");
  given({}).when(opening([](auto it) { it.setVerifierKey(""); })).invalid("a verifier key");
  given({}).when(opening([](auto it) { it.setTimeZone(""); })).invalid("a time zone");
  given({}).when(opening([](auto it) { it.setCurrency(""); })).invalid("a currency");
  given({}).when(opening([](auto it) { it.setCurrencyExponent(7); })).invalid("at most 6 digits");
  for (const auto& [month, day] : {std::pair{0, 1}, {13, 1}, {1, 0}, {1, 29}})
    given({})
        .when(opening([&](auto it) {
          it.setFiscalYearMonth(static_cast<std::uint8_t>(month));
          it.setFiscalYearDay(static_cast<std::uint8_t>(day));
        }))
        .invalid("day 1 to 28 of month 1 to 12");
  given({})
      .when(opening([](auto it) {
        it.setConfidentiality(schema::LedgerOpened::Confidentiality::UNSPECIFIED);
      }))
      .invalid("public or confidential");
}

TEST_CASE("nothing is recorded before the ledger is opened") {
  // A rule set was accepted as record 0, and then the ledger could never be opened: everything else
  // was refused because it was not, and opening it because record 0 was there.
  given({}).when(rules(rule_set("enforce"))).refused("never opened");
  given({}).when(unit("U")).refused("never opened");
}

TEST_CASE("RuleSetPublished: its document is read, and a version is used once") {
  given({opened()})
      .when(rules(rule_set("observe", "7"), "2024-01-01"))
      .then({record_has("/ruleSetVersion", "absent")})
      .when(rules(rule_set("observe", "8"), "2024-06-01"))
      .then({record_has("/ruleSetVersion", R"("city@7")")})
      .when(rules(rule_set("enforce", "7")))
      .refused("city@7", "published by record 1", "another version");
  given({opened()})
      .when(rules(rule_set("off") + "}"))
      .invalid("not usable as JSON", "behind the value");
  given({opened()})
      .when(but(rules(rule_set("off")),
                [](schema::Fact::Builder fact) { fact.getRuleSetPublished().setName("town"); }))
      .invalid("city@1", "town@1");
}

TEST_CASE("rules hold from the day that they are in force on") {
  const CommandOf from_tomorrow = rules(rule_set("enforce"), "2024-03-02");
  given({opened(), from_tomorrow})
      .when(unit("U"))
      .refused("no rule set is in force on 2024-03-01")
      .when(CommandOf(unit("U")).decided_on("2024-03-02"))
      .then({record_has("/ruleSetVersion", R"("city@1")")});
  given({opened(), rules(rule_set("off", "1"), "2024-01-01"),
         rules(rule_set("off", "2"), "2024-03-02"), rules(rule_set("off", "3"), "2023-01-01")})
      .when(unit("U"))
      .then({record_has("/ruleSetVersion", R"("city@1")")})
      .when(CommandOf(unit("V")).decided_on("2023-12-31"))
      .then({record_has("/ruleSetVersion", R"("city@3")")})
      .when(CommandOf(unit("W")).decided_on("2024-03-02"))
      .then({record_has("/ruleSetVersion", R"("city@2")")})
      .when(CommandOf(unit("X")).decided_on("2022-12-31"))
      .refused("no rule set is in force on 2022-12-31");
}

TEST_CASE("a rule set holds for the facts behind it in the same command") {
  // The book asked the journal below it for the rule set, where a record of the same command, or of
  // one that waits for the same write, is not yet.
  given({})
      .when(together({opened(), rules(rule_set("enforce")), unit("U")}))
      .then({record_has("/ruleSetVersion", R"("city@1")")});
  given({city("enforce")})
      .when(together({rules(rule_set("observe", "2"), "2024-02-01"), pay(A, 1'001)}))
      .then({record_has("/ruleSetVersion", R"("city@2")"), spent(A, 1'001)})
      .when(together({rules(rule_set("enforce", "3"), "2024-02-01"), pay(A, 1)}))
      .refused("facts[1]: R19");
}
