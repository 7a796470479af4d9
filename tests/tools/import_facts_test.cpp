// Rows become facts: groups, references to earlier commands, values that are absent or wrong.

#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

constexpr std::string_view payments = R"(name = "test"
[numbers]
thousands = ","
[[table]]
name = "payments"
form = "facts"
[table.values]
project = { column = "project", remove = "-", pad = 4, prefix = "P" }
fund = { column = "fund", lookup = { 1 = "general", 2 = "land" } }
[table.command]
commandId = "payment/{id}"
decidedAt = "{day}"
effectiveOn = "{day}"
documents = [{ number = { column = "voucher", blank = ["0"] } }]
[[table.command.facts]]
[table.command.facts.paymentRecorded]
line = "line/2024/{project}/{fund}/net/-"
amount = { column = "amount", unit = 10000 }
refundOf = { sequence_of = "payment/{refund_of}", when = "refund_of" }
)";
constexpr std::string_view payments_header = "id,day,project,fund,voucher,amount,refund_of\n";

constexpr std::string_view targets = R"(name = "test"
[[table]]
name = "targets"
form = "facts"
group = ["project", "year"]
[table.command]
commandId = "target/{project}/{year}"
decidedAt = "{day}"
[[table.command.facts]]
[table.command.facts.targetSubmitted]
about = "project/{project}"
fiscalYear = "{year}"
unit = "U1"
[table.command.facts.targetSubmitted.indicators.rows]
name = "{indicator}"
target = { column = "target", optional = true }
weight = { column = "weight", as = "thousandths" }
)";
constexpr std::string_view targets_header = "project,year,day,indicator,target,weight\n";

Account pay(MemoryLedger& ledger, const std::string& rows) {
  return import_text(ledger, payments, std::string(payments_header) + rows);
}

}  // namespace

TEST_CASE("a row becomes the command that its mapping describes") {
  MemoryLedger ledger;
  const auto account = pay(ledger, "1,2024-03-01,0-1,2,0,\"1,234.5\",\n");
  CHECK(account.rows_recorded == 1);
  CHECK(
      ledger.json_of("test/payment/1") ==
      R"({"commandId":"test/payment/1","decidedAt":"2024-02-29T16:00:00Z","effectiveOn":"2024-03-01","facts":[)"
      R"({"paymentRecorded":{"amount":"1234500000","line":"line/2024/P0001/land/net/-"}}]})");
}

TEST_CASE(
    "a reference becomes the sequence of the command it names, in this file or an earlier import") {
  MemoryLedger ledger;
  pay(ledger, "1,2024-03-01,1,1,V1,5,\n");
  const auto account =
      pay(ledger, "2,2024-03-02,1,1,V2,7,\n3,2024-03-03,1,1,V3,-5,1\n4,2024-03-04,1,1,V4,-7,2\n");
  CHECK(account.refusals.empty());
  CHECK(ledger.json_of("test/payment/3").find(R"("refundOf":"1")") != std::string::npos);
  CHECK(ledger.json_of("test/payment/4").find(R"("refundOf":"2")") != std::string::npos);
}

TEST_CASE("a reference to a command that the ledger does not have refuses its row only") {
  MemoryLedger ledger;
  const auto account = pay(ledger, "3,2024-03-03,1,1,V3,-5,1\n2,2024-03-02,1,1,V2,7,\n");
  CHECK(account.rows_recorded == 1);
  REQUIRE(account.refusals.size() == 1);
  CHECK(account.refusals[0].line == 2);
  CHECK_THAT(account.refusals[0].reason,
             Catch::Contains("line 2, refundOf: it refers to the command \"test/payment/1\""));
}

TEST_CASE("a text of several words becomes the sequences of the facts that it names") {
  constexpr std::string_view mapping = R"(name = "test"
[[table]]
name = "lines"
form = "facts"
[table.values]
before = { column = "before", prefix = "line/" }
cited = "{before} {more}"
[table.command]
commandId = "line/{id}"
evidence = { sequences_of = "cited" }
[[table.command.facts]]
lineOpened = { line = "line/2024/{id}/general/net/-" }
[[table.command.facts]]
budgetAppropriated = { line = "line/2024/{id}/general/net/-", amount = "5" }
)";
  const auto cites = [&](MemoryLedger& ledger, std::string_view row) {
    return import_text(ledger, mapping,
                       std::string("id,before,more\nA,,\nB,,\n") + std::string(row) + "\n");
  };
  MemoryLedger ledger;
  CHECK(cites(ledger, "C,A,  line/B#1 line/B").refusals.empty());
  CHECK_THAT(ledger.json_of("test/line/C"), Catch::Contains(R"("evidence":["1","4","3"])"));
  CHECK(ledger.json_of("test/line/A").find("evidence") == std::string::npos);
  for (const auto& [row, reason] : {std::pair{"D,,line/A#", "\"line/A#\" names no fact"},
                                    {"D,,line/A#x", "\"line/A#x\" names no fact"},
                                    {"D,,line/X", "it refers to the command \"test/line/X\""}}) {
    INFO(row);
    const auto account = cites(ledger, row);
    REQUIRE(account.refusals.size() == 1);
    CHECK_THAT(account.refusals[0].reason, Catch::Contains(reason));
  }
}

TEST_CASE("references are asked for together") {
  MemoryLedger ledger;
  pay(ledger, "1,2024-03-01,1,1,V1,5,\n");
  ledger.questions = 0;
  std::string rows;
  for (int i = 2; i < 400; ++i) rows += std::to_string(i) + ",2024-03-02,1,1,V,-1,1\n";
  CHECK(pay(ledger, rows).rows_recorded == 398);
  CHECK(ledger.questions == 1);
}

TEST_CASE("a value that cannot be read refuses its row with the line, the field and the text") {
  struct Case {
    const char* row;
    const char* reason;
  };
  const std::vector<Case> cases = {
      {"1,2024-03-01,1,1,V,1x,", "line 2, amount: \"1x\" is not a number"},
      {"1,2024-03-01,1,1,V,,", "line 2, amount: \"\" is not a number: it is empty"},
      {"1,2024-03-01,1,1,V,0.0000001,", "is finer than the ledger's smallest unit"},
      {"1,2024-03-01,1,3,V,1,", "line 2, line: fund: \"3\" is not among the codes of"},
      {"1,2024-02-30,1,1,V,1,", "line 2, decidedAt: \"2024-02-30\" is not a day that exists"},
      {",2024-03-01,1,1,V,1,", "line 2, commandId: \"id\" is empty"},
      {"a b,2024-03-01,1,1,V,1,", "id"},
      {"1,2024-03-01,项,1,V,1,", "line"},
      {"1,2024-03-01,1,1,V,1", "it has 6 fields, the header has 7"},
  };
  for (const auto& [row, reason] : cases) {
    INFO(row);
    MemoryLedger ledger;
    const auto account = pay(ledger, std::string(row) + "\n9,2024-03-01,1,1,V,1,\n");
    CHECK(account.rows_recorded == 1);
    REQUIRE(account.refusals.size() == 1);
    CHECK(account.refusals[0].line == 2);
    CHECK_THAT(account.refusals[0].reason, Catch::Contains(reason));
  }
}

TEST_CASE("the rows of a group become one command, also where they do not follow each other") {
  MemoryLedger ledger;
  const auto account =
      import_text(ledger, targets,
                  std::string(targets_header) +
                      "A,2024,2023-11-01,beds,12.50,40\nB,2024,2023-11-01,roads,3,50\n"
                      "A,2024,2023-11-01,calm,,60.5\nA,2025,2024-11-01,beds,13,100\n");
  CHECK(account.commands_recorded == 3);
  CHECK(account.rows_recorded == 4);
  CHECK(
      ledger.json_of("test/target/A/2024")
          .find(
              R"("indicators":[{"weight":40000,"target":"12.50","name":"beds"},{"weight":60500,"name":"calm"}])") !=
      std::string::npos);
}

TEST_CASE("rows of a group that contradict each other refuse the whole group") {
  MemoryLedger ledger;
  const auto account = import_text(ledger, targets,
                                   std::string(targets_header) +
                                       "A,2024,2023-11-01,beds,1,50\nB,2024,2023-11-01,roads,3,50\n"
                                       "A,2024,2023-11-02,calm,1,50\n");
  CHECK(account.rows_recorded == 1);
  CHECK(account.rows_refused == 2);
  CHECK_THAT(account.refusals.at(0).reason,
             Catch::Contains("line 4: \"day\" is \"2023-11-02\", but \"2023-11-01\" in line 2"));
}

TEST_CASE("a row that cannot be read refuses the groups beside it, since it may be part of them") {
  MemoryLedger ledger;
  const auto account = import_text(
      ledger, targets,
      std::string(targets_header) +
          "A,2024,2023-11-01,beds,1,50\nA,2024,2023-11-01,calm\nB,2024,2023-11-01,x,1,50\n"
          "C,2024,2023-11-01,y,1,50\nB,2024,2023-11-01,z,1,50\n");
  CHECK(account.rows_recorded == 1);
  CHECK(ledger.json_of("test/target/C/2024") != "none");
  std::vector<std::uint64_t> lines;
  for (const auto& refusal : account.refusals) lines.push_back(refusal.line);
  CHECK(lines == std::vector<std::uint64_t>{2, 3, 4, 6});
  CHECK_THAT(account.refusals.at(0).reason,
             Catch::Contains("line 3 beside its rows could not be read"));
}
