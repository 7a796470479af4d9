#include "domain/support/modes.h"
#include "support/catch.h"

// R8: priorities first. R9: rigid expenditure first. R10: within revenue.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::string E = "line/2024/E/general/net/-";
const FactOf develop = classified("E", "development");

/// List L of the department D wants 500 for Q, which has `funded`; project E of the same department
/// is development. Records 11 to 15.
HistoryUnder listed(std::int64_t funded) {
  return [=](const CommandOf& rules) {
    return given({city(), rules, project("E", "V"), line(E), develop,
                  list_adopted("L", "D", {{"Q", 500}}), appropriate(B, funded)});
  };
}
constexpr std::uint64_t list_L = 14, allocation_Q = 15;

CommandOf fund_E(std::vector<std::uint64_t> cited = {list_L, allocation_Q}) {
  return CommandOf(appropriate(E, 100)).citing(std::move(cited));
}

/// Q serves the three guarantees, and its review allows 500; fund general, of which A has 1000,
/// counts on 1800. Records 11 to 14.
Given rigid_under(const CommandOf& rules) {
  return given({city(), rules, classified("Q", "basic", R"("obligation": "threeGuarantees")"),
                request("Q", 500), review(12, 500), estimate("general", 1'800)});
}
constexpr std::uint64_t review_Q = 13;

CommandOf supplement_A(std::int64_t amount, std::vector<std::uint64_t> cited) {
  return CommandOf(adjust(Kind::SUPPLEMENT, {{A, amount, ""}})).citing(std::move(cited));
}

/// Fund general, of which A has 1000, counts on 1200 by record 11.
Given estimated_under(const CommandOf& rules) {
  return given({city(), rules, estimate("general", 1'200)});
}

}  // namespace

TEST_CASE("R8 priorities: an item funded with exactly what it requires lets others pass") {
  check_accepted("R8", listed(500), fund_E());
  check_refused("R8", listed(499), fund_E(),
                {"project E would be funded while item Q of list L (record 14) has 499 of the 500 "
                 "minor units that it requires",
                 "Fund Q first"});
}

TEST_CASE("R8 priorities: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R8", listed(499), fund_E(), {"item Q of list L (record 14) has 499 of the 500"},
              "Fund Q first");
}

TEST_CASE("R8 priorities: a supplement and a pool allocation are held to it too") {
  check_refused("R8", listed(499),
                CommandOf(adjust(Kind::SUPPLEMENT, {{E, 1, ""}})).citing({list_L, allocation_Q}),
                {"project E would be funded"});
  given({city(), adjust(Kind::CLAWBACK, {{A, -10, ""}}, "p"), rule("R8", "enforce"),
         project("E", "V"), line(E), develop, list_adopted("L", "D", {{"Q", 500}})})
      .when(CommandOf(adjust(Kind::POOL_ALLOCATION, {{E, 10, ""}}, "p")).citing({15}))
      .refused("R8: ", "item Q of list L (record 15) has 0 of the 500");
}

TEST_CASE("R8 priorities: the list, its plan and the allocations are among the evidence") {
  check_refused("R8", listed(500), fund_E({allocation_Q}),
                {"the priority list, record 14, is not among the evidence", "Cite record 14"});
  check_refused("R8", listed(500), fund_E({list_L}),
                {"the allocation to Q, record 15, is not among the evidence", "Cite record 15"});
  listed(500)(rule("R8", "enforce"))
      .when(plan_filed("L", {{"Q", 500}}))
      .then({})
      .when(fund_E())
      .refused("R8: ", "the funding plan, record 16, is not among the evidence", "Cite record 16")
      .when(fund_E({list_L, allocation_Q, 16}))
      .then({no_breach()});
}

TEST_CASE(
    "R8 priorities: what is no development, is on the list, or of another department passes") {
  given({city(), rule("R8", "enforce"), project("E", "V"), line(E), classified("E", "special"),
         list_adopted("L", "D", {{"Q", 500}})})
      .when(appropriate(E, 100))
      .then({no_breach()});
  given({city(), rule("R8", "enforce"), classified("Q", "development"),
         list_adopted("L", "D", {{"Q", 500}})})
      .when(appropriate(B, 100))
      .then({no_breach()});
  given({city(), rule("R8", "enforce"), classified("P", "development"),
         list_adopted("L", "D", {{"Q", 500}})})
      .when(adjust(Kind::SUPPLEMENT, {{A, 100, ""}}))
      .then({no_breach()})
      .when(list_adopted("M", "U", {{"Q", 500}}))
      .then({})
      .when(CommandOf(adjust(Kind::SUPPLEMENT, {{A, 100, ""}})).citing({13}))
      .refused("item Q of list M (record 14)");
}

TEST_CASE("R8 priorities: a later list replaces the one of its name, until it is reversed") {
  listed(300)(rule("R8", "enforce"))
      .when(list_adopted("L", "D", {{"Q", 300}}))
      .then({})
      .when(fund_E({16, allocation_Q}))
      .then({no_breach()})
      .when(reverse(16))
      .then({})
      .when(CommandOf(adjust(Kind::SUPPLEMENT, {{E, 1, ""}})).citing({list_L, allocation_Q}))
      .refused("R8: ", "list L (record 14) has 300 of the 500");
}

TEST_CASE("R9 rigid first: what stays in the fund covers what rigid projects lack, exactly") {
  check_accepted("R9", rigid_under, supplement_A(300, {review_Q}));
  check_refused("R9", rigid_under, supplement_A(301, {review_Q}),
                {"project P would leave 499 of the 1800 minor units of fund general in 2024 "
                 "(estimates: record 14)",
                 "still lack 500 (reviews: record 13)",
                 "Fund those first, or record a new revenueEstimated"});
}

TEST_CASE("R9 rigid first: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R9", rigid_under, supplement_A(301, {review_Q}), {"would leave 499", "record 13"},
              "Fund those first");
}

TEST_CASE("R9 rigid first: the reviews that it rests on are among the evidence") {
  check_refused(
      "R9", rigid_under, supplement_A(300, {}),
      {"the review of what is rigid, record 13, is not among the evidence", "Cite record 13"});
}

TEST_CASE("R9 rigid first: rigid projects themselves, and what they no longer lack, stop nobody") {
  rigid_under(rule("R9", "enforce"))
      .when(appropriate(B, 499))
      .then({no_breach()})
      .when(supplement_A(301, {review_Q}))
      .refused("R9: ", "would leave 0 of the 1800", "still lack 1 ")
      .when(adjust(Kind::SUPPLEMENT, {{B, 1, ""}}))
      .then({no_breach()})
      .when(supplement_A(5'000, {}))
      .then({no_breach()});
}

TEST_CASE("R9 rigid first: the newest review counts, while it stands") {
  rigid_under(rule("R9", "enforce"))
      .when(review(12, 400))
      .then({})
      .when(supplement_A(401, {15}))
      .refused("still lack 400 (reviews: record 15)")
      .when(supplement_A(400, {15}))
      .then({no_breach()})
      .when(reverse(15))
      .then({})
      .when(supplement_A(1, {review_Q}))
      .refused("still lack 500 (reviews: record 13)");
}

TEST_CASE("R9 rigid first: without an estimate nothing is left for others") {
  given({city(), rule("R9", "enforce"),
         classified("Q", "special", R"("obligation": "debtService")"), request("Q", 500),
         review(12, 500)})
      .when(supplement_A(1, {review_Q}))
      .refused("R9: ", "would leave -1001 of the 0 minor units", "(estimates: of none)");
}

TEST_CASE("R10 within revenue: a fund's budgets come to its estimates at most") {
  check_accepted("R10", estimated_under, supplement_A(200, {behind_rule}));
  check_refused("R10", estimated_under, supplement_A(201, {behind_rule}),
                {"the budgets of fund general in 2024 would come to 1201 minor units, and its "
                 "estimates to 1200 (record 11)",
                 "Appropriate less, or record a new revenueEstimated"});
  check_accepted("R10", estimated_under, CommandOf(appropriate(B, 200)).citing({behind_rule}));
  check_refused("R10", estimated_under, CommandOf(appropriate(B, 201)).citing({behind_rule}),
                {"1201 minor units"});
}

TEST_CASE("R10 within revenue: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R10", estimated_under, supplement_A(201, {behind_rule}),
              {"would come to 1201 minor units", "1200 (record 11)"}, "Appropriate less");
}

TEST_CASE("R10 within revenue: the estimates are there, and among the evidence") {
  const HistoryUnder none = [](const CommandOf& rules) { return given({city(), rules}); };
  check_modes("R10", none, supplement_A(1, {}), {"no revenue of fund general in 2024 is estimated"},
              "Record a revenueEstimated first");
  check_refused("R10", estimated_under, supplement_A(1, {}),
                {"the estimate, record 11, is not among the evidence", "Cite record 11"});
}

TEST_CASE("R10 within revenue: revenue, transfers, carried in, debt and the stabilisation fund") {
  given({city(), rule("R10", "enforce"), estimate("general", 900),
         estimate("general", 150, "transfer"), estimate("general", 80, "carriedIn"),
         estimate("general", 40, "debt"), estimate("general", 30, "stabilisation")})
      .when(supplement_A(201, {11, 12, 13, 14, 15}))
      .refused("its estimates to 1200 (record 11, 12, 13, 14, 15)")
      .when(supplement_A(200, {11, 12, 13, 14}))
      .refused("Cite record 15")
      .when(supplement_A(200, {11, 12, 13, 14, 15}))
      .then({no_breach()});
}

TEST_CASE("R10 within revenue: a later estimate of the same source replaces the earlier") {
  estimated_under(rule("R10", "enforce"))
      .when(estimate("general", 1'100))
      .then({})
      .when(supplement_A(101, {11, 12}))
      .refused("its estimates to 1100 (record 12)")
      .when(reverse(12))
      .then({})
      .when(supplement_A(200, {11}))
      .then({no_breach()});
}

TEST_CASE("R10 within revenue: no fund and no year pays for another") {
  const std::string state_line = "line/2024/P/state/net/-";
  estimated_under(rule("R10", "enforce"))
      .when(together(
          {line(state_line), estimate("state", 10), estimate("general", 9'999, "revenue", 2025)}))
      .then({})
      .when(supplement_A(201, {11, 13, 14}))
      .refused("fund general in 2024", "1200 (record 11)")
      .when(CommandOf(appropriate(state_line, 11)).citing({13}))
      .refused("fund state in 2024 would come to 11 minor units, and its estimates to 10")
      .when(CommandOf(appropriate(state_line, 10)).citing({13}))
      .then({no_breach()});
}

TEST_CASE("R10 within revenue: what takes money away, or is no expenditure, is not held to it") {
  const std::string posts = "line/2024/P/general/headcount/-";
  given({city(), rule("R10", "enforce"), line(posts)})
      .when(adjust(Kind::REDUCTION, {{A, -1, ""}}))
      .then({no_breach()})
      .when(appropriate(posts, 7'000))
      .then({no_breach()});
}

TEST_CASE("R8-R10: whatever gives a fund's lines more than it takes is held to them, by any name") {
  for (const Kind kind : {Kind::REDUCTION, Kind::CANCELLATION}) {
    check_refused("R10", estimated_under,
                  CommandOf(adjust(kind, {{A, 201, ""}})).citing({behind_rule}),
                  {"would come to 1201 minor units"});
    check_refused("R10", estimated_under,
                  CommandOf(adjust(kind, {{A, -100, ""}, {B, 301, ""}})).citing({behind_rule}),
                  {"would come to 1201 minor units"});
    check_accepted("R10", estimated_under,
                   CommandOf(adjust(kind, {{A, 200, ""}})).citing({behind_rule}));
    check_accepted("R10", estimated_under, adjust(kind, {{A, -300, ""}, {B, 300, ""}}));
    check_refused("R9", rigid_under, CommandOf(adjust(kind, {{A, 301, ""}})).citing({review_Q}),
                  {"would leave 499"});
    check_refused("R8", listed(499),
                  CommandOf(adjust(kind, {{E, 1, ""}})).citing({list_L, allocation_Q}),
                  {"project E would be funded"});
  }
  check_accepted("R10", estimated_under, adjust(Kind::VIREMENT, {{A, -500, ""}, {B, 500, ""}}));
  check_accepted("R10", estimated_under, adjust(Kind::RESTATEMENT, {{A, 201, ""}}));
  // Another fund that is given less does not pay for it.
  const std::string state_line = "line/2024/P/state/net/-";
  estimated_under(rule("R10", "enforce"))
      .when(line(state_line))
      .then({})
      .when(CommandOf(adjust(Kind::REDUCTION, {{state_line, -900, ""}, {A, 201, ""}}))
                .citing({behind_rule}))
      .refused("fund general in 2024 would come to 1201");
}
