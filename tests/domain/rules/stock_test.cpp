#include "domain/support/modes.h"
#include "support/catch.h"

// R7: what is left at the close of a year, by vintage.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::string A_2025 = "line/2025/P/general/net/-";
const std::string A_2026 = "line/2026/P/general/net/-";
constexpr std::uint64_t close_2024 = behind_rule + 2;  // record 13, behind A_2025 and `of_P`

/// A has 1000 of 2024, `paid` of it, and 2024 is closed.
HistoryUnder closed_with(FactOf of_P, std::int64_t paid = 0) {
  return [=](const CommandOf& rules) {
    return paid == 0 ? given({city(), rules, line(A_2025), of_P, year_closed(2024)})
                     : given({city(), pay(A, paid), rules, line(A_2025), of_P, year_closed(2024)});
  };
}

CommandOf carry(std::int64_t amount, std::uint64_t cited = close_2024) {
  return CommandOf(carry_over({{A, -amount}, {A_2025, amount, 2024}})).citing({cited});
}

/// 400 of 2024 carried into 2025, where 600 more are appropriated and 500 paid; 2025 is closed.
HistoryUnder carried_once(FactOf of_P) {
  return [=](const CommandOf& rules) {
    return given(
        {city(), rules, together({line(A_2025), of_P, year_closed(2024)}), carry(400),
         together({line(A_2026), appropriate(A_2025, 600), pay(A_2025, 300), year_closed(2025)})});
  };
}
constexpr std::uint64_t close_2025 = 18;

CommandOf carry_again(std::int64_t amount, std::int32_t vintage) {
  return CommandOf(carry_over({{A_2025, -amount, vintage}, {A_2026, amount, vintage}}))
      .citing({close_2025});
}

Expectation vintages(std::string of_line, std::vector<Vintage> expected) {
  return [=](MemoryLedger& ledger) {
    const auto state = ledger.state<LineState>(of_line);
    CHECK(state.vintages == expected);
    Wide sum = 0;
    for (const Vintage& vintage : state.vintages) sum += vintage.amount.minor;
    CHECK((sum == state.current.minor));
  };
}

}  // namespace

TEST_CASE("R7 stock: this year's unspent project money is carried over, all of it at most") {
  check_accepted("R7", closed_with(classified("P", "special")), carry(1'000));
  check_refused("R7", closed_with(classified("P", "special")), carry(1'001),
                {"1001 minor units of vintage 2024", A, "has 1000 of it unspent",
                 "Carry over no more than that"});
  given({city(), rule("R7", "enforce"), line(A_2025), year_closed(2024)})
      .when(carry(400, behind_rule + 1))
      .then({current(A, 600), current(A_2025, 400), vintages(A, {{2024, Money{600}}}),
             vintages(A_2025, {{2024, Money{400}}}), no_breach()});
}

TEST_CASE("R7 stock: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R7", closed_with(classified("P", "special")), carry(1'001),
              {"1001 minor units of vintage 2024"}, "Carry over no more");
  check_modes("R7", closed_with(classified("P", "basic")), carry(1), {"basic expenditure"},
              "Claw them back whole");
}

TEST_CASE("R7 stock: what was paid is not unspent, what was committed is") {
  check_accepted("R7", closed_with(classified("P", "special"), 300), carry(700, close_2024 + 1));
  check_refused("R7", closed_with(classified("P", "special"), 300), carry(701, close_2024 + 1),
                {"701 minor units", "has 700 of it unspent"});
  given({city(), rule("R7", "enforce"), line(A_2025), commit(A, 900), year_closed(2024)})
      .when(carry(1'000))
      .then({no_breach()});
}

TEST_CASE("R7 stock: several legs share what is unspent") {
  // Each leg was compared alone, so that 600 went out twice.
  given({city(), rule("R7", "enforce"), line(A_2025), year_closed(2024)})
      .when(CommandOf(carry_over({{A, -600}, {A, -401}, {A_2025, 1'001, 2024}})).citing({12}))
      .refused("R7: ", "1001 minor units of vintage 2024", "has 1000 of it unspent")
      .when(CommandOf(carry_over({{A, -600}, {A, -400}, {A_2025, 1'000, 2024}})).citing({12}))
      .then({current(A, 0)});
}

TEST_CASE("R7 stock: basic expenditure and the three public expenses are clawed back whole") {
  for (const char* expenditure : {"basic", "threePublic"})
    check_refused("R7", closed_with(classified("P", expenditure)), carry(1),
                  {"1 minor units of basic expenditure or of the three public expenses", A,
                   "under the classification of record 12", "Claw them back whole"});
  for (const char* expenditure : {"special", "development"})
    check_accepted("R7", closed_with(classified("P", expenditure)), carry(1));
  given({city(), rule("R7", "enforce"), line(A_2025), classified("P", "basic"), year_closed(2024)})
      .when(adjust(Kind::CLAWBACK, {{A, -1'000, ""}}, "p"))
      .then({current(A, 0), no_breach()});
}

TEST_CASE("R7 stock: project money is carried over once, and the oldest is spent first") {
  check_refused("R7", carried_once(classified("P", "special")), carry_again(1, 2024),
                {"1 minor units of vintage 2024", A_2025, "a second time",
                 "under the classification of record 12", "Claw them back whole"});
  check_accepted("R7", carried_once(classified("P", "special")), carry_again(600, 2025));
  check_refused("R7", carried_once(classified("P", "special")), carry_again(601, 2025),
                {"601 minor units of vintage 2025", "has 600 of it unspent"});
  check_modes("R7", carried_once(classified("P", "special")), carry_again(100, 2024),
              {"a second time"}, "Claw them back whole");
}

TEST_CASE("R7 stock: earmarked transfers are exempt where the rule set says so") {
  const FactOf earmarked = classified("P", "special", R"("earmarked": true)");
  check_accepted("R7", carried_once(earmarked), carry_again(100, 2024));
  check_refused("R7", carried_once(earmarked), carry_again(101, 2024),
                {"101 minor units of vintage 2024", "has 100 of it unspent"});
  carried_once(earmarked)(rule("R7", "enforce", R"("earmarkedExempt": false)"))
      .when(carry_again(100, 2024))
      .refused("R7: ", "a second time");
}

TEST_CASE("R7 stock: carried money stays of the year that it was appropriated in") {
  // A leg without a vintage made old money new, and it could be carried over for ever.
  for (const std::int32_t vintage : {0, 2025, 2026})
    given({city(), rule("R7", "enforce"), line(A_2025), year_closed(2024)})
        .when(CommandOf(carry_over({{A, -400}, {A_2025, 400, vintage}})).citing({12}))
        .refused("R7: ", "400 minor units would be carried into", A_2025,
                 fmt::format("as money of {}", vintage == 0 ? 2025 : vintage),
                 "Give the leg the vintage");
}

TEST_CASE("R7 stock: the year is closed, and its close is among the evidence") {
  given({city(), rule("R7", "enforce"), line(A_2025)})
      .when(carry(400, 0))
      .refused("R7: ", "carried over from 2024, which is not closed", "periodClosed first")
      .when(year_closed(2024))
      .then({})
      .when(carry(400, 0))
      .refused("R7: ", "the close of the year, record 12, is not among the evidence",
               "Cite record 12")
      .when(year_reopened(2024))
      .then({})
      .when(carry(400, 12))
      .refused("which is not closed")
      .when(year_closed(2024))
      .then({})
      .when(carry(400, 12))
      .refused("Cite record 14")
      .when(carry(400, 14))
      .then({no_breach()});
}

TEST_CASE("R7 stock: measures that are no expenditure, and other adjustments, are not held to it") {
  const std::string posts = "line/2024/P/general/headcount/-";
  given({city(), rule("R7", "enforce"), line(posts)})
      .when(carry_over({{posts, -7'000}}))
      .then({no_breach()})
      .when(adjust(Kind::REDUCTION, {{A, -1'001, ""}}))
      .then({no_breach()});
}

TEST_CASE("R7 stock: a carry-over reversed, each vintage is what it was") {
  given({city(), rule("R7", "enforce"), line(A_2025), year_closed(2024), carry(400, 12)})
      .when(reverse(13))
      .then({vintages(A, {{2024, Money{1'000}}}), vintages(A_2025, {{2024, Money{0}}}),
             current(A, 1'000), current(A_2025, 0)})
      .when(carry(1'001, 12))
      .refused("has 1000 of it unspent")
      .when(carry(1'000, 12))
      .then({vintages(A, {{2024, Money{0}}}), vintages(A_2025, {{2024, Money{1'000}}})});
}

TEST_CASE("R7 stock: what is carried into a year comes out of another") {
  const auto of_2024 = closed_with(classified("P", "special"));
  check_modes("R7", of_2024, carry_over({{A_2025, 5'000'000, 2024}}),
              {"the legs of P/general/net/- of vintage 2024 sum to 5000000 minor units over the "
               "years, not to 0"},
              "Add a leg of -5000000 of vintage 2024 to the line of the year that it comes from");
  check_refused("R7", of_2024, CommandOf(carry_over({{A, -400}})).citing({close_2024}),
                {"sum to -400 minor units", "Add a leg of 400", "the year that it goes to"});
  check_refused("R7", of_2024,
                CommandOf(carry_over({{A, -400}, {A_2025, 401, 2024}})).citing({close_2024}),
                {"sum to 1 minor units"});
  check_refused("R7", of_2024,
                CommandOf(carry_over({{A, -400}, {A_2025, 400, 2023}})).citing({close_2024}),
                {"of vintage 2023 sum to 400 minor units"});
}

TEST_CASE("R7 stock: a clawback takes unspent money only, in an open year too") {
  const HistoryUnder paid = [](const CommandOf& rules) {
    return given({city(), pay(A, 300), commit(A, 500), rules});
  };
  const auto claw = [](std::vector<LegOf> legs) {
    return adjust(Kind::CLAWBACK, std::move(legs), "p");
  };
  check_accepted("R7", paid, claw({{A, -700, ""}}));
  check_modes("R7", paid, claw({{A, -701, ""}}),
              {"701 minor units would be clawed back from", A, "which has 700 unspent"},
              "Claw back no more than that");
  check_accepted("R7", paid, claw({{A, -400, ""}, {A, -300, "x"}}));
  check_refused("R7", paid, claw({{A, -400, ""}, {A, -301, "x"}}), {"701 minor units"});
  check_refused("R7", paid, claw({{B, -1, ""}}), {"1 minor units", B, "which has 0 unspent"});
}

TEST_CASE("R7 stock: a clawback of a vintage takes what is unspent of that vintage") {
  const auto claw = [](std::int64_t amount, std::int32_t vintage) {
    return but(adjust(Kind::CLAWBACK, {{A_2025, -amount, ""}}, "p"),
               [=](schema::Fact::Builder fact) {
                 fact.getBudgetAdjusted().getLegs()[0].setVintage(vintage);
               });
  };
  // 100 of 2024 and 600 of 2025 are left.
  const auto left = carried_once(classified("P", "special"));
  check_accepted("R7", left, claw(100, 2024));
  check_refused("R7", left, claw(101, 2024),
                {"101 minor units of vintage 2024 would be clawed back from", A_2025,
                 "which has 100 of it unspent"});
  check_accepted("R7", left, claw(600, 2025));
  check_refused("R7", left, claw(601, 2025), {"601 minor units of vintage 2025"});
  check_accepted("R7", left, claw(700, 0));
  check_refused("R7", left, claw(701, 0), {"701 minor units would", "which has 700 unspent"});
}
