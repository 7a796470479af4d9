#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

constexpr std::int64_t most = INT64_MAX;
constexpr std::int64_t least = INT64_MIN;

}  // namespace

TEST_CASE("BudgetAppropriated: the original budget of an open line, once") {
  given({city()})
      .when(appropriate(B, 500))
      .then({recorded(R"({"budgetAppropriated": {"line": "line/2024/Q/general/net/-",
              "amount": "500", "balanceAfter": "500"}})"),
             current(B, 500)})
      .when(appropriate(B, 1))
      .refused(B, "has its appropriation", "reverse it first");
}

TEST_CASE("BudgetAppropriated: behind adjustments, it is added to them") {
  given({city(), adjust(Kind::CARRY_OVER, {{B, 70, ""}})})
      .when(appropriate(B, 500))
      .then({record_has("/fact/budgetAppropriated/balanceAfter", R"("570")"), current(B, 570)});
}

TEST_CASE("BudgetAppropriated: amounts may be negative, cuts may not") {
  given({city()}).when(appropriate(B, -300)).then({current(B, -300)});
  given({city()}).when(appropriate(B, 1, {-1, 0, ""})).invalid("a cut");
  given({city()}).when(appropriate(B, 1, {0, -1, ""})).invalid("a cut");
}

TEST_CASE("BudgetAppropriated: no more was cut than is missing from the base") {
  // Whatever was written as a cut went into a pool, and out of it again.
  const auto cut = [](std::int64_t for_grade, std::int64_t across, std::int64_t base) {
    return appropriate(B, 700, {for_grade, across, "p", base});
  };
  for (const auto& [for_grade, across] : std::vector<std::pair<int, int>>{{301, 0}, {150, 151}})
    given({city()})
        .when(cut(for_grade, across, 1'000))
        .refused(
            "the cuts sum to 301 minor units; from a base of 1000 to the amount of 700, no "
            "more than 300 was cut",
            "correct the cuts, or give the base");
  given({city()}).when(cut(150, 150, 1'000)).then({pool("p", "", 300, 0)});
  given({city()}).when(cut(most, most, 1'000)).refused("the cuts sum to 18446744073709551614");
  given({city()}).when(cut(1, 0, 600)).refused("no more than 0 was cut");
  // Without a base, it is the ledger's own, where there is one.
  given({city()}).when(cut(1, 0, 0)).refused("from a base of 0");
  const std::string next_year = "line/2025/P/general/net/-";
  given({city(), line(next_year)})
      .when(appropriate(next_year, 700, {301, 0, "p"}))
      .refused("from a base of 1000")
      .when(appropriate(next_year, 700, {300, 0, "p"}))
      .then({pool("p", "", 300, 0)});
}

TEST_CASE("BudgetAppropriated: what does not fit 64 bits is refused") {
  given({city()}).when(appropriate(B, least)).beyond_limit("has no opposite");
  given({city()}).when(appropriate(B, 1, {least, 0, ""})).beyond_limit("has no opposite");
  given({city()}).when(appropriate(B, -1, {most, 1, "pool", most})).beyond_limit("sum of the cuts");
  given({city(), adjust(Kind::CARRY_OVER, {{B, 1, ""}})})
      .when(appropriate(B, most))
      .beyond_limit(B, "would not fit 64 bits");
}

TEST_CASE("BudgetAdjusted: all its legs, each with the balance after it") {
  given({city()})
      .when(adjust(Kind::SUPPLEMENT, {{A, 200, ""}, {B, 50, ""}}))
      .then({recorded(R"({"budgetAdjusted": {"kind": "supplement", "legs": [
              {"line": "line/2024/P/general/net/-", "amount": "200", "balanceAfter": "1200"},
              {"line": "line/2024/Q/general/net/-", "amount": "50", "balanceAfter": "50"}]}})"),
             current(A, 1'200), current(B, 50)});
}

TEST_CASE("BudgetAdjusted: a line with two legs has the balance after each of them") {
  given({city()})
      .when(adjust(Kind::SUPPLEMENT, {{A, 200, ""}, {B, 5, ""}, {A, -50, ""}}))
      .then({record_has("/fact/budgetAdjusted/legs/0/balanceAfter", R"("1200")"),
             record_has("/fact/budgetAdjusted/legs/2/balanceAfter", R"("1150")"),
             current(A, 1'150)});
}

TEST_CASE("BudgetAdjusted: every kind but a transfer may be one-sided") {
  for (const Kind kind : {Kind::SUPPLEMENT, Kind::REDUCTION, Kind::CANCELLATION, Kind::CARRY_OVER,
                          Kind::RESTATEMENT, Kind::CLAWBACK})
    given({city()}).when(adjust(kind, {{A, -10, ""}})).then({current(A, 990)});
}

TEST_CASE("BudgetAdjusted: it needs a kind and 1 to 256 legs") {
  given({city()}).when(adjust(Kind::UNSPECIFIED, {{A, 1, ""}})).invalid("needs a kind");
  given({city()}).when(adjust(Kind::SUPPLEMENT, {})).invalid("at least one leg");
  given({city()})
      .when(adjust(Kind::SUPPLEMENT, std::vector<LegOf>(257, {A, 1, ""})))
      .beyond_limit("257 legs; the limit is 256", "split it");
  given({city()})
      .when(adjust(Kind::SUPPLEMENT, std::vector<LegOf>(256, {A, 1, ""})))
      .then({current(A, 1'256)});
}

TEST_CASE("BudgetAdjusted: a kind that this build does not know is refused") {
  // Kinds and components share their numbers, so a kind 10 would have been a sum of commitments,
  // and a kind 11 one of payments.
  for (const int kind : {10, 11, 12})
    given({city()})
        .when(adjust(static_cast<Kind>(kind), {{A, 1, ""}}))
        .fails(ErrorCode::unsupported, {fmt::format("kind {}", kind)});
}

TEST_CASE("BudgetAdjusted: what does not fit 64 bits is refused") {
  given({city()}).when(adjust(Kind::SUPPLEMENT, {{A, least, ""}})).beyond_limit("no opposite");
  given({city()}).when(adjust(Kind::SUPPLEMENT, {{A, most, ""}})).beyond_limit("64 bits", A);
  given({city()})
      .when(adjust(Kind::SUPPLEMENT, {{B, most, ""}, {B, 1, ""}}))
      .beyond_limit("64 bits", B);
  given({city()})
      .when(adjust(Kind::VIREMENT, {{A, most - 1'000, ""}, {B, most, ""}}))
      .beyond_limit("the sum of the legs");
}

TEST_CASE("BudgetAdjusted: the proposal is an earlier one of an adjustment, carried out once") {
  // Any record passed for a proposal, and one proposal for any number of adjustments.
  const FactOf adjustment = as_proposed(adjust(Kind::SUPPLEMENT, {{A, 1, ""}}), next);
  given({city()}).when(adjustment).refused("there is no record 10 yet");
  given({city(), unit("W")}).when(adjustment).refused("record 10 is of kind unitRegistered");
  given({city(), propose(Kind::SUPPLEMENT, {{A, 1, ""}})})
      .when(adjustment)
      .then({current(A, 1'001)})
      .when(adjustment)
      .refused("proposal 10 was carried out by record 11", "propose it anew")
      .when(reverse(next + 1))
      .then({})
      .when(adjustment)
      .then({current(A, 1'001)});
}

TEST_CASE("BudgetAdjusted: a command refused at a later fact leaves no trace of the earlier") {
  given({city()})
      .when(together({adjust(Kind::SUPPLEMENT, {{A, 200, ""}}), unit("W"), appropriate(A, 1)}))
      .refused("facts[2]: ", "has its appropriation")
      .when(unit("W"))
      .then({current(A, 1'000)});
}
