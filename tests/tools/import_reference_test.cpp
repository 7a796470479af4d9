// The mapping of the reference year, with one row or two of each of its files.

#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

constexpr std::pair<const char*, const char*> city[] = {
    {"units.csv", "unit,name,department,division\nU1,Roads,,990100\nU2,Lamps,U1,990100\n"},
    {"projects.csv",
     "project,unit,name,category,predecessor,proposed_on\nP1,U1,Bridge,T,,2022-03-01\nP2,U2,Lamps,"
     "Y,P1,2022-03-01\nP3,U1,Reserve,R,,2022-03-01\n"},
    {"targets.csv",
     "project,fiscal_year,unit,submitted_on,document,dimension,direction,indicator,target,measure_"
     "unit,weight,statement\n"
     "P1,2023,U1,2022-11-01,D1,quantity,atLeast,metres,18.5,m,60000,\nP1,2023,U1,2022-11-01,D1,"
     "social,qualitative,calm,,,40000,quieter\n"},
    {"target_approvals.csv", "project,fiscal_year,approved_on,document\nP1,2023,2022-12-05,D2\n"},
    {"appropriations.csv",
     "fiscal_year,project,fund,functional_class,economic_class,amount,base,ceiling,cut_for_grade,"
     "cut_across_the_board,pool,decided_on,document,target_approval\n"
     "2023,P1,general,21001,302,800.00,1000.00,800.00,200.00,0.00,livelihood,2023-01-06,D3,P1/2023"
     "\n"
     "2023,P3,general,227,514,90.00,0.00,,0.00,0.00,,2023-01-07,D3,\n"},
    {"commitments.csv",
     "commitment,fiscal_year,project,fund,amount,decided_on,reference\nC1,2023,P1,general,300.00,"
     "2023-02-01,HT1\n"},
    {"payments.csv",
     "payment,fiscal_year,project,fund,amount,paid_on,commitment,refund_of,voucher\nY1,2023,P1,"
     "general,300.00,2023-03-01,C1,,V1\n"
     "Y2,2023,P1,general,-20.00,2023-03-02,,Y1,V2\n"},
    {"monitoring.csv",
     "project,fiscal_year,checked_on,spent,execution_rate_bp,light,indicator,actual,attained_bp\n"
     "P1,2023,2023-06-28,280.00,3500,green,metres,9.25,5000\nP1,2023,2023-06-28,280.00,3500,green,"
     "calm,,10000\n"},
    {"grades.csv",
     "project,evaluated_year,level,grade,score,evaluator,decided_on,document\nP1,2022,finance,"
     "medium,79.999,Bureau,2022-12-20,D4\n"},
    {"adjustments.csv",
     "request,kind,cause,pool,decided_on,document,role,reason,fiscal_year,project,fund,vintage,"
     "amount\n"
     "A1,supplement,other,,2023-02-15,D5,finance,more,2023,P1,general,2023,50.00\n"
     "A2,reserveDraw,other,,2023-07-10,D7,government,flood,2023,P3,general,2023,-30.00\n"
     "A2,reserveDraw,other,,2023-07-10,D7,government,flood,2023,P1,general,2023,30.00\n"},
    {"reversals.csv",
     "reversal,kind_of_event,event,decided_on,document,reason\nV1,adjustment,A1,2023-04-01,D6,"
     "twice\n"},
};

}  // namespace

TEST_CASE(
    "the reference year's files become facts that cite each other, in the order of decision") {
  const Folder folder;
  const auto mapping = Mapping::read(shipped_mapping("reference-year.toml"));
  INFO((mapping ? "" : mapping.error().message));
  REQUIRE(mapping.has_value());
  std::vector<std::filesystem::path> files;
  for (const auto& [name, text] : city) files.push_back(folder.write(name, text));
  MemoryLedger ledger;
  Account account;
  const auto done = import_files(*mapping, files, ledger, options(), account);
  INFO((done ? "" : done.error().message));
  REQUIRE(done.has_value());
  for (const auto& refusal : account.refusals) UNSCOPED_INFO(refusal.reason);
  CHECK(account.rows_recorded == 20);
  CHECK(ledger.facts.size() == 12);

  const auto holds = [&](const char* id, const char* part) {
    INFO(id);
    CHECK_THAT(ledger.json_of(id), Catch::Contains(part));
  };
  // Sequences: U1 1, U2 2, P1 3, P2 4, P3 5, target 6, approval 7, grade 8, budget 9 and 10, the
  // reserve's 11 and 12, commitment 13, adjustment 14, payments 15 and 16, reversal 17, monitoring
  // 18, draw on the reserve 19.
  holds("reference/unit/U2", R"("department":"U1")");
  holds("reference/project/P2", R"("predecessors":[{"shareBasisPoints":10000,"project":"P1"}])");
  CHECK(ledger.json_of("reference/project/P1").find("predecessors") == std::string::npos);
  holds("reference/target/P1/2023", R"("target":"18.5","name":"metres","measureUnit":"m"})");
  holds("reference/target-approval/P1/2023", R"("targetApproved":{"target":"6"})");
  holds("reference/budget/2023/P1/general", R"("evidence":["7"])");
  holds(
      "reference/budget/2023/P1/general",
      R"({"budgetAppropriated":{"amount":"80000","base":"100000","ceiling":"80000","cutForGrade":"20000","capped":true,)");
  CHECK(ledger.json_of("reference/budget/2023/P3/general").find("evidence") == std::string::npos);
  holds("reference/payment/Y1", R"("commitment":"13")");
  holds("reference/payment/Y2", R"({"amount":"-2000","refundOf":"15",)");
  holds("reference/monitoring/P1/2023/2023-06-28",
        R"("attainments":[{"attained":"5000","actual":"9.25","indicator":"metres"},)");
  holds("reference/grade/P1/2022/finance",
        R"("grade":"medium","declaredScore":"79999","scored":true)");
  holds("reference/adjustment/A1",
        R"("legs":[{"amount":"5000","vintage":2023,"line":"line/2023/P1/general/net/-"}])");
  holds("reference/adjustment/A2",
        R"({"amount":"-3000","vintage":2023,"line":"line/2023/P3/general/net/-"})");
  holds("reference/adjustment/A2",
        R"({"amount":"3000","vintage":2023,"line":"line/2023/P1/general/net/-"})");
  holds("reference/reversal/V1", R"({"eventReversed":{"event":"14"}})");
}

TEST_CASE("closing figures serve to reconcile and are not imported") {
  const Folder folder;
  const auto mapping = Mapping::read(shipped_mapping("reference-year.toml")).value();
  const std::vector files{folder.write(
      "closing.csv", "fiscal_year,project,fund,original,revised\n2023,P1,general,1,2\n")};
  MemoryLedger ledger;
  Account account;
  const auto done = import_files(mapping, files, ledger, options(), account);
  REQUIRE_FALSE(done.has_value());
  CHECK_THAT(done.error().message, Catch::Contains("only serves to reconcile"));
}

TEST_CASE(
    "lines that differ, and lines that only one side has, are differences unless they are zero") {
  const Folder folder;
  const auto mapping = Mapping::read(shipped_mapping("reference-year.toml")).value();
  MemoryLedger ledger;
  ledger.lines = {{"line/2023/P1/general/net/-", 100}, {"line/2023/P1/land/net/-", 250},
                  {"line/2023/P2/general/net/-", 7},   {"line/2023/P3/general/net/-", 0},
                  {"line/2024/P9/general/net/-", 1},   {"line/2023/P9/general/headcount/-", 1}};
  const std::vector files{
      folder.write("closing.csv",
                   "fiscal_year,project,fund,original,revised\n2023,P1,general,0,1.00\n"
                   "2023,P1,land,0,3.00\n2023,P4,general,0,0.00\n2023,P5,general,0,-4.00\n")};
  const auto result = reconcile(mapping, files, ledger, options().setting);
  REQUIRE(result.has_value());
  std::vector<std::string> found;
  for (const auto& one : result->differences)
    found.push_back(fmt::format("{} {} {} {}", one.line, one.expected, one.actual, one.difference));
  CHECK(found == std::vector<std::string>{"line/2023/P1/land/net/- 300 250 -50",
                                          "line/2023/P2/general/net/- 0 7 7",
                                          "line/2023/P5/general/net/- -400 0 400"});
  CHECK(result->lines.compared == 6);
  CHECK(result->lines.equal == 3);
  CHECK(result->programmes_by_measure.at("net").compared == 5);
  CHECK(result->programmes_by_measure.at("net").equal == 2);
  CHECK_FALSE(result->equal());
}

TEST_CASE("a figure that cannot be read is listed and the comparison is not equal") {
  const Folder folder;
  const auto mapping = Mapping::read(shipped_mapping("reference-year.toml")).value();
  MemoryLedger ledger;
  const std::vector files{
      folder.write("closing.csv",
                   "fiscal_year,project,fund,original,revised\n2023,P1,general,0,one\n2023,P1\n")};
  const auto result = reconcile(mapping, files, ledger, options().setting);
  REQUIRE(result.has_value());
  CHECK(result->differences.empty());
  CHECK(result->refused.size() == 2);
  CHECK_FALSE(result->equal());
}

// The figures before the bad one stood as zero, and zero is equal to a line that is not there.
TEST_CASE("a row of which one figure cannot be read compares nothing") {
  const Folder folder;
  const auto path = folder.write("m.toml", R"(name = "test"
[[table]]
name = "closing"
form = "lines"
[table.line]
fiscal_year = "2024"
project = "{project}"
fund = "general"
[table.measures]
gross = { revised = "gross" }
net = { revised = "net" }
)");
  const auto mapping = Mapping::read(path).value();
  MemoryLedger ledger;
  const std::vector files{folder.write("closing.csv", "project,gross,net\nP1,1.00,one\n")};
  const auto result = reconcile(mapping, files, ledger, options().setting);
  REQUIRE(result.has_value());
  CHECK(result->refused.size() == 1);
  CHECK(result->lines.compared == 0);
  CHECK(result->programmes_by_measure.empty());
}

TEST_CASE("an appropriation that names a target approval is refused without it") {
  const Folder folder;
  const auto mapping = Mapping::read(shipped_mapping("reference-year.toml")).value();
  const std::vector files{folder.write(
      "appropriations.csv",
      "fiscal_year,project,fund,functional_class,economic_class,amount,base,ceiling,cut_for_grade,"
      "cut_across_the_board,pool,decided_on,document,target_approval\n"
      "2023,P1,general,21001,302,800.00,0.00,,0.00,0.00,,2023-01-06,D3,P1/2023\n"
      "2023,P3,general,227,514,90.00,0.00,,0.00,0.00,,2023-01-07,D3,\n")};
  MemoryLedger ledger;
  Account account;
  REQUIRE(import_files(mapping, files, ledger, options(), account).has_value());
  CHECK(account.rows_recorded == 1);
  REQUIRE(account.refusals.size() == 1);
  CHECK_THAT(account.refusals[0].reason, Catch::Contains("target-approval/P1/2023"));
}
