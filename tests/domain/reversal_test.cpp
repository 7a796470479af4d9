#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

TEST_CASE("EventReversed: an appropriation's effect is undone by the opposite one") {
  given({city()})
      .when(reverse(appropriation_A))
      .then({recorded(R"({"eventReversed": {"event": "9", "reversedFact": 8,
              "effects": [{"line": "line/2024/P/general/net/-", "amount": "-1000"}],
              "subjects": ["fund/2024/general"]}})"),
             current(A, 0)})
      .when(appropriate(A, 700))
      .then({current(A, 700)});
}

TEST_CASE("EventReversed: an adjustment's legs are undone one by one, on lines that moved on") {
  given({city(), adjust(Kind::SUPPLEMENT, {{A, 200, ""}, {B, 5, ""}, {A, -50, ""}}),
         adjust(Kind::SUPPLEMENT, {{A, 7, ""}})})
      .when(reverse(next))
      .then({recorded(R"({"eventReversed": {"event": "10", "reversedFact": 9, "effects": [
          {"line": "line/2024/P/general/net/-", "component": "supplement", "amount": "-200",
           "balanceAfter": "957"},
          {"line": "line/2024/Q/general/net/-", "component": "supplement", "amount": "-5"},
          {"line": "line/2024/P/general/net/-", "component": "supplement", "amount": "50",
           "balanceAfter": "1007"}], "subjects": ["fund/2024/general"]}})"),
             current(A, 1'007), current(B, 0)});
}

TEST_CASE("EventReversed: each kind of adjustment is undone in its own component") {
  for (const auto& [kind, name] : {std::pair{Kind::SUPPLEMENT, "supplement"},
                                   {Kind::REDUCTION, "reduction"},
                                   {Kind::VIREMENT, "virement"},
                                   {Kind::CLAWBACK, "clawback"},
                                   {Kind::CANCELLATION, "cancellation"},
                                   {Kind::CARRY_OVER, "carryOver"},
                                   {Kind::RESERVE_DRAW, "reserveDraw"},
                                   {Kind::RESTATEMENT, "restatement"}}) {
    const bool transfer = kind == Kind::VIREMENT || kind == Kind::RESERVE_DRAW;
    std::vector<LegOf> legs = {{A, -10, ""}};
    if (transfer) legs.push_back({B, 10, ""});
    given({city(), adjust(kind, legs)})
        .when(reverse(next))
        .then(
            {current(A, 1'000), current(B, 0),
             record_has("/fact/eventReversed/effects/0/component", '"' + std::string(name) + '"')});
  }
}

TEST_CASE("EventReversed: a commitment, while nothing settles it") {
  given({city(), commit(A, 400), pay(A, 100, next)})
      .when(reverse(next))
      .refused("commitment 10 is settled to 100 minor units", "reverse its payments first")
      .when(reverse(next + 1))
      .then({recorded(R"({"eventReversed": {"event": "11", "reversedFact": 11, "effects": [
          {"line": "line/2024/P/general/net/-", "component": "spent", "amount": "-100",
           "balanceAfter": "1000"},
          {"line": "line/2024/P/general/net/-", "component": "committed", "amount": "100",
           "balanceAfter": "1000"}]}})"),
             committed(A, 400), spent(A, 0)})
      .when(pay(A, 401, next))
      .refused("has 400 left")
      .when(reverse(next))
      .then({committed(A, 0)});
}

TEST_CASE("EventReversed: a payment, while nothing is refunded of it") {
  given({city(), pay(A, 400), refund(A, -150, next)})
      .when(reverse(next))
      .refused("payment 10 is refunded to 150 minor units", "reverse its refunds first")
      .when(reverse(next + 1))
      .then({spent(A, 400)})
      .when(refund(A, -400, next))
      .then({spent(A, 0)});
}

TEST_CASE("EventReversed: a refund is not reversed where the line has no room for it any more") {
  given({city(), pay(A, 1'000), refund(A, -600, next), pay(A, 500)})
      .when(reverse(next + 1))
      .refused("R19", "1500 paid on a current budget of 1000");
}

TEST_CASE("EventReversed: checks, grades and targets are withdrawn") {
  for (const FactOf& fact : {monitor("project/P"), grade("project/P"), target("project/P", "U")})
    given({city(), fact})
        .when(reverse(next))
        .then({record_has("/fact/eventReversed/event", R"("10")"),
               record_has("/fact/eventReversed/effects", "absent")});
  given({city(), grade("project/P")})
      .when(reverse(next))
      .then({record_has("/fact/eventReversed/subjects",
                        R"(["evaluation/2024/project/P","project/P"])")});
}

TEST_CASE("EventReversed: what the ledger itself rests on is not reversible") {
  given({city()})
      .when(reverse(0))
      .refused("of kind ledgerOpened, which cannot be reversed", "a new event");
  given({city()}).when(reverse(1)).refused("of kind ruleSetPublished, which cannot be");
  given({city(), reverse(appropriation_A)})
      .when(reverse(next))
      .refused("of kind eventReversed, which cannot be");
}

TEST_CASE("EventReversed: names a record that is there and was not reversed") {
  given({city()}).when(reverse(next)).refused("there is no record 10 yet");
  given({city()}).when(reverse(UINT64_MAX)).refused("there is no record");
  given({city(), reverse(appropriation_A)})
      .when(reverse(appropriation_A))
      .refused("record 9 was reversed already, by record 10");
  given({city()})
      .when(together({pay(A, 1), reverse(next)}))
      .then({spent(A, 0)})
      .when(together({pay(A, 1), reverse(next + 2), reverse(next + 2)}))
      .refused("facts[2]: ", "reversed already, by record 13");
}

TEST_CASE("EventReversed: counts from the day of what it undoes, unless it says another") {
  const CommandOf payment = CommandOf(pay(A, 1)).effective_on("2023-12-30");
  given({city(), payment})
      .when(reverse(next))
      .then({record_has("/effectiveOn", R"("2023-12-30")")});
  given({city(), payment})
      .when(CommandOf(reverse(next)).effective_on("2024-02-02"))
      .then({record_has("/effectiveOn", R"("2024-02-02")")});
}

TEST_CASE("EventReversed: a registration, while nothing rests on it") {
  given({city()}).when(reverse(unit_U)).refused("record 2 cannot be reversed", "unit/U");
  given({city()}).when(reverse(project_P)).refused("record 4 cannot be reversed", "project/P");
  given({city()}).when(reverse(line_A)).refused("record 6 cannot be reversed", A, "record 9");
  given({ledger_under("off"), unit("U"), project("P", "U"), line(A)})
      .when(reverse(4))
      .then({})
      .when(appropriate(A, 1))
      .refused("was never opened")
      .when(line(A))
      .then({})
      .when(project("P", "U"))
      .refused("proposed already");
}

TEST_CASE(
    "EventReversed: a registration is reversible again once all that rests on it is reversed") {
  // The refusal said to reverse first what rests on it; but the reversals stood in the history
  // themselves, so that doing so changed nothing.
  given({ledger_under("off"), unit("U"), project("P", "U"), line(A), appropriate(A, 5)})
      .when(reverse(2))
      .refused("unit/U", "record 4 rests on it")
      .when(reverse(5))
      .then({})
      .when(reverse(4))
      .then({})
      .when(reverse(3))
      .then({})
      .when(project("N", "U"))
      .then({})
      .when(reverse(2))
      .refused("record 9 rests on it")
      .when(reverse(9))
      .then({})
      .when(reverse(2))
      .then({})
      .when(project("P", "U"))
      .refused("unit/U is not known")
      .when(together({unit("U"), project("P", "U"), line(A), appropriate(A, 6)}))
      .then({current(A, 6)});
}

TEST_CASE("EventReversed: a unit whose target stands is not reversed") {
  // A target's history did not name the unit that submitted it, so nothing seemed to rest on it.
  given({city(), unit("W"), target("project/P", "W")})
      .when(reverse(next))
      .refused("unit/W", "record 11 rests on it")
      .when(reverse(next + 1))
      .then({})
      .when(reverse(next))
      .then({});
}

TEST_CASE("EventReversed: a project that another succeeds is not reversed") {
  given({city(), project("M", "U"), project("N", "U", {"M"})})
      .when(reverse(next))
      .refused("project/M", "record 11 rests on it");
}

TEST_CASE("EventReversed: a balance that would not fit 64 bits is refused") {
  given({city("off"), adjust(Kind::REDUCTION, {{B, -INT64_MAX, ""}}),
         adjust(Kind::SUPPLEMENT, {{B, INT64_MAX - 1'000, ""}}),
         adjust(Kind::SUPPLEMENT, {{B, INT64_MAX - 1'000, ""}})})
      .when(reverse(next))
      .beyond_limit(B, "64 bits");
}

TEST_CASE("EventReversed: a registration is proposed for reversal, approved, and reversed") {
  // Under R20 a reversal wants a proposal of it, which then itself rested on the registration.
  given({city(), rule("R20", "enforce"), CommandOf(unit("W")).by("Ann"),
         CommandOf(propose_reversal(11)).by("Ann"), CommandOf(approval(12)).by("Bob")})
      .when(CommandOf(reverse(11)).by("Ann").citing({13}))
      .then({})
      .when(project("N", "W"))
      .refused("unit/W is not known");
  given({city(), rule("R20", "enforce"), unit("W"), propose_reversal(11)})
      .when(CommandOf(reverse(11)).by("Bob"))
      .then({});
}

TEST_CASE("EventReversed: what a proposal to reverse is about still rests by itself") {
  given({city(), unit("W"), project("N", "W"), propose_reversal(11), approval(12)})
      .when(reverse(10))
      .refused("unit/W", "record 11 rests on it")
      .when(reverse(11))
      .then({})
      .when(reverse(10))
      .then({});
}
