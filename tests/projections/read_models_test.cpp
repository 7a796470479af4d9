#include "projections/read_models.h"

#include "projections/support/told.h"
#include "support/catch.h"

// Each read model, told a story through the real deciding.

using namespace counterfoil;
using counterfoil::test::project_of;
using counterfoil::test::Told;
using Lines = std::vector<std::string>;

namespace {

std::string target(const std::string& name = "pupils") {
  return fmt::format(
      R"({{"targetSubmitted":{{"fiscalYear":2024,"about":"project/P","unit":"U","indicators":[
          {{"dimension":"quantity","name":"{}","target":"300"}}]}}}})",
      name);
}

std::string naming(const std::string& fact, const std::string& field, std::uint64_t event,
                   const std::string& more = "") {
  return fmt::format(R"({{"{}":{{"{}":{}{}}}}})", fact, field, event, more);
}

std::string grade(const std::string& level, const std::string& grade,
                  const std::string& project = "P", const std::string& more = "") {
  return fmt::format(
      R"({{"gradeAssigned":{{"evaluatedYear":2023,"level":"{}","grade":"{}","about":"project/{}"{}}}}})",
      level, grade, project, more);
}

std::string check(const std::string& light, std::int64_t rate, std::int64_t attained) {
  return fmt::format(
      R"({{"monitoringChecked":{{"fiscalYear":2024,"checkedOn":"2024-07-31","spent":50,
          "executionRate":{},"light":"{}","about":"project/P","attainments":[
          {{"attained":9000,"actual":"1","indicator":"a"}},
          {{"attained":{},"actual":"1","indicator":"b"}}]}}}})",
      rate, light, attained);
}

std::string appropriation(const std::string& project, std::int64_t amount,
                          const std::string& more = "") {
  return fmt::format(R"({{"budgetAppropriated":{{"line":"{}","amount":{}{}}}}})",
                     kit::line_id(project), amount, more);
}

std::string reduction(const std::string& project, std::int64_t amount) {
  return fmt::format(
      R"({{"budgetAdjusted":{{"kind":"reduction","cause":"grade","legs":[
          {{"line":"{}","amount":-{},"vintage":2024}}]}}}})",
      kit::line_id(project), amount);
}

std::string cites(std::uint64_t event) {
  return fmt::format(R"("evidence":[{}])", event);
}

}  // namespace

TEST_CASE("targets show every version, and the one in force") {
  Told told;
  const auto rows = [&] {
    return told.rows(targets_projection(),
                     {"version", "state", "sequence", "approval", "returned", "reason", "unit"});
  };
  told.tell(project_of("U", "P"));                                            // 2, 3, 4
  told.tell(target());                                                        // 5
  told.tell(naming("targetReturned", "target", 5), R"("reason":"no-cost")");  // 6
  told.tell(target());                                                        // 7
  CHECK(rows() == Lines{"1 returned 5 - 6 no-cost U", "2 submitted 7 - - - U"});
  told.tell(naming("targetApproved", "target", 7));  // 8
  told.tell(target());                               // 9
  told.tell(naming("targetApproved", "target", 9));  // 10
  CHECK(rows() ==
        Lines{"1 returned 5 - 6 no-cost U", "2 replaced 7 8 - - U", "3 inForce 9 10 - - U"});
  told.tell(kit::reversal(10));
  told.tell(kit::reversal(9));
  CHECK(rows() ==
        Lines{"1 returned 5 - 6 no-cost U", "2 inForce 7 8 - - U", "3 reversed 9 - - - U"});
  told.tell(kit::reversal(6));
  CHECK(rows().front() == "1 submitted 5 - - - U");
}

TEST_CASE("monitoring shows both rates, the light, and corrections until they are verified") {
  Told told;
  const auto rows = [&] {
    return told.rows(monitoring_projection(),
                     {"sequence", "light", "executionRate", "attainment", "state", "correction",
                      "dueOn", "verification", "unit"});
  };
  told.tell(project_of("U", "P"));
  told.tell(check("red", 1'000, 2'500));  // 5
  told.tell(check("green", 6'000, 7'000));
  CHECK(rows() == Lines{"5 red 1000 2500 - - - - U", "6 green 6000 7000 - - - - U"});
  told.tell(naming("correctionOrdered", "check", 5, R"(,"dueOn":"2024-09-30","cause":"late")"));
  told.tell(naming("correctionOrdered", "check", 5, R"(,"dueOn":"2024-10-31","cause":"few")"));
  told.tell(naming("correctionVerified", "correction", 7,
                   R"(,"verifiedOn":"2024-10-01","outcome":"notCorrected")"));  // 9
  told.tell(naming("correctionVerified", "correction", 8,
                   R"(,"verifiedOn":"2024-10-01","outcome":"corrected")"));  // 10
  CHECK(rows() == Lines{"5 red 1000 2500 notCorrected 7 2024-09-30 9 U",
                        "5 red 1000 2500 corrected 8 2024-10-31 10 U",
                        "6 green 6000 7000 - - - - U"});
  told.tell(kit::reversal(10));
  CHECK(rows()[1] == "5 red 1000 2500 open 8 2024-10-31 - U");
  told.tell(kit::reversal(8));
  told.tell(kit::reversal(6));
  CHECK(rows() == Lines{"5 red 1000 2500 notCorrected 7 2024-09-30 9 U"});
}

TEST_CASE("grades show which one counts, level by level") {
  Told told;
  const auto rows = [&] {
    return told.rows(grades_projection(), {"sequence", "level", "grade", "state", "supersededBy",
                                           "reversedBy", "madeIn", "differs", "unit"});
  };
  told.tell(project_of("U", "P"));
  told.tell(grade("self", "excellent"));  // 5
  told.tell(grade("finance", "medium", "P",
                  R"(,"declaredScore":79500,"recomputedScore":78000,"scored":true)"));  // 6
  CHECK(rows() == Lines{"5 self excellent outranked 6 - 2024 - U",
                        "6 finance medium current - - 2024 true U"});
  told.tell(grade("finance", "good"));   // 7
  told.tell(grade("congress", "poor"));  // 8
  CHECK(rows() == Lines{"5 self excellent outranked 8 - 2024 - U",
                        "6 finance medium superseded 7 - 2024 true U",
                        "7 finance good outranked 8 - 2024 - U",
                        "8 congress poor current - - 2024 - U"});
  told.tell(kit::reversal(8));
  told.tell(kit::reversal(7));
  CHECK(rows() ==
        Lines{"5 self excellent outranked 6 - 2024 - U", "6 finance medium current - - 2024 true U",
              "7 finance good reversed - 10 2024 - U", "8 congress poor reversed - 9 2024 - U"});
}

TEST_CASE("grades show which one the score would give, by the bands of their rule set") {
  Told told;
  told.tell(project_of("U", "P"));
  told.tell(grade("self", "poor"));                                                  // 5
  told.tell(grade("self", "poor", "P", R"(,"declaredScore":90000,"scored":true)"));  // 6
  told.tell(grade("self", "good", "P", R"(,"declaredScore":89999,"scored":true)"));  // 7
  told.tell(grade("self", "good", "P", R"(,"declaredScore":0,"scored":true)"));      // 8
  told.tell(grade("self", "good", "P",
                  R"(,"declaredScore":95000,"recomputedScore":60000,"scored":true)"));  // 9
  told.tell(grade("self", "good", "P", R"(,"declaredScore":95000)"));                   // 10
  CHECK(told.rows(grades_projection(), {"sequence", "grade", "gradeByScore"}) ==
        Lines{"5 poor -", "6 poor excellent", "7 good good", "8 good poor", "9 good medium",
              "10 good -"});
}

TEST_CASE("a grade that is decided later counts, although it was recorded before") {
  Told told;
  told.tell(project_of("U", "P"));
  told.tell(grade("finance", "good"), R"("decidedAt":"2024-02-20T00:00:00Z")");
  told.tell(grade("finance", "poor"), R"("decidedAt":"2024-02-10T00:00:00Z")");
  CHECK(told.rows(grades_projection(), {"sequence", "state", "supersededBy"}) ==
        Lines{"5 current -", "6 superseded 5"});
}

TEST_CASE("R15: a medium or poor current grade opens an obligation until a result is applied") {
  Told told;
  const auto rows = [&] {
    return told.rows(obligations_projection(),
                     {"sequence", "grade", "state", "applied", "answers", "reason", "unit"});
  };
  told.tell(project_of("U", "P"));
  told.tell(kit::project("Q", "U") + "," + kit::project("R", "U"));  // 5, 6
  told.tell(grade("finance", "medium"));                             // 7
  told.tell(grade("finance", "poor", "Q"));                          // 8
  told.tell(grade("finance", "good", "R"));                          // 9
  CHECK(rows() == Lines{"7 medium open - - - U", "8 poor open - - - U"});
  told.tell(appropriation("P", 100) + "," + reduction("P", 20));         // 10, 11
  told.tell(naming("resultApplied", "grade", 7, R"(,"answers":[11])"));  // 12
  CHECK(rows() == Lines{"8 poor open - - - U", "7 medium answered 12 11 - U"});
  told.tell(naming("resultApplied", "grade", 8, R"(,"waived":true)"), R"("reason":"flood")");
  CHECK(rows() == Lines{"7 medium answered 12 11 - U", "8 poor waived 13 - flood U"});
  SECTION("reversing the result opens it again") {
    told.tell(kit::reversal(12));
    CHECK(rows().front() == "7 medium open - - - U");
  }
  SECTION("reversing what answers it opens it again, and the result is stale") {
    const auto stale = [&] {
      return told.rows(stale_projection(), {"sequence", "fact", "cited", "became", "by"});
    };
    CHECK(stale().empty());
    told.tell(kit::reversal(11));  // 14
    CHECK(rows() == Lines{"7 medium open - - - U", "8 poor waived 13 - flood U"});
    CHECK(stale() == Lines{"12 resultApplied 11 reversed 14"});
    SECTION("until another answer is applied") {
      told.tell(reduction("P", 20));                                         // 15
      told.tell(naming("resultApplied", "grade", 7, R"(,"answers":[15])"));  // 16
      CHECK(rows().front() == "7 medium answered 16 15 - U");
      told.tell(kit::reversal(16));
      CHECK(rows().front() == "7 medium open - - - U");
    }
    SECTION("the result itself may be reversed, and holds no more") {
      told.tell(kit::reversal(12));
      CHECK(rows().front() == "7 medium open - - - U");
      CHECK(stale().empty());
    }
  }
  SECTION("while another of its answers stands, it stays answered") {
    told.tell(reduction("P", 5));                                             // 14
    told.tell(naming("resultApplied", "grade", 7, R"(,"answers":[11,14])"));  // 15
    told.tell(kit::reversal(11));
    CHECK(rows().front() == "7 medium answered 15 11 14 - U");
    told.tell(kit::reversal(14));
    CHECK(rows().front() == "7 medium open - - - U");
  }
  SECTION("an answer that was reversed before answers nothing") {
    told.tell(kit::reversal(11));
    told.tell(naming("resultApplied", "grade", 7, R"(,"answers":[11])"));
    CHECK(rows().front() == "7 medium open - - - U");
  }
  SECTION("an open one lapses when its grade is revised") {
    told.tell(kit::reversal(13));
    told.tell(grade("finance", "good", "Q"));
    CHECK(rows() == Lines{"7 medium answered 12 11 - U", "8 poor lapsed - - - U"});
  }
  SECTION("a grade of a higher level opens one of its own") {
    told.tell(grade("congress", "poor"));  // 14
    CHECK(rows().front() == "14 poor open - - - U");
  }
  SECTION("a grade that is reversed asks for nothing") {
    told.tell(kit::reversal(13));
    told.tell(kit::reversal(8));
    CHECK(rows() == Lines{"7 medium answered 12 11 - U", "8 poor lapsed - - - U"});
  }
}

TEST_CASE("R15: a target that was not met opens an obligation, whatever the grade") {
  Told told;
  const auto rows = [&] {
    return told.rows(obligations_projection(), {"sequence", "grade", "state", "unmet"});
  };
  const auto scored = [&](int pupils) {
    return told.tell(fmt::format(
        R"({{"gradeAssigned":{{"evaluatedYear":2024,"level":"finance","grade":"excellent",
            "about":"project/P","results":[{{"indicator":"pupils","actual":"{}"}}]}}}})",
        pupils));
  };
  told.tell(project_of("U", "P"));
  told.tell(target());                               // 5
  told.tell(naming("targetApproved", "target", 5));  // 6
  scored(300);                                       // 7
  CHECK(rows().empty());
  scored(299);  // 8
  CHECK(rows() == Lines{"8 excellent open pupils"});
  told.tell(naming("resultApplied", "grade", 8, R"(,"waived":true)"), R"("reason":"flood")");  // 9
  CHECK(rows() == Lines{"8 excellent waived pupils"});
  told.tell(kit::reversal(9));
  scored(301);
  CHECK(rows() == Lines{"8 excellent lapsed pupils"});
}

TEST_CASE("a medium grade that never counted opens nothing until it does") {
  Told told;
  told.tell(project_of("U", "P"));
  told.tell(grade("finance", "good"));  // 5
  told.tell(grade("self", "medium"));   // 6
  CHECK(told.rows(obligations_projection(), {"sequence"}).empty());
  told.tell(kit::reversal(5));
  CHECK(told.rows(obligations_projection(), {"sequence", "state"}) == Lines{"6 open"});
}

TEST_CASE("compliance lists each breach that was accepted, with authority and document") {
  Told told("override");
  told.tell(project_of("U", "P"));
  told.tell(kit::commitment("P", 10), R"("override":{"authority":"mayor","document":"7"})");  // 5
  const auto rows = [&] {
    return told.rows(compliance_projection(),
                     {"sequence", "rule", "mode", "authority", "document", "fact", "project",
                      "unit", "fiscalYear", "fund", "reversedBy"});
  };
  CHECK(rows() == Lines{"5 R19 overridden mayor 7 commitmentRecorded P U 2024 general -"});
  told.tell(kit::reversal(5));
  CHECK(rows() == Lines{"5 R19 overridden mayor 7 commitmentRecorded P U 2024 general 6"});
  Told observed;
  observed.tell(project_of("U", "P"));
  observed.tell(kit::commitment("P", 10));
  CHECK(observed.rows(compliance_projection(), {"sequence", "mode", "authority"}) ==
        Lines{"5 observed -"});
}

TEST_CASE("a cut whose grade is revised is stale, and no number changes") {
  Told told;
  const auto rows = [&] {
    return told.rows(stale_projection(), {"sequence", "fact", "cited", "citedFact", "became", "by",
                                          "project", "unit", "fiscalYear", "fund"});
  };
  told.tell(project_of("U", "P"));
  told.tell(grade("finance", "medium"));                                           // 5
  told.tell(appropriation("P", 80, R"(,"base":100,"cutForGrade":20)"), cites(5));  // 6
  const auto units = told.rows(units_projection(), {"original", "current"});
  const auto cuts = told.rows(cuts_projection(), {"sequence", "amount"});
  CHECK(rows().empty());
  told.tell(grade("finance", "good"), cites(5));  // 7
  CHECK(rows() == Lines{"6 budgetAppropriated 5 gradeAssigned superseded 7 P U 2024 general"});
  CHECK(told.rows(units_projection(), {"original", "current"}) == units);
  CHECK(told.rows(cuts_projection(), {"sequence", "amount"}) == cuts);
  SECTION("until the revision is reversed") {
    told.tell(kit::reversal(7));
    CHECK(rows().empty());
  }
  SECTION("or the cut is") {
    told.tell(kit::reversal(6));
    CHECK(rows().empty());
  }
  SECTION("a later decision that cites the newer grade is not") {
    told.tell(reduction("P", 1), cites(7));
    CHECK(rows().size() == 1);
  }
  SECTION("a decision on what was superseded before it is not stale by that") {
    told.tell(reduction("P", 1), cites(5));
    CHECK(rows().size() == 1);
  }
}

TEST_CASE("a decision whose evidence is reversed is stale, the reversal itself is not") {
  Told told;
  told.tell(project_of("U", "P"));
  told.tell(grade("finance", "medium"));    // 5
  told.tell(reduction("P", 20), cites(5));  // 6
  told.tell(kit::reversal(5), cites(5));    // 7
  CHECK(told.rows(stale_projection(), {"sequence", "cited", "became", "by"}) ==
        Lines{"6 5 reversed 7"});
}

TEST_CASE("what rests on a version of a target is stale when another is approved") {
  Told told;
  told.tell(project_of("U", "P"));
  told.tell(target() + "," + target("teachers"));    // 5, 6
  told.tell(naming("targetApproved", "target", 5));  // 7
  told.tell(appropriation("P", 80), cites(7));       // 8
  told.tell(naming("targetApproved", "target", 6));  // 9
  CHECK(told.rows(stale_projection(), {"sequence", "cited", "citedFact", "became", "by"}) ==
        Lines{"8 7 targetApproved superseded 9"});
}

TEST_CASE("priorities show what each item requires, and what it has") {
  Told told;
  const auto list = [](std::int64_t required) {
    return fmt::format(
        R"({{"priorityListAdopted":{{"fiscalYear":2024,"list":"L","department":"U","items":[
            {{"required":{},"project":"P","name":"school"}},
            {{"required":10,"project":"Q","name":"road"}}]}}}})",
        required);
  };
  const auto rows = [&] {
    return told.rows(priorities_projection(),
                     {"list", "rank", "project", "unit", "title", "required", "planned", "funded",
                      "shortfall", "sequence"});
  };
  told.tell(project_of("U", "P"));
  told.tell(kit::project("Q", "U") + "," + kit::line("Q"));  // 5, 6
  told.tell(appropriation("P", 60));                         // 7
  told.tell(list(100));                                      // 8
  CHECK(rows() == Lines{"L 1 P U school 100 - 60 40 8", "L 2 Q U road 10 - - 10 8"});
  told.tell(kit::adjustment("supplement", {{"P", 50}, {"Q", 4}}));  // 9
  told.tell(R"({"fundingPlanFiled":{"fiscalYear":2024,"list":"L","items":[
      {"planned":70,"project":"P","fund":"general"},{"planned":30,"project":"P","fund":"land"}]}})");
  CHECK(rows() == Lines{"L 1 P U school 100 100 110 - 8", "L 2 Q U road 10 - 4 6 8"});
  told.tell(list(200));  // 11
  CHECK(rows().front() == "L 1 P U school 200 100 110 90 11");
  told.tell(kit::reversal(9));
  CHECK(rows().front() == "L 1 P U school 200 100 60 140 11");
  told.tell(kit::reversal(11));
  CHECK(rows() == Lines{"L 1 P U school 100 100 60 40 8", "L 2 Q U road 10 - - 10 8"});
  told.tell(kit::reversal(10));
  CHECK(rows().front() == "L 1 P U school 100 - 60 40 8");
  told.tell(kit::reversal(8));
  CHECK(rows().empty());
}

TEST_CASE("pools show what went in and out, by source tag and year, also when it is undone") {
  Told told;
  const auto rows = [&] {
    return told.rows(pools_projection(),
                     {"pool", "sourceTag", "fiscalYear", "incoming", "outgoing", "remaining"});
  };
  const auto adjusted = [](const std::string& kind, std::int64_t amount) {
    return fmt::format(
        R"({{"budgetAdjusted":{{"kind":"{}","pool":"saved","legs":[
            {{"line":"{}","amount":{},"vintage":2023,"sourceTag":"land"}}]}}}})",
        kind, kit::line_id("P"), amount);
  };
  told.tell(project_of("U", "P"));
  told.tell(appropriation("P", 80,
                          R"(,"base":105,"cutForGrade":20,"cutAcrossTheBoard":5,"pool":"saved")"));
  told.tell(adjusted("clawback", -30));       // 6
  told.tell(adjusted("poolAllocation", 10));  // 7
  CHECK(rows() == Lines{"saved - 2024 25 - 25", "saved land 2024 30 10 20"});
  told.tell(kit::reversal(7));
  told.tell(kit::reversal(6));
  CHECK(rows() == Lines{"saved - 2024 25 - 25", "saved land 2024 - - -"});
}

TEST_CASE("the library shows how far each project has come, and its rank") {
  Told told;
  const auto stage = [&] {
    return told.rows(library_projection(), {"project", "stage", "rank", "fiscalYear", "verdict"});
  };
  told.tell(kit::unit("U") + "," + kit::project("P", "U"));  // 2, 3
  CHECK(stage() == Lines{"P proposed - - -"});
  told.tell(R"({"pipelineAdmitted":{"project":"P"}})");  // 4
  CHECK(stage() == Lines{"P pipeline - - -"});
  told.tell(R"({"exAnteAppraised":{"project":"P","score":60000,"verdict":"rejected"}})");
  CHECK(stage() == Lines{"P pipeline - - rejected"});
  told.tell(R"({"exAnteAppraised":{"project":"P","score":90000,"verdict":"recommended"}})");
  CHECK(stage() == Lines{"P appraised - - recommended"});
  told.tell(
      R"({"affordabilityAssessed":{"project":"P","fiscalYear":2024,"total":9,"affordable":true}})");
  CHECK(stage() == Lines{"P affordable - - recommended"});
  told.tell(R"({"libraryAdmitted":{"project":"P","fiscalYear":2025,"rank":3}})");  // 8
  CHECK(stage() == Lines{"P library 3 2025 recommended"});
  told.tell(R"({"projectClosed":{"project":"P","outcome":"finished"}})");  // 9
  CHECK(stage() == Lines{"P closed 3 2025 recommended"});
  told.tell(kit::reversal(9));
  told.tell(kit::reversal(8));
  CHECK(stage() == Lines{"P affordable - - recommended"});
}

// The newest admission alone was shown: a year's library held only what was in no later one.
TEST_CASE("a project stands in the library of each year that it was admitted for") {
  Told told;
  const auto ranks = [&] {
    return told.rows(library_projection(), {"project", "stage", "rank", "fiscalYear"});
  };
  told.tell(kit::unit("U") + "," + kit::project("P", "U"));                        // 2, 3
  told.tell(R"({"libraryAdmitted":{"project":"P","fiscalYear":2025,"rank":3}})");  // 4
  told.tell(R"({"libraryAdmitted":{"project":"P","fiscalYear":2024,"rank":2}})");  // 5
  CHECK(ranks() == Lines{"P library 2 2024", "P library 3 2025"});
  told.tell(R"({"libraryAdmitted":{"project":"P","fiscalYear":2025,"rank":1}})");  // 6
  CHECK(ranks() == Lines{"P library 2 2024", "P library 1 2025"});
  told.tell(kit::reversal(6));
  CHECK(ranks() == Lines{"P library 2 2024", "P library 3 2025"});
  told.tell(R"({"projectClosed":{"project":"P","outcome":"finished"}})");
  CHECK(ranks() == Lines{"P closed 2 2024", "P closed 3 2025"});
  told.tell(kit::reversal(5));
  told.tell(kit::reversal(4));
  CHECK(ranks() == Lines{"P closed - -"});
}

TEST_CASE("units total their lines by year, fund and measure, and never add up measures") {
  Told told;
  const auto rows = [&] {
    return told.rows(units_projection(),
                     {"unit", "fiscalYear", "fund", "measure", "lines", "original", "current",
                      "committed", "spent", "available", "executionRate"});
  };
  told.tell(project_of("U", "P"));
  told.tell(kit::project("Q", "U") + "," + kit::line("Q"));                   // 5, 6
  told.tell(R"({"lineOpened":{"line":"line/2024/Q/general/headcount/-"}})");  // 7
  told.tell(appropriation("P", 100) + "," + appropriation("Q", 50));          // 8, 9
  told.tell(kit::adjustment("supplement", {{"P", 10}}));                      // 10
  told.tell(kit::commitment("P", 30));                                        // 11
  told.tell(kit::payment("P", 16, 11));                                       // 12
  CHECK(rows() == Lines{"U 2024 general headcount 1 - - - - - -",
                        "U 2024 general net 2 150 160 14 16 130 1000"});
  told.tell(kit::reversal(10));
  told.tell(kit::reversal(7));
  CHECK(rows() == Lines{"U 2024 general net 2 150 150 14 16 120 1066"});
}

TEST_CASE("cuts list what was taken for which grade, and leave other causes out") {
  Told told;
  told.tell(project_of("U", "P"));
  told.tell(kit::project("Q", "U") + "," + kit::line("Q"));                        // 5, 6
  told.tell(grade("finance", "medium"));                                           // 7
  told.tell(appropriation("P", 80, R"(,"base":100,"cutForGrade":20)"), cites(7));  // 8
  told.tell(appropriation("Q", 80, R"(,"base":100,"cutAcrossTheBoard":20)"));      // 9
  told.tell(reduction("P", 5), cites(7));                                          // 10
  told.tell(kit::adjustment("reduction", {{"P", -1}}));                            // 11
  told.tell(reduction("Q", 7));                                                    // 12
  told.tell(kit::reversal(12));                                                    // 13
  CHECK(told.rows(cuts_projection(), {"sequence", "fact", "project", "amount", "gradeEvent",
                                      "grade", "evaluatedYear", "reversedBy"}) ==
        Lines{"8 budgetAppropriated P 20 7 medium 2023 -", "10 budgetAdjusted P 5 7 medium 2023 -",
              "12 budgetAdjusted Q 7 - - - 13"});
}

TEST_CASE("statements show the newest that stands of each line, by day, then as recorded") {
  Told told;
  const auto rows = [&] {
    return told.rows(statements_projection(),
                     {"project", "unit", "fiscalYear", "total", "carriedOut", "spent", "difference",
                      "statedOn", "sequence", "statements", "document"});
  };
  const auto stated = [](std::int64_t original, std::int64_t out, const std::string& on,
                         const std::string& more = "") {
    return fmt::format(
        R"({{"budgetStated":{{"line":"{}","original":{},"carriedOut":{},"total":{},"statedOn":"{}"{}}}}})",
        kit::line_id("P"), original, out, original + out, on, more);
  };
  told.tell(project_of("U", "P"));  // 2, 3, 4
  CHECK(rows().empty());
  told.tell(stated(100, 0, "2024-09-30"), R"("documents":[{"number":"sheet-1"}])");  // 5
  CHECK(rows() == Lines{"P U 2024 100 - - 100 2024-09-30 5 1 sheet-1"});
  told.tell(stated(100, -130, "2025-09-30", R"(,"spent":7)"));  // 6: a total below zero
  CHECK(rows() == Lines{"P U 2024 -30 -130 7 -130 2025-09-30 6 2 -"});
  told.tell(stated(90, 0, "2023-09-30"));  // 7: of an older day
  CHECK(rows() == Lines{"P U 2024 -30 -130 7 -130 2025-09-30 6 3 -"});
  told.tell(stated(80, 0, "2025-09-30"));  // 8: of the same day, recorded later
  CHECK(rows().front().starts_with("P U 2024 80 - - 20 "));
  told.tell(kit::reversal(8));
  told.tell(kit::reversal(6));
  CHECK(rows() == Lines{"P U 2024 100 - - 100 2024-09-30 5 2 sheet-1"});
  told.tell(kit::reversal(5));
  told.tell(kit::reversal(7));
  CHECK(rows().empty());
}
