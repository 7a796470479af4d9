#include "domain/support/cycle_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::string R1 = R"("R1": {"mode": "enforce"})";
const std::string R1_all = R"("R1": {"mode": "enforce", "scope": "all"})";
const std::string R3 = R"("R3": {"mode": "enforce"})";

CommandOf key(std::string project) {
  return classify(std::move(project), {.key = true});
}

}  // namespace

TEST_CASE("R1 target first: a key project without an approved target gets no money") {
  check_in_each_mode({"R1",
                      only("R1"),
                      {key("P")},
                      appropriate(A, 700),
                      {"project/P would get 700 minor units for 2024 without an approved target; "
                       "none was submitted",
                       "Record a targetSubmitted and a targetApproved for 2024 first"}});
}

TEST_CASE("R1 target first: a target that is only submitted is named, and not enough") {
  check_in_each_mode({"R1",
                      only("R1"),
                      {key("P"), target("project/P", "U")},
                      appropriate(A, 1),
                      {"without an approved target; record 11 is not approved",
                       "Record a targetApproved of 11 first"}});
}

TEST_CASE("R1 target first: with the approval cited the money is appropriated") {
  given({city_of_rules(R1), key("P"), target("project/P", "U"), approve(11)})
      .when(appropriate(A, 700))
      .refused("R1: the target's approval, record 12, is not among the evidence",
               "Cite record 12 as evidence")
      .when(CommandOf(appropriate(A, 700)).citing({11}))
      .refused("record 12, is not among the evidence")
      .when(CommandOf(appropriate(A, 700)).citing({12}))
      .then({current(A, 700), no_breach()});
}

TEST_CASE("R1 target first: the version in force counts, and it is the year's") {
  const CommandOf citing_first = CommandOf(appropriate(A, 700)).citing({12});
  given({city_of_rules(R1), key("P"), target("project/P", "U"), approve(11),
         target("project/P", "U"), approve(13)})
      .when(citing_first)
      .refused("the target's approval, record 14, is not among the evidence")
      .when(reverse(14))
      .then({})
      .when(citing_first)
      .then({no_breach()});
  given({city_of_rules(R1), key("P"), target("project/P", "U"), approve(11), reverse(12)})
      .when(citing_first)
      .refused("record 11 is not approved");
  given({city_of_rules(R1), key("P"), target("project/P", "U", 2023), approve(11)})
      .when(citing_first)
      .refused("for 2024 without an approved target; none was submitted");
}

TEST_CASE("R1 target first: the scope is key projects, or all") {
  given({city_of_rules(R1)}).when(appropriate(A, 700)).then({no_breach()});
  given({city_of_rules(R1), classify("P", {})}).when(appropriate(A, 700)).then({no_breach()});
  given({city_of_rules(R1), key("P"), classify("P", {})})
      .when(appropriate(A, 700))
      .then({no_breach()});
  given({city_of_rules(R1_all)}).when(appropriate(A, 700)).refused("R1: ", "project/P");
  given({city_of_rules(R1_all), classify("P", {})}).when(appropriate(A, 700)).refused("R1: ");
}

TEST_CASE("R1 target first: nothing, a negative amount and revenue need no target") {
  const std::string revenue = "line/2024/P/general/earmarked/-";
  const std::string conditional = "line/2024/P/general/conditional/-";
  given({city_of_rules(R1_all), line(revenue), line(conditional)})
      .when(appropriate(A, 0))
      .then({no_breach()})
      .when(appropriate(revenue, 700))
      .then({no_breach()})
      .when(appropriate(conditional, 1))
      .refused("R1: ")
      .when(appropriate(conditional, -1))
      .then({no_breach()});
}

TEST_CASE("R3 who applies, sets the target: another unit's target is not enough") {
  check_in_each_mode({"R3",
                      only("R3"),
                      {target("project/P", "U")},
                      request("P", "V", 700),
                      {"unit V applies for project P, whose target, record 10, unit U submitted",
                       "Let that unit apply, or have a target of this one approved first"}});
}

TEST_CASE("R3 who applies, sets the target: its own target is cited") {
  given({city_of_rules(R3), target("project/P", "U")})
      .when(request("P", "U", 700))
      .refused("R3: the target, record 10, is not among the evidence", "Cite record 10")
      .when(CommandOf(request("P", "U", 700)).citing({10}))
      .then({no_breach()});
}

TEST_CASE("R3 who applies, sets the target: what was merged into a unit applies as that unit") {
  given({city_of_rules(R3), target("project/P", "U"), merged("U", "V")})
      .when(CommandOf(request("P", "V", 700)).citing({10}))
      .then({no_breach()});
  given({city_of_rules(R3), target("project/P", "V"), merged("U", "V")})
      .when(CommandOf(request("P", "U", 700)).citing({10}))
      .refused("whose target, record 10, unit V submitted");
}

TEST_CASE("R3 who applies, sets the target: a target in force is not pushed aside by a newer one") {
  // The newest submission counted, so that any unit could shut out the one that set the target.
  const CommandOf from_v = CommandOf(request("P", "V", 700)).citing({10, 12});
  given({city_of_rules(R3), target("project/P", "U"), approve(10), target("project/P", "V")})
      .when(CommandOf(request("P", "U", 700)).citing({10}))
      .then({no_breach()})
      .when(from_v)
      .refused("whose target, record 10, unit U submitted")
      .when(approve(12))
      .then({})
      .when(from_v)
      .then({no_breach()})
      .when(CommandOf(request("P", "U", 700)).citing({10}))
      .refused("whose target, record 12, unit V submitted");
}

TEST_CASE("R3 who applies, sets the target: a returned or reversed target does not count") {
  const CommandOf from_u = CommandOf(request("P", "U", 700)).citing({11, 12});
  for (const FactOf& end : {return_target(12), reverse(12)})
    given({city_of_rules(R3), key("P"), target("project/P", "U"), target("project/P", "V")})
        .when(from_u)
        .refused("whose target, record 12, unit V submitted")
        .when(CommandOf(end).because("no outcome is named"))
        .then({})
        .when(from_u)
        .then({no_breach()});
}

TEST_CASE("R3 who applies, sets the target: a project that needs none may apply without") {
  given({city_of_rules(R3)}).when(request("P", "U", 700)).then({no_breach()});
  given({city_of_rules(R3), key("P")})
      .when(request("P", "U", 700))
      .refused("R3: unit U applies for project P, for which no target of 2024 stands",
               "Record the unit's targetSubmitted first");
  given({city_of_rules(R3), key("P"), target("project/P", "U", 2023)})
      .when(request("P", "U", 700))
      .refused("no target of 2024 stands");
  given({city_of_rules(R3 + ", " + R1_all)})
      .when(request("P", "U", 700))
      .refused("R3: unit U applies for project P, for which no target of 2024 stands");
}
