#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

constexpr std::int64_t most = INT64_MAX;

}  // namespace

TEST_CASE("CommitmentRecorded: sets money of an open line aside") {
  given({city()})
      .when(commit(A, 400))
      .then({recorded(R"({"commitmentRecorded": {"line": "line/2024/P/general/net/-",
              "amount": "400", "committedAfter": "400"}})"),
             committed(A, 400), spent(A, 0), current(A, 1'000)});
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN})
    given({city()}).when(commit(A, amount)).invalid("above 0", "reverse the event");
  given({city("off"), commit(A, most)}).when(commit(A, 1)).beyond_limit(A, "64 bits");
}

TEST_CASE("PaymentRecorded: without a commitment it is spent directly") {
  given({city()})
      .when(pay(A, 400))
      .then({recorded(R"({"paymentRecorded": {"line": "line/2024/P/general/net/-",
              "amount": "400", "spentAfter": "400"}})"),
             committed(A, 0), spent(A, 400)});
  given({city()}).when(pay(A, 0)).invalid("a payment of 0 is none");
  given({city()}).when(pay(A, INT64_MIN)).beyond_limit("no opposite");
  given({city("off"), pay(A, most)}).when(pay(A, 1)).beyond_limit(A, "64 bits");
}

TEST_CASE("PaymentRecorded: settles at most what its commitment has left") {
  given({city(), commit(A, 400)})
      .when(pay(A, 150, next))
      .then({record_has("/fact/paymentRecorded/committedAfter", R"("250")"), committed(A, 250),
             spent(A, 150)})
      .when(pay(A, 251, next))
      .refused("commitment 10 of 400 minor units has 250 left, the payment is 251")
      .when(pay(A, 250, next))
      .then({committed(A, 0), spent(A, 400)})
      .when(pay(A, 1, next))
      .refused("has 0 left");
}

TEST_CASE(
    "PaymentRecorded: the commitment is one, on the same line, not reversed and not to come") {
  given({city(), commit(A, 400)}).when(pay(B, 1, next)).refused("commitment 10 is on the line", B);
  given({city()}).when(pay(A, 1, unit_U)).refused("record 2 is of kind unitRegistered");
  given({city()}).when(pay(A, 1, next)).refused("there is no record 10 yet");
  given({city(), commit(A, 400), reverse(next)}).when(pay(A, 1, next)).refused("was reversed");
}

TEST_CASE("PaymentRecorded: a refund returns at most what its payment has left") {
  given({city(), pay(A, 400)})
      .when(refund(A, -150, next))
      .then({record_has("/fact/paymentRecorded/spentAfter", R"("250")"), spent(A, 250)})
      .when(refund(A, -251, next))
      .refused("payment 10 of 400 minor units has 250 left to return, the refund is 251")
      .when(refund(A, -250, next))
      .then({spent(A, 0)});
}

TEST_CASE("PaymentRecorded: a refund names a payment of the same line, and no commitment") {
  given({city()}).when(pay(A, -1)).invalid("names the payment that it returns in refundOf");
  given({city(), pay(A, 5)}).when(refund(A, 1, next)).invalid("refundOf is for refunds");
  given({city(), pay(A, 5)}).when(refund(B, -1, next)).refused("payment 10 is on the line", B);
  given({city(), commit(A, 5)}).when(refund(A, -1, next)).refused("is of kind commitmentRecorded");
  given({city()}).when(refund(A, -1, next)).refused("there is no record 10 yet");
  given({city(), pay(A, 5), reverse(next)}).when(refund(A, -1, next)).refused("was reversed");
  given({city(), pay(A, 5), refund(A, -2, next)})
      .when(refund(A, -1, next + 1))
      .refused("payment 11 of -2 minor units");
  const FactOf both = but(refund(A, -1, next), [](schema::Fact::Builder fact) {
    fact.getPaymentRecorded().setCommitment(next + 1);
  });
  given({city(), pay(A, 5), commit(A, 5)}).when(both).invalid("a refund settles no commitment");
}

TEST_CASE("R19 available: commitments and payments stay within the current budget") {
  given({city()}).when(commit(A, 1'000)).then({no_breach()});
  given({city()})
      .when(commit(A, 1'001))
      .refused("R19: ", A, "1001 minor units committed and 0 paid on a current budget of 1000",
               "a supplement or a virement");
  given({city(), commit(A, 400)})
      .when(pay(A, 601))
      .refused("R19: ", "400 minor units committed and 601 paid");
  given({city(), commit(A, 1'000)}).when(pay(A, 1'000, next)).then({no_breach()});
}

TEST_CASE("R19 available: a budget below zero allows nothing, not even less than nothing") {
  given({city(), appropriate(B, -100)})
      .when(pay(B, 1))
      .refused("R19: ", "1 paid on a current budget of -100");
}

TEST_CASE("R19 available: a budget is not taken away from under what is committed and paid") {
  given({city(), commit(A, 400)})
      .when(adjust(Kind::REDUCTION, {{A, -601, ""}}))
      .refused("R19", "on a current budget of 399")
      .when(adjust(Kind::REDUCTION, {{A, -600, ""}}))
      .then({current(A, 400)});
  given({city(), pay(A, 1)}).when(reverse(appropriation_A)).refused("R19", "budget of 0");
}

TEST_CASE("R19 available: by its mode it refuses, wants an override, reports, or is silent") {
  using Mode = schema::Breach::Mode;
  const CommandOf too_much = pay(A, 1'001);
  given({city("observe")})
      .when(too_much)
      .then(
          {breach("R19", Mode::OBSERVE, "1001 paid on a current budget of 1000"), spent(A, 1'001)});
  given({city("off")}).when(too_much).then({no_breach(), spent(A, 1'001)});
  given({city("override")})
      .when(too_much)
      .refused("R19", "or give an override with its authority and document")
      .when(too_much.overriding("mayor", "doc 7"))
      .then({breach("R19", Mode::OVERRIDE, "1001 paid")});
}

TEST_CASE("R19 available: an event that leaves a line no worse than it was breaks nothing") {
  given({city("observe"), pay(A, 1'500), rules(rule_set("enforce", "2"), "2024-02-01")})
      .when(adjust(Kind::SUPPLEMENT, {{A, 100, ""}}))
      .then({no_breach()})
      .when(refund(A, -50, next))
      .then({no_breach()})
      .when(pay(A, 1))
      .refused("R19");
}

TEST_CASE("R19 available: measures that are no expenditure are not held to it") {
  const std::string posts = "line/2024/P/general/headcount/-";
  given({city(), line(posts)}).when(commit(posts, 7)).then({no_breach()});
}

TEST_CASE("R19 available: a sum beyond 64 bits counts as too much, not as a wrapped sum") {
  given({city("observe"), commit(A, INT64_MAX)})
      .when(pay(A, INT64_MAX))
      .then({breach("R19", schema::Breach::Mode::OBSERVE, A)});
}

TEST_CASE("R19 available: a virement leaves its line what is committed and paid, exactly") {
  given({city(), commit(A, 300), pay(A, 100)})
      .when(adjust(Kind::VIREMENT, {{A, -601, ""}, {B, 601, ""}}))
      .refused("R19: ", A, "300 minor units committed and 100 paid on a current budget of 399")
      .when(adjust(Kind::VIREMENT, {{A, -600, ""}, {B, 600, ""}}))
      .then({current(A, 400), no_breach()});
}

TEST_CASE("R19 available: money moves out of a line that has it") {
  // An empty line could go below 0, and what it never had stood elsewhere.
  const std::string other_item = "line/2024/P/general/net/2";
  given({city(), line(other_item)})
      .when(adjust(Kind::VIREMENT, {{other_item, -1, ""}, {A, 1, ""}}))
      .refused("R19: ", other_item, "on a current budget of -1", "a supplement or a virement")
      .when(adjust(Kind::VIREMENT, {{A, -1'001, ""}, {other_item, 1'001, ""}}))
      .refused("R19: ", A, "0 minor units committed and 0 paid on a current budget of -1")
      .when(adjust(Kind::CLAWBACK, {{B, -1, ""}}, "p"))
      .refused("R19: ", B)
      .when(adjust(Kind::CARRY_OVER, {{B, -1, ""}}))
      .refused("R19: ", B)
      .when(adjust(Kind::VIREMENT, {{A, -1'000, ""}, {other_item, 1'000, ""}}))
      .then({current(A, 0), current(other_item, 1'000), no_breach()});
}

TEST_CASE("R19 available: a virement between projects may come before the money, as published") {
  given({city()})
      .when(adjust(Kind::VIREMENT, {{B, -1, ""}, {A, 1, ""}}))
      .then({current(B, -1), no_breach()});
}

TEST_CASE("R19 available: a line below zero may be mended, and gets no worse by what moves out") {
  const std::string other_item = "line/2024/P/general/net/2";
  given({city(), line(other_item), adjust(Kind::REDUCTION, {{other_item, -5, ""}})})
      .when(adjust(Kind::VIREMENT, {{other_item, -1, ""}, {A, 1, ""}}))
      .refused("R19: ", "on a current budget of -6")
      .when(adjust(Kind::VIREMENT, {{other_item, 3, ""}, {A, -3, ""}}))
      .then({current(other_item, -2), no_breach()})
      .when(adjust(Kind::VIREMENT, {{other_item, -1, ""}, {other_item, 1, ""}}))
      .then({current(other_item, -2), no_breach()});
}

TEST_CASE("R19 available: a statement is held to it, for its total and for its spending") {
  given({city(), pay(A, 100)})
      .when(state_budget(A, {99, 0}))
      .refused("R19: ", "100 paid on a current budget of 99")
      .when(state_budget(A, {100, 0}, 101))
      .refused("R19: ", "101 paid on a current budget of 100")
      .when(state_budget(A, {100, 0}, 100))
      .then({current(A, 100), spent(A, 100), no_breach()});
}

TEST_CASE("a later fact of a command is decided on what the earlier ones left") {
  given({city()})
      .when(together({commit(A, 400), pay(A, 400, next), refund(A, -10, next + 1)}))
      .then({committed(A, 0), spent(A, 390)})
      .when(together({commit(A, 610), pay(A, 1)}))
      .refused("facts[1]: R19");
}
