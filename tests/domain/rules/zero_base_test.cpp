#include "domain/support/cycle_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::string R6 = R"("R6": {"mode": "enforce"})";

std::string R6_of_key(std::string_view mode) {
  return fmt::format(R"("R6": {{"mode": "{}", "scope": "key"}})", mode);
}

CommandOf appropriated(const std::string& on_line, std::int64_t amount, std::uint64_t review) {
  return CommandOf(appropriate(on_line, amount)).citing({review});
}

FactOf of_fund(FactOf request, std::string fund) {
  return but(std::move(request),
             [=](schema::Fact::Builder fact) { fact.getBudgetRequested().setFund(fund.c_str()); });
}

}  // namespace

TEST_CASE("R6 zero base: last year's amount is no reason; a review of the item is") {
  check_in_each_mode(
      {"R6",
       only("R6"),
       {},
       appropriate(A, 999),
       {"999 minor units of fund general for project P in 2024 rest on no review of the item",
        "Record a budgetRequested and an itemReviewed of that fund first"}});
  given({city_of_rules(R6), request("P", "U", 999)})
      .when(appropriate(A, 999))
      .refused("rest on no review");
  given({city_of_rules(R6)}).when(appropriate(A, 0)).then({no_breach()});
}

TEST_CASE("R6 zero base: no more is appropriated than the review allows") {
  check_in_each_mode({"R6",
                      only("R6"),
                      {request("P", "U", 999), review(10, 700)},
                      appropriated(A, 701, 11),
                      {"project P would have 701 minor units of fund general; the review of record "
                       "11 allows 700",
                       "Appropriate no more than was allowed, or review the item again"}});
  given({city_of_rules(R6), request("P", "U", 999), review(10, 700)})
      .when(appropriated(A, 700, 10))
      .refused("R6: the item's review, record 11, is not among the evidence", "Cite record 11")
      .when(appropriated(A, 700, 11))
      .then({no_breach()});
}

TEST_CASE("R6 zero base: what a review allows is shared by the lines of its fund") {
  const std::string other = "line/2024/P/general/conditional/-";
  given({city_of_rules(R6), request("P", "U", 999), review(10, 700), line(other)})
      .when(appropriated(A, 400, 11))
      .then({no_breach()})
      .when(appropriated(other, 301, 11))
      .refused("would have 701 minor units of fund general; the review of record 11 allows 700")
      .when(appropriated(other, 300, 11))
      .then({no_breach()});
}

TEST_CASE("R6 zero base: each fund has a review of its own, and the newest counts") {
  // The newest review of any fund was taken, so that with two funds one of them got nothing.
  const std::string special = "line/2024/P/special/net/-";
  const Given city =
      given({city_of_rules(R6), line(special), request("P", "U", 999), review(11, 700),
             of_fund(request("P", "U", 999), "special"), review(13, 50), review(11, 600)});
  city.when(appropriated(special, 51, 14)).refused("51 minor units of fund special", "allows 50");
  city.when(appropriated(special, 50, 14)).then({no_breach()});
  city.when(appropriated(A, 601, 15)).refused("the review of record 15 allows 600");
  city.when(reverse(15)).then({}).when(appropriated(A, 700, 12)).then({no_breach()});
  given({city_of_rules(R6), request("P", "U", 999, {}, 2023), review(10, 999)})
      .when(appropriated(A, 1, 11))
      .refused("rest on no review");
}

TEST_CASE("R6 zero base: what a project requests in parts is allowed in parts") {
  // Of two requests that were reviewed, the newest review alone counted.
  const auto give = [](std::int64_t amount, std::vector<std::uint64_t> reviews) {
    return CommandOf(appropriate(A, amount)).citing(std::move(reviews));
  };
  const Given city = given({city_of_rules(R6), request("P", "U", 60), review(10, 50),
                            request("P", "U", 60), review(12, 40), review(12, 30),
                            of_fund(request("P", "U", 60), "special"), review(15, 9)});
  city.when(give(81, {11, 14}))
      .refused(
          "R6: project P would have 81 minor units of fund general; the review of record 11, "
          "14 allows 80");
  for (const std::uint64_t missing : {11U, 14U})
    city.when(give(80, {25 - missing}))
        .refused(fmt::format("R6: the item's review, record {}, is not among", missing));
  city.when(give(80, {11, 14})).then({no_breach()});
  // One that allows nothing is nothing that the amount rests on.
  given({city_of_rules(R6), request("P", "U", 60), review(10, 0), request("P", "U", 60),
         review(12, 40)})
      .when(give(41, {13}))
      .refused("the review of record 11, 13 allows 40")
      .when(give(40, {13}))
      .then({no_breach()});
}

TEST_CASE("R6 zero base: the scope is all projects, or key ones") {
  given({city_of_rules(R6_of_key("enforce"))}).when(appropriate(A, 999)).then({no_breach()});
  given({city_of_rules(R6_of_key("enforce")), classify("P", {.key = true})})
      .when(appropriate(A, 999))
      .refused("R6: ", "rest on no review");
}

TEST_CASE("R6 zero base: an expired policy gets nothing") {
  check_in_each_mode({"R6",
                      R6_of_key,
                      {classify("P", {.expires_on = "2023-12-31"})},
                      appropriate(A, 1),
                      {"1 minor units for project P, whose policy ended on 2023-12-31 (record 10)",
                       "Appropriate 0, or classify the project anew"}});
  const std::string rules = R6_of_key("enforce");
  const FactOf expired = classify("P", {.expires_on = "2023-12-31"});
  given({city_of_rules(rules), expired}).when(appropriate(A, 0)).then({no_breach()});
  given({city_of_rules(rules), classify("P", {.expires_on = "2024-01-01"})})
      .when(appropriate(A, 1))
      .then({no_breach()});
  given({city_of_rules(rules), expired, classify("P", {})})
      .when(appropriate(A, 1))
      .then({no_breach()});
}

TEST_CASE("R6 zero base: an authority answers for each of two breaches") {
  given({city_of_rules(only("R6")("override")), classify("P", {.expires_on = "2023-12-31"})})
      .when(CommandOf(appropriate(A, 1)).overriding("Mayor", "No. 7"))
      .then({breaches({{"R6", "whose policy ended"}, {"R6", "rest on no review"}}),
             record_has("/breaches/1/authority", R"("Mayor")"),
             record_has("/breaches/1/document", R"("No. 7")")});
}
