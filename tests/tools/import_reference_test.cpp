// The mapping of the reference year, with one row or two of each of its files.

#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

constexpr std::pair<const char*, const char*> city[] = {
    {"rule_sets.csv",
     "rule_set,rule_set_version,in_force_from,published_on,rules\n"
     "city,1,2022-07-01,2022-01-01,\"{\"\"name\"\": \"\"city\"\"}\"\n"},
    {"principals.csv", "principal,organisation,role,enrolled_on\nK1,Bureau,audit,2022-01-03\n"},
    {"revocations.csv", "principal,revoked_on,revoked_for\nK1,2022-01-04,moved\n"},
    {"units.csv", "unit,name,department,division\nU1,Roads,,990100\nU2,Lamps,U1,990100\n"},
    {"projects.csv",
     "project,unit,name,category,predecessor,proposed_on\nP1,U1,Bridge,T,,2022-03-01\nP2,U2,Lamps,"
     "Y,P1,2022-03-01\nP3,U1,Reserve,R,,2022-03-01\n"},
    {"reorganisations.csv",
     "unit,kind,into,new_department,new_name,reorganised_on\n"
     "U2,renamed,,,Lights,2022-03-02\n"},
    {"standards.csv",
     "standard,name,measure_unit,unit_amount,set_on\n"
     "train,Training,day,450.00,2022-03-03\n"},
    {"estimates.csv",
     "estimate,fiscal_year,fund,source,amount,estimated_on\n"
     "E1,2023,general,revenue,5000.00,2022-03-04\n"},
    {"transfers.csv",
     "source_tag,fiscal_year,fund,amount,earmarked,purpose,received_on\n"
     "T1,2023,general,50.00,true,P1,2022-03-05\n"},
    {"ceilings.csv", "unit,fiscal_year,amount,issued_on\nU1,2023,900.00,2022-03-06\n"},
    {"classifications.csv",
     "classification,project,classified_on,expenditure,livelihood,obligation,earmarked,one_off,"
     "expires_on\nP1/2023,P1,2022-03-07,special,true,none,false,true,2024-12-31\n"
     "P2/2023,P2,2022-03-07,basic,false,threeGuarantees,false,false,\n"},
    {"pipeline.csv", "project,pipeline_on\nP1,2022-03-08\n"},
    {"appraisals.csv",
     "project,score,verdict,appraiser,appraised_on\n"
     "P1,85.7,recommended,Centre,2022-03-09\n"},
    {"affordability.csv",
     "project,fiscal_year,total,affordable,assessed_on\n"
     "P1,2023,900.00,true,2022-03-10\n"},
    {"library.csv", "project,unit,fiscal_year,rank,admitted_on\nP1,U1,2023,1,2022-03-11\n"},
    {"instalments.csv",
     "instalments,project,rolled_on,total,fiscal_year,planned_progress_bp,instalment\n"
     "P1/1,P1,2022-03-12,1000.00,2023,8000,800.00\nP1/1,P1,2022-03-12,1000.00,2024,10000,200.00\n"},
    {"targets.csv",
     "project,fiscal_year,version,unit,submitted_on,document,dimension,direction,indicator,target,"
     "measure_unit,weight,statement\n"
     "P1,2023,1,U1,2022-10-01,D0,quantity,atLeast,metres,18,m,60000,\n"
     "P1,2023,2,U1,2022-11-01,D1,quantity,atLeast,metres,18.5,m,60000,\n"
     "P1,2023,2,U1,2022-11-01,D1,social,qualitative,calm,,,40000,quieter\n"},
    {"target_returns.csv", "project,fiscal_year,returned_on,reason\nP1,2023,2022-10-05,outcomes\n"},
    {"proposals.csv",
     "proposal,kind,cause,pool,proposed_on,reason,fiscal_year,project,fund,vintage,source_tag,"
     "amount\nA1,supplement,other,,2023-02-10,more,2023,P1,general,2023,T1,50.00\n"},
    {"reversal_proposals.csv",
     "reversal,kind_of_event,event,proposed_on,reason\n"
     "V1,adjustment,A1,2023-03-20,twice\n"},
    {"approvals.csv",
     "of,verdict,authority,document,approved_on\n"
     "target/P1/2023/2,approved,Bureau,B1,2022-12-01\n"
     "proposal/A1,approved,Bureau,B2,2023-02-12\n"
     "reversal-proposal/V1,approved,Bureau,B3,2023-03-21\n"},
    {"target_approvals.csv",
     "project,fiscal_year,version,approved_on,document,approval\n"
     "P1,2023,2,2022-12-05,D2,approval/target/P1/2023/2\n"},
    {"budget_requests.csv",
     "request,fiscal_year,project,fund,unit,requested_on,content,amount,evidence,cost,quantity,"
     "standard,cost_amount\n"
     "R1,2023,P1,general,U1,2022-12-06,Bridge,900.00,target/P1/2023/2 "
     "standard/train/2022-03-03,Training,1.5,train,600.00\n"
     "R1,2023,P1,general,U1,2022-12-06,Bridge,900.00,target/P1/2023/2 "
     "standard/train/2022-03-03,Steel,1.0,,300.00\n"},
    {"audit_findings.csv",
     "unit,fiscal_year,severity,amount,finding,found_on\n"
     "U1,2022,minor,3.00,late,2022-12-07\n"},
    {"factors.csv",
     "project,fiscal_year,factor,value,breached,assessed_on\n"
     "P1,2023,stock,100,false,2022-12-08\n"},
    {"reviews.csv",
     "request,allowed,cancelled,reviewed_on,factor,event,breached\n"
     "R1,800.00,false,2022-12-20,stock,factor/P1/2023/stock,false\n"
     "R1,800.00,false,2022-12-20,auditFindings,finding/U1/2022,true\n"},
    {"priority_lists.csv",
     "list,fiscal_year,department,adopted_on,project,item,required\n"
     "L1,2023,U1,2022-12-21,P1,Bridge,700.00\n"},
    {"funding_plans.csv",
     "list,fiscal_year,filed_on,project,fund,planned\n"
     "L1,2023,2022-12-22,P1,general,800.00\n"},
    {"appropriations.csv",
     "fiscal_year,project,fund,functional_class,economic_class,amount,base,ceiling,cut_for_grade,"
     "cut_across_the_board,pool,decided_on,document,target_approval,evidence,override_authority,"
     "override_document\n"
     "2023,P1,general,21001,302,800.00,1000.00,800.00,200.00,0.00,livelihood,2023-01-06,D3,P1/2023,"
     "estimate/E1 review/R1,Mayor,M1\n"
     "2023,P3,general,227,514,90.00,0.00,,0.00,0.00,,2023-01-07,D3,,,,\n"},
    {"periods.csv",
     "period,fiscal_year,closes,reopens,authority,period_on,reason\n"
     "2023/1,2023,yes,,,2024-01-19,done\n"
     "2023/2,2023,,yes,Congress,2024-03-10,wrong\n"},
    {"commitments.csv",
     "commitment,fiscal_year,project,fund,amount,decided_on,reference\nC1,2023,P1,general,300.00,"
     "2023-02-01,HT1\n"},
    {"payments.csv",
     "payment,fiscal_year,project,fund,amount,paid_on,commitment,refund_of,voucher\nY1,2023,P1,"
     "general,300.00,2023-03-01,C1,,V1\n"
     "Y2,2023,P1,general,-20.00,2023-03-02,,Y1,V2\n"},
    {"monitoring_plans.csv",
     "project,fiscal_year,opens_on,closes_on,scope,planned_on\n"
     "P1,2023,2023-06-01,2023-10-15,all,2023-01-23\n"},
    {"monitoring.csv",
     "project,fiscal_year,checked_on,spent,execution_rate_bp,light,indicator,actual,attained_bp\n"
     "P1,2023,2023-06-28,280.00,3500,green,metres,9.25,5000\nP1,2023,2023-06-28,280.00,3500,green,"
     "calm,,10000\n"},
    {"unit_monitoring.csv",
     "unit,fiscal_year,checked_on,spent,execution_rate_bp,light,indicator,attained_bp\n"
     "U1,2023,2023-10-11,280.00,3500,yellow,whole,7000\n"},
    {"corrections.csv",
     "project,fiscal_year,checked_on,ordered_on,due_on,cause\n"
     "P1,2023,2023-06-28,2023-07-01,2023-08-09,late\n"},
    {"verifications.csv",
     "project,fiscal_year,checked_on,verified_on,outcome\n"
     "P1,2023,2023-06-28,2023-08-15,corrected\n"},
    {"suspensions.csv",
     "suspension,about,suspended_on,suspended_for\n"
     "S1,project/P1,2023-09-29,red\n"},
    {"resumptions.csv", "suspension,resumed_on,resumed_for\nS1,2023-10-09,better\n"},
    {"grades.csv",
     "project,evaluated_year,level,grade,score,evaluator,decided_on,document\nP1,2022,finance,"
     "medium,79.999,Bureau,2022-12-20,D4\n"},
    {"unit_grades.csv",
     "unit,evaluated_year,grade,score,evaluator,decided_on\n"
     "U1,2022,good,85.5,Bureau,2023-05-08\n"},
    {"adjustments.csv",
     "request,kind,cause,pool,decided_on,document,role,reason,fiscal_year,project,fund,vintage,"
     "source_tag,amount,proposal,evidence\n"
     "A1,supplement,other,,2023-02-15,D5,finance,more,2023,P1,general,2023,T1,50.00,proposal/A1,"
     "approval/proposal/A1 transfer/T1\n"
     "A2,reserveDraw,other,,2023-07-10,D7,government,flood,2023,P3,general,2023,,-30.00,,\n"
     "A2,reserveDraw,other,,2023-07-10,D7,government,flood,2023,P1,general,2023,,30.00,,\n"},
    {"statements.csv",
     "fiscal_year,project,fund,original,supplement,carried_in,carried_out,reserve,total,spent,"
     "stated_on,counts_from\n"
     "2023,P1,general,800.00,50.00,0.00,0.00,30.00,880.00,280.00,2024-03-11,2023-12-31\n"},
    {"reversals.csv",
     "reversal,kind_of_event,event,decided_on,document,reason\nV1,adjustment,A1,2023-04-01,D6,"
     "twice\n"},
    {"results.csv",
     "grade,answers,waived,applied_on,reason\n"
     "grade/P1/2022/finance,budget/2023/P1/general#1,,2023-05-01,linked\n"},
    {"project_closings.csv", "project,outcome,ended_on\nP1,finished,2024-04-01\n"},
    {"trainings.csv", "training,topic,participants,held_on\nX1,targets,40,2024-04-02\n"},
    {"disclosures.csv",
     "disclosure,unit,fiscal_year,url,sha256,published_on\n"
     "D1,U1,2023,https://a.example/1,00ff,2024-04-03\n"},
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
  CHECK(account.refusals.empty());
  CHECK(account.rows_recorded == 65);
  CHECK(ledger.facts.size() == 49);  // all but those that only the ledger records

  const auto holds = [&](const std::string& id, const std::string& part) {
    INFO(id);
    CHECK_THAT(ledger.json_of("reference/" + id), Catch::Contains(part));
  };
  /// That a command's list cites the first facts of these, in that order.
  const auto first = [&](const std::string& id) {
    const std::string full = "reference/" + id;
    const auto found = ledger.first_of(std::span(&full, 1));
    REQUIRE(found.has_value());
    REQUIRE(found->front().has_value());
    return found->front()->value;
  };
  const auto cites = [&](const std::string& id, std::initializer_list<const char*> cited,
                         const char* list = "evidence") {
    std::string numbers;
    for (const char* one : cited)
      numbers += fmt::format("{}\"{}\"", numbers.empty() ? "" : ",", first(one));
    holds(id, fmt::format("\"{}\":[{}]", list, numbers));
  };
  holds("rule-set/city/1", R"("document":"{\"name\": \"city\"}")");
  holds("revocation/K1", fmt::format(R"("grant":"{}")", first("principal/K1") + 1));
  holds("unit/U2", R"("department":"U1")");
  holds("project/P2", R"("predecessors":[{"shareBasisPoints":10000,"project":"P1"}])");
  CHECK(ledger.json_of("reference/project/P1").find("predecessors") == std::string::npos);
  holds("classification/P1/2023", R"("expiresOn":"2024-12-31")");
  CHECK(ledger.json_of("reference/classification/P2/2023").find("expiresOn") == std::string::npos);
  cites("library/P1/2023", {"pipeline/P1", "appraisal/P1", "affordability/P1", "ceiling/U1/2023"});
  holds("instalments/P1/1", R"({"fiscalYear":2024,"plannedProgress":10000,"amount":"20000"})");
  holds("target/P1/2023/2", R"("target":"18.5","name":"metres","measureUnit":"m"})");
  holds("target-return/P1/2023", fmt::format(R"("target":"{}")", first("target/P1/2023/1")));
  cites("target-approval/P1/2023", {"approval/target/P1/2023/2"});
  cites("request/R1", {"target/P1/2023/2", "standard/train/2022-03-03"});
  holds("request/R1",
        R"({"quantity":"1.5","amount":"60000","name":"Training","standard":"train"})");
  cites("review/R1", {"factor/P1/2023/stock", "finding/U1/2022"});
  cites("budget/2023/P1/general", {"target-approval/P1/2023", "estimate/E1", "review/R1"});
  holds("budget/2023/P1/general", R"("override":{"authority":"Mayor","document":"M1"})");
  holds(
      "budget/2023/P1/general",
      R"({"budgetAppropriated":{"amount":"80000","base":"100000","ceiling":"80000","cutForGrade":"20000","capped":true,)");
  for (const char* part : {"evidence", "override"})
    CHECK(ledger.json_of("reference/budget/2023/P3/general").find(part) == std::string::npos);
  holds("period/2023/1", R"("facts":[{"periodClosed":{"fiscalYear":2023}}])");
  holds("period/2023/2", R"("facts":[{"periodReopened":{)");
  holds("payment/Y1", fmt::format(R"("commitment":"{}")", first("commitment/C1")));
  holds("payment/Y2", fmt::format(R"({{"amount":"-2000","refundOf":"{}",)", first("payment/Y1")));
  holds("monitoring/P1/2023/2023-06-28",
        R"("attainments":[{"attained":"5000","actual":"9.25","indicator":"metres"},)");
  cites("correction/P1/2023/2023-06-28", {"monitoring/P1/2023/2023-06-28"});
  holds("grade/P1/2022/finance", R"("grade":"medium","declaredScore":"79999","scored":true)");
  holds("unit-monitoring/U1/2023", R"("about":"unit/U1")");
  holds("unit-grade/U1/2022", R"("level":"department","grade":"good","declaredScore":"85500")");
  cites("adjustment/A1", {"approval/proposal/A1", "transfer/T1"});
  holds("adjustment/A1", fmt::format(R"("proposal":"{}")", first("proposal/A1")));
  holds(
      "adjustment/A1",
      R"("legs":[{"amount":"5000","vintage":2023,"line":"line/2023/P1/general/net/-","sourceTag":"T1"}])");
  holds("adjustment/A2",
        R"({"amount":"-3000","vintage":2023,"line":"line/2023/P3/general/net/-"})");
  CHECK(ledger.json_of("reference/adjustment/A2").find("proposal") == std::string::npos);
  holds("statement/2023/P1/general", R"("effectiveOn":"2023-12-31")");
  cites("reversal/V1", {"adjustment/A1", "approval/reversal-proposal/V1"});
  holds("reversal/V1",
        fmt::format(R"({{"eventReversed":{{"event":"{}"}}}})", first("adjustment/A1")));
  cites("result/grade/P1/2022/finance", {"grade/P1/2022/finance"});
  holds("result/grade/P1/2022/finance",
        fmt::format(R"("answers":["{}"])", first("budget/2023/P1/general") + 1));
  holds("disclosure/D1", R"("hash":"00ff")");
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
      "cut_across_the_board,pool,decided_on,document,target_approval,evidence,override_authority,"
      "override_document\n"
      "2023,P1,general,21001,302,800.00,0.00,,0.00,0.00,,2023-01-06,D3,P1/2023,,,\n"
      "2023,P3,general,227,514,90.00,0.00,,0.00,0.00,,2023-01-07,D3,,,,\n")};
  MemoryLedger ledger;
  Account account;
  REQUIRE(import_files(mapping, files, ledger, options(), account).has_value());
  CHECK(account.rows_recorded == 1);
  REQUIRE(account.refusals.size() == 1);
  CHECK_THAT(account.refusals[0].reason, Catch::Contains("target-approval/P1/2023"));
}
