#include "domain/support/modes.h"
#include "support/catch.h"

// R15: a result that was not reached is answered.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

using Cause = schema::BudgetAdjusted::Cause;

constexpr std::uint64_t grade_P = behind_rule, answer = behind_rule + 1;

/// Project P is graded medium by record 11; record 12 is the event that would answer.
HistoryUnder graded_and(FactOf event) {
  return [=](const CommandOf& rules) {
    return given({city(), rules, graded("project/P", "medium"), event});
  };
}

FactOf cut(Kind kind, std::string on_line, std::int64_t amount) {
  return caused(adjust(kind, {{std::move(on_line), amount, ""}}), Cause::GRADE);
}

CommandOf apply(std::vector<std::uint64_t> answers) {
  return CommandOf(answered(grade_P, std::move(answers))).citing({grade_P});
}

}  // namespace

TEST_CASE("R15 results: a reduction, a clawback, a cancellation or a cut answers the grade") {
  for (const Kind kind : {Kind::REDUCTION, Kind::CLAWBACK, Kind::CANCELLATION})
    check_accepted("R15", graded_and(cut(kind, A, -1)), apply({answer}));
  given({city(), rule("R15", "enforce"), graded("project/Q", "poor"),
         appropriate(B, 500, {1, 0, "", 501})})
      .when(apply({answer}))
      .then({recorded(R"({"resultApplied": {"grade": "11", "answers": ["12"],
              "evaluatedYear": 2023, "about": "project/Q"}})"),
             no_breach()});
}

TEST_CASE("R15 results: what takes nothing away for a grade answers none") {
  const auto refused = [](const FactOf& event, std::string_view kind) {
    check_refused("R15", graded_and(event), apply({answer}),
                  {fmt::format("record 12, a {}, takes nothing away for a grade", kind),
                   "Name a reduction or a clawback with cause grade"});
  };
  refused(unit("W"), "unitRegistered");
  refused(adjust(Kind::REDUCTION, {{A, -1, ""}}), "budgetAdjusted");
  refused(cut(Kind::SUPPLEMENT, A, -1), "budgetAdjusted");
  refused(cut(Kind::REDUCTION, A, 1), "budgetAdjusted");
  refused(cut(Kind::REDUCTION, A, 0), "budgetAdjusted");
  refused(appropriate(B, 500, {0, 1, "", 501}), "budgetAppropriated");
}

TEST_CASE("R15 results: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R15", graded_and(unit("W")), apply({answer}), {"record 12", "takes nothing away"},
              "Name a reduction");
  check_modes("R15", graded_and(unit("W")), apply({}), {"grade 11 is answered by no event"},
              "or waive it");
  check_modes("R15", graded_and(unit("W")), CommandOf(waived(grade_P)).citing({grade_P}),
              {"what follows from grade 11 is waived without a reason"}, "the command's reason");
}

TEST_CASE("R15 results: a waiver has a reason") {
  check_accepted("R15", graded_and(unit("W")),
                 CommandOf(waived(grade_P)).citing({grade_P}).because("a flood"));
}

TEST_CASE("R15 results: the grade is among the evidence") {
  check_refused("R15", graded_and(cut(Kind::REDUCTION, A, -1)), answered(grade_P, {answer}),
                {"the grade, record 11, is not among the evidence", "Cite record 11"});
}

TEST_CASE("R15 results: an answer takes from what was graded") {
  // One reduction anywhere answered every grade.
  check_refused("R15", graded_and(cut(Kind::REDUCTION, B, -1)), apply({answer}),
                {"record 12, a budgetAdjusted, takes nothing away from project/P, which grade 11 "
                 "is about"});
  const auto about = [](const char* graded_subject, const FactOf& event) {
    return [=](const CommandOf& rules) {
      return given({city(), rules, graded(graded_subject, "poor"), event});
    };
  };
  check_accepted("R15", about("unit/U", cut(Kind::REDUCTION, A, -1)), apply({answer}));
  check_refused("R15", about("unit/V", cut(Kind::REDUCTION, A, -1)), apply({answer}),
                {"takes nothing away from unit/V"});
  check_accepted("R15", about("fund/2024/general", cut(Kind::REDUCTION, A, -1)), apply({answer}));
  check_refused("R15", about("fund/2024/state", cut(Kind::REDUCTION, A, -1)), apply({answer}),
                {"takes nothing away from fund/2024/state"});
  check_accepted("R15", about("list/L", cut(Kind::REDUCTION, A, -1)), apply({answer}));
}

TEST_CASE("R15 results: a cut of the project that took over answers its predecessor's grade") {
  const std::string N = "line/2024/N/general/net/-";
  given({city(), rule("R15", "enforce"), graded("project/P", "poor"), project("N", "U", {"P"}),
         line(N), appropriate(N, 400, {100, 0, "", 500})})
      .when(apply({14}))
      .then({no_breach()});
}

TEST_CASE("R15 results: an answer that was reversed is none") {
  graded_and(cut(Kind::REDUCTION, A, -1))(rule("R15", "enforce"))
      .when(reverse(answer))
      .then({})
      .when(apply({answer}))
      .refused("R15: ", "record 12, a budgetAdjusted, takes nothing away");
}

TEST_CASE("ResultApplied: names a grade that is there, and answers that are there") {
  given({city()}).when(answered(next, {})).refused("there is no record 10 yet");
  given({city()}).when(answered(unit_U, {})).refused("record 2 is of kind unitRegistered");
  given({city(), graded("project/P", "poor")})
      .when(answered(next, {next + 1}))
      .refused("there is no record 11 yet that could answer a grade");
  given({city(), graded("project/P", "poor"), reverse(next)})
      .when(answered(next, {}))
      .refused("record 10 was reversed by record 11");
}

TEST_CASE("ResultApplied: reversed, the grade is reversible too") {
  given({city(), graded("project/P", "poor"), CommandOf(waived(next)).because("a flood")})
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 (resultApplied) rests on it")
      .when(reverse(next + 1))
      .then({record_has("/fact/eventReversed/subjects",
                        R"(["evaluation/2023/project/P","project/P"])")})
      .when(reverse(next))
      .then({});
}
