#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf stated_with(std::function<void(schema::BudgetStated::Builder)> change) {
  return but(state_budget(A, {1'000, 0}),
             [=](schema::Fact::Builder fact) { change(fact.getBudgetStated()); });
}

}  // namespace

TEST_CASE("BudgetStated: the difference from the ledger is a restatement of the line") {
  given({city(), pay(A, 40)})
      .when(state_budget(A, {900, 300}, 70))
      .then({recorded(R"({"budgetStated": {"line": "line/2024/P/general/net/-",
              "original": "900", "supplement": "300", "total": "1200", "spent": "70",
              "difference": "200", "balanceAfter": "1200", "spentDifference": "30",
              "statedOn": "2024-03-01"}})"),
             current(A, 1'200), spent(A, 70)});
}

TEST_CASE("BudgetStated: recorded also when it is equal; what is not stated stays") {
  given({city(), pay(A, 40)})
      .when(state_budget(A, {1'000, 0}, 40))
      .then({current(A, 1'000), spent(A, 40)})
      .when(state_budget(A, {900, 100}))
      .then({current(A, 1'000), spent(A, 40)})
      .when(state_budget(A, {1'000, 0}, 0))
      .then({spent(A, 0)});
}

TEST_CASE("BudgetStated: all components add up to the total") {
  given({city()})
      .when(stated_with([](auto it) {
        it.setCarriedIn(30);
        it.setCarriedOut(-20);
        it.setReserve(5);
        it.setTotal(1'015);
      }))
      .then({current(A, 1'015)});
  given({city()})
      .when(stated_with([](auto it) { it.setTotal(1'001); }))
      .invalid("the components stated sum to 1000 minor units, the total stated is 1001");
}

TEST_CASE("BudgetStated: of an open line, in 64 bits") {
  given({city()}).when(state_budget("line/2024/P/state/net/-", {1, 0})).refused("was never opened");
  given({city()})
      .when(stated_with([](auto it) { it.setOriginal(INT64_MIN); }))
      .beyond_limit("no opposite");
  given({city()})
      .when(stated_with([](auto it) {
        it.setOriginal(INT64_MAX);
        it.setSupplement(1);
      }))
      .beyond_limit("sum of the components");
  given({city("off"), adjust(Kind::REDUCTION, {{B, -INT64_MAX, ""}})})
      .when(state_budget(B, {2, 0}))
      .beyond_limit("the difference from the ledger does not fit");
  given({city("off"), pay(A, 1)})
      .when(state_budget(A, {1'000, 0}, INT64_MIN))
      .beyond_limit("64 bits");
}

TEST_CASE("BudgetStated: reversed, budget and spending are what they were") {
  given({city(), pay(A, 40), state_budget(A, {900, 300}, 70), pay(A, 5)})
      .when(reverse(next + 1))
      .then({recorded(R"({"eventReversed": {"event": "11", "reversedFact": 38, "effects": [
              {"line": "line/2024/P/general/net/-", "component": "restatement",
               "amount": "-200", "balanceAfter": "1000"},
              {"line": "line/2024/P/general/net/-", "component": "spent", "amount": "-30",
               "balanceAfter": "1000"}], "subjects": ["fund/2024/general"]}})"),
             current(A, 1'000), spent(A, 45)});
}

TEST_CASE("BudgetStated: compared with what counted by the day that it is of") {
  const CommandOf later = CommandOf(adjust(Kind::SUPPLEMENT, {{A, 20, ""}}));
  given(
      {city(), later.effective_on("2024-06-01"), CommandOf(pay(A, 40)).effective_on("2024-03-02")})
      .when(state_budget(A, {1'000, 10}, 5))
      .then({recorded(R"({"budgetStated": {"line": "line/2024/P/general/net/-",
              "original": "1000", "supplement": "10", "total": "1010",
              "spent": "5", "difference": "10", "balanceAfter": "1030", "spentDifference": "5",
              "statedOn": "2024-03-01"}})"),
             current(A, 1'030), spent(A, 45)})
      // Stated again, also later, there is nothing to restate.
      .when(CommandOf(state_budget(A, {1'000, 10}, 5)).effective_on("2024-09-01"))
      .then({current(A, 1'030), spent(A, 45)});
}

TEST_CASE("BudgetStated: a statement counts from the day that it is of, and is undone from there") {
  const CommandOf stated = CommandOf(state_budget(A, {1'000, 10})).effective_on("2024-09-01");
  given({city(), stated}).when(state_budget(A, {1'000, 10})).then({current(A, 1'010)});
  given({city(), stated, CommandOf(reverse(next))})
      .when(state_budget(A, {1'000, 10}))
      .then({current(A, 1'010)});
}

TEST_CASE("BudgetStated: of a day") {
  given({city()}).when(stated_with([](auto it) { it.setStatedOn(0); })).invalid("give statedOn");
}
