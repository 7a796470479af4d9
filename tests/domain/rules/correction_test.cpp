#include "domain/support/modes.h"
#include "support/catch.h"

// R18: nothing is edited, and a closed year stays as it was closed.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// 2023 is closed by record 11.
Given closed_under(const CommandOf& rules) {
  return given({city(), rules, year_closed(2023)});
}

CommandOf late(const FactOf& fact) {
  return CommandOf(fact).effective_on("2023-12-31");
}

const FactOf supplement = adjust(Kind::SUPPLEMENT, {{A, 5, ""}});

}  // namespace

TEST_CASE("R18 correction: nothing counts from a day of a closed year") {
  for (const FactOf& fact :
       {supplement, appropriate(B, 5), state_budget(A, {1'000, 5}), commit(A, 5), pay(A, 5)}) {
    check_accepted("R18", closed_under, CommandOf(fact).effective_on("2024-01-01"));
    check_refused("R18", closed_under, late(fact),
                  {"it would count from 2023-12-31, and fiscal year 2023 was closed by record 11",
                   "Let it count from a day after the close, or record a periodReopened first"});
  }
}

TEST_CASE("R18 correction: nothing is appropriated to a line, or moved on one, of a closed year") {
  // Counting from today, a base could be made for a year that was closed.
  const std::string old = "line/2023/P/general/net/-", other = "line/2023/Q/general/net/-";
  const HistoryUnder closed = [&](const CommandOf& rules) {
    return given({city(), rules, together({line(old), line(other), appropriate(old, 100)}),
                  year_closed(2023)});
  };
  const std::string finding = " is a line of fiscal year 2023, which was closed by record 14";
  const std::string remedy = "Use a line of an open year, or record a periodReopened first";
  for (const FactOf& fact :
       {appropriate(other, 5), adjust(Kind::SUPPLEMENT, {{A, 1, ""}, {other, 5, ""}})})
    check_refused("R18", closed, fact, {other + finding, remedy});
  check_refused("R18", closed, adjust(Kind::VIREMENT, {{old, -5, ""}, {other, 5, ""}}),
                {old + finding});
  check_modes("R18", closed, adjust(Kind::REDUCTION, {{old, -5, ""}}), {old + finding}, remedy);
  // One finding says it.
  check_modes("R18", closed, late(appropriate(other, 5)), {"it would count from 2023-12-31"},
              "Let it count from a day after the close");
  // What settles the year, and what the books are stated to hold, is recorded behind its close.
  for (const FactOf& fact : {carry_over({{old, -5, 2023}, {A, 5, 2023}}),
                             adjust(Kind::CLAWBACK, {{old, -5, ""}}), state_budget(old, {100, 5})})
    check_accepted("R18", closed, fact);
  check_accepted("R18", closed, CommandOf(reverse(13)).citing({13}));
  for (const FactOf& fact : {commit(other, 5), pay(other, 5)})
    closed(rule("R18", "observe")).when(fact).refused("fiscal year 2023 was closed by record 14");
  closed(rule("R18", "enforce"))
      .when(year_reopened(2023))
      .then({})
      .when(appropriate(other, 5))
      .then({no_breach()});
}

TEST_CASE("R18 correction: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R18", closed_under, late(supplement), {"2023-12-31", "closed by record 11"},
              "Let it count from a day after the close");
}

TEST_CASE("R18 correction: what moves no budget is recorded of a closed year too") {
  for (const FactOf& fact : {graded("project/P", "good"), unit("W"), estimate("general", 5)})
    check_accepted("R18", closed_under, late(fact));
}

TEST_CASE("R18 correction: a year that was opened again takes corrections until it is closed") {
  closed_under(rule("R18", "enforce"))
      .when(year_reopened(2023))
      .then({})
      .when(late(supplement))
      .then({current(A, 1'005), no_breach()})
      .when(year_closed(2023))
      .then({})
      .when(late(supplement))
      .refused("R18: ", "closed by record 14");
}

TEST_CASE("R18 correction: a reversal has the original among its evidence") {
  const HistoryUnder paid = [](const CommandOf& rules) {
    return given({city(), rules, pay(A, 5)});
  };
  check_accepted("R18", paid, CommandOf(reverse(behind_rule)).citing({behind_rule}));
  check_modes("R18", paid, reverse(behind_rule),
              {"the original, record 11, is not among the evidence"}, "Cite record 11");
}

TEST_CASE("R18 correction: what is reversed in a closed year counts from the day of the decision") {
  // It counted from the day of the original, and changed the totals of a closed year.
  const HistoryUnder paid_in_2023 = [](const CommandOf& rules) {
    return given({city(), rules, late(supplement), year_closed(2023)});
  };
  const CommandOf reversal = CommandOf(reverse(behind_rule)).citing({behind_rule});
  paid_in_2023(rule("R18", "enforce"))
      .when(reversal)
      .then({record_has("/effectiveOn", R"("2024-03-01")"), current(A, 1'000), no_breach()});
  paid_in_2023(rule("R18", "enforce"))
      .when(reversal.decided_on("2024-02-07"))
      .then({record_has("/effectiveOn", R"("2024-02-07")")});
  check_modes("R18", paid_in_2023, reversal.effective_on("2023-12-31"),
              {"it would count from 2023-12-31"}, "Let it count from a day after the close");
  paid_in_2023(rule("R18", "enforce"))
      .when(year_reopened(2023))
      .then({})
      .when(reversal)
      .then({record_has("/effectiveOn", R"("2023-12-31")")});
}

TEST_CASE("R18 correction: where the year of the decision is closed too, another day is given") {
  given({city(), rule("R18", "enforce"), year_closed(2024)})
      .when(CommandOf(reverse(appropriation_A)).citing({appropriation_A}))
      .refused("R18: ", "it would count from 2024-03-01")
      .when(
          CommandOf(reverse(appropriation_A)).citing({appropriation_A}).effective_on("2025-01-01"))
      .then({current(A, 0), record_has("/effectiveOn", R"("2025-01-01")")});
}
