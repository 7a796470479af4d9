#include "domain/support/rule_book.h"
#include "support/catch.h"

// R16: the legs of a transfer sum to zero per balance group, fund and fiscal year. R19, for
// measures that real budgets sometimes break it on: the same for the loose groups, by the rule's
// mode.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::string A_2025 = "line/2025/P/general/net/-";
const std::string A_state = "line/2024/P/state/net/-";
const std::string E = "line/2024/Q/general/earmarked/-";
const std::string posts_P = "line/2024/P/general/headcount/-";
const std::string posts_Q = "line/2024/Q/general/headcount/-";
const std::string authority_P = "line/2024/P/general/commitment/-";
const std::string other_P = "line/2024/P/general/square-metres/-";
const std::string other_Q = "line/2024/Q/general/square-metres/-";

CommandOf more_lines() {
  return together(
      {line(A_2025), line(A_state), line(E), line(posts_P), line(posts_Q), line(authority_P)});
}

}  // namespace

TEST_CASE("R16 conservation: a virement within a group, a fund and a year sums to zero") {
  for (const Kind kind : {Kind::VIREMENT, Kind::RESERVE_DRAW}) {
    given({city(), more_lines()})
        .when(adjust(kind, {{A, -300, ""}, {B, 200, ""}, {B, 100, ""}}))
        .then({current(A, 700), current(B, 300), no_breach()});
    given({city(), more_lines()})
        .when(adjust(kind, {{A, -300, ""}, {B, 299, ""}}))
        .refused("R16", "legs on net in fund general of 2024 sum to -1, not to 0",
                 "Complete the legs");
  }
}

TEST_CASE("R16 conservation: what is missing in one fund or year is not made good in another") {
  given({city(), more_lines()})
      .when(adjust(Kind::VIREMENT, {{A, -300, ""}, {A_2025, 300, ""}}))
      .refused("R16", "of 2024 sum to -300");
  given({city(), more_lines()})
      .when(adjust(Kind::VIREMENT, {{A, -300, ""}, {A_state, 300, ""}}))
      .refused("R16", "fund general of 2024 sum to -300");
  given({city(), more_lines()})
      .when(adjust(Kind::VIREMENT, {{A, -300, ""}, {C, 300, ""}}))
      .refused("R16", "legs on net");
}

TEST_CASE("R16 conservation: measures of one group balance together") {
  given({city(), more_lines()})
      .when(adjust(Kind::VIREMENT, {{C, 80, ""}, {E, -80, ""}}))
      .then({current(C, 80), current(E, -80)});
  given({city(), more_lines()})
      .when(adjust(Kind::VIREMENT, {{C, 80, ""}, {E, -70, ""}}))
      .refused("R16", "conditional + earmarked", "sum to 10");
}

TEST_CASE("R16 conservation: a measure that stands in no group any more is a group of its own") {
  // It was left alone, so that a one-legged virement made money out of nothing.
  const std::string wider = R"({"name": "city", "version": "2", "rules": {},
                                "balanceGroups": [["net", "square-metres"]]})";
  given({city(), rules(wider, "2024-01-02"), line(other_P), line(other_Q),
         rules(rule_set("enforce", "3"), "2024-01-03")})
      .when(adjust(Kind::VIREMENT, {{other_P, 5, ""}}))
      .refused("R16", "legs on square-metres", "sum to 5, not to 0")
      .when(adjust(Kind::VIREMENT, {{other_P, 5, ""}, {A, -5, ""}}))
      .refused("R16")
      .when(adjust(Kind::VIREMENT, {{other_P, 5, ""}, {other_Q, -5, ""}}))
      .then({current(other_P, 5), no_breach()});
}

TEST_CASE("R16 conservation: an identity, no mode of R19 and no override lets it pass") {
  for (const char* mode : {"enforce", "override", "observe", "off"})
    given({city(mode)})
        .when(CommandOf(adjust(Kind::VIREMENT, {{A, 1, ""}})).overriding("mayor", "doc 7"))
        .refused("R16");
}

TEST_CASE("R19 loose groups: the loose groups balance by the mode of the rule") {
  const CommandOf uneven = adjust(Kind::VIREMENT, {{posts_P, -2'000, ""}, {posts_Q, 1'000, ""}});
  const std::string finding = "legs on headcount in fund general of 2024 sum to -1000, not to 0";
  using Mode = schema::Breach::Mode;
  given({city("enforce"), more_lines()})
      .when(uneven)
      .refused("R19: ", finding, "Complete the legs");
  given({city("observe"), more_lines()})
      .when(uneven)
      .then({breach("R19", Mode::OBSERVE, finding), current(posts_P, -2'000)});
  given({city("off"), more_lines()}).when(uneven).then({no_breach(), current(posts_Q, 1'000)});
  given({city("override"), more_lines()})
      .when(uneven)
      .refused("R19: ", finding, "or give an override with its authority and document")
      .when(uneven.overriding("mayor", ""))
      .refused("R19")
      .when(uneven.overriding("", "doc 7"))
      .refused("R19")
      .when(uneven.overriding("mayor", "doc 7"))
      .then({breach("R19", Mode::OVERRIDE, finding),
             record_has("/breaches/0/authority", R"("mayor")"),
             record_has("/breaches/0/document", R"("doc 7")")});
}

TEST_CASE(
    "R19 loose groups: a loose group that balances breaks nothing; authority and posts do not "
    "mix") {
  given({city(), more_lines()})
      .when(adjust(Kind::VIREMENT, {{posts_P, -2'000, ""}, {posts_Q, 2'000, ""}}))
      .then({no_breach(), current(posts_Q, 2'000)})
      .when(adjust(Kind::VIREMENT, {{posts_P, -2'000, ""}, {authority_P, 2'000, ""}}))
      .refused("R19");
}
