// Requests become adjustments; items become original budgets.

#include "core/limits.h"
#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

constexpr std::string_view requests = R"(name = "test"
[[table]]
name = "requests"
form = "adjustments"
group = ["request"]
[table.command]
commandId = "request/{request}"
[table.adjustment]
kind = "virement"
request = "{request}"
[table.line]
fiscal_year = "{year}"
project = "{project}"
fund = "{fund}"
[table.measures]
net = { change = "net" }
conditional = { change = "conditional" }
earmarked = { change = "earmarked" }
headcount = { change = "posts" }
)";
constexpr std::string_view requests_header =
    "request,year,project,fund,net,conditional,earmarked,posts\n";

constexpr std::string_view items = R"(name = "test"
[[table]]
name = "items"
form = "budget"
group = ["project"]
[table.command]
commandId = "original/{project}"
decidedAt = 2024-01-01
[table.unit]
unit = "{unit}"
name = "{unit_name}"
[table.project]
project = "{project}"
unit = "{unit}"
[table.line]
fiscal_year = "2024"
project = "{project}"
fund = "general"
[table.measures]
net = { original = "net" }
headcount = { original = "posts", optional = true }
)";

Account request(MemoryLedger& ledger, const std::string& rows) {
  return import_text(ledger, requests, std::string(requests_header) + rows);
}

/// The numbers of legs in each fact of a command.
std::vector<std::size_t> legs_in(const std::string& json) {
  std::vector<std::size_t> legs;
  for (std::size_t at = 0; (at = json.find_first_of("aA", at)) != json.npos; ++at) {
    if (json.compare(at, 8, "amount\":") == 0) ++legs.back();
    if (json.compare(at, 10, "Adjusted\":") == 0) legs.push_back(0);
  }
  return legs;
}

}  // namespace

TEST_CASE("every amount of a request's rows is a leg, in one fact") {
  MemoryLedger ledger;
  const auto account =
      request(ledger, "7,2024,A,general,-5,0,0,0.5\n7,2024,B,general,5,3,-3,-0.5\n");
  CHECK(account.commands_recorded == 1);
  CHECK(ledger.legs == 6);
  CHECK(ledger.lines.at("line/2024/A/general/net/-") == -500);
  CHECK(ledger.lines.at("line/2024/A/general/headcount/-") == 500);
  CHECK(ledger.lines.at("line/2024/B/general/earmarked/-") == -300);
}

TEST_CASE(
    "a row without any amount keeps one zero leg, so that the request is in its line's history") {
  MemoryLedger ledger;
  request(ledger, "7,2024,A,general,0,0,0,0\n");
  CHECK(ledger.legs == 1);
  CHECK(ledger.lines.at("line/2024/A/general/net/-") == 0);
}

TEST_CASE("a wrong amount in one row refuses all rows of the request") {
  MemoryLedger ledger;
  const auto account = request(
      ledger, "7,2024,A,general,-5,0,0,0\n7,2024,B,general,5O,0,0,0\n8,2024,B,general,1,0,0,0\n");
  CHECK(account.rows_refused == 2);
  CHECK(account.rows_recorded == 1);
  CHECK_THAT(account.refusals.at(0).reason, Catch::Contains("line 3: net: \"5O\" is not a number"));
  CHECK(ledger.json_of("test/request/7") == "none");
}

TEST_CASE("a request of more legs than a fact holds is several facts that each balance") {
  MemoryLedger ledger;
  std::string rows;
  for (int i = 0; i < 200; ++i)
    rows += fmt::format("7,2024,P{},general,{},1,-1,0\n", i, i % 2 == 0 ? 5 : -5);
  CHECK(request(ledger, rows)
            .refusals.at(0)
            .reason.find("400 legs of conditional balance together") != std::string::npos);

  // Earmarked revenue stays with the conditional expenditure that it pays for; funds come apart.
  rows.clear();
  for (int i = 0; i < 200; ++i)
    rows += fmt::format("8,2024,P{},{},{},1,-1,0\n", i, i < 100 ? "general" : "land",
                        i % 2 == 0 ? 5 : -5);
  const auto account = request(ledger, rows);
  CHECK(account.refusals.empty());
  CHECK(account.commands_recorded == 1);
  CHECK(legs_in(ledger.json_of("test/request/8")) == std::vector<std::size_t>{200, 200, 200});

  rows.clear();
  for (int i = 0; i < 256; ++i) rows += fmt::format("9,2024,P{},general,1,0,0,0\n", i);
  request(ledger, rows);
  CHECK(legs_in(ledger.json_of("test/request/9")) ==
        std::vector<std::size_t>{limits::legs_in_adjustment});
}

TEST_CASE("a project's items sum to its original budget, and its unit is registered once") {
  MemoryLedger ledger;
  const auto account = import_text(ledger, items,
                                   "project,unit,unit_name,net,posts\nA,U1,Roads,1.50,2.5\nB,U1,"
                                   "Roads,7,\nA,U1,Roads,2,1\nC,U1,Roads,-1,0\nC,U1,Roads,1,0\n");
  CHECK(account.refusals.empty());
  CHECK(account.commands_recorded == 4);
  CHECK(account.commands_known == 0);
  CHECK(ledger.facts == std::map<std::string, std::uint64_t>{{"unitRegistered", 1},
                                                             {"projectProposed", 3},
                                                             {"lineOpened", 6},
                                                             {"budgetAppropriated", 3}});
  CHECK(ledger.lines.at("line/2024/A/general/net/-") == 350);
  CHECK(ledger.lines.at("line/2024/A/general/headcount/-") == 3'500);
  CHECK(ledger.lines.at("line/2024/C/general/net/-") == 0);
}

TEST_CASE("a unit that two projects name differently refuses the second") {
  MemoryLedger ledger;
  const auto account = import_text(
      ledger, items, "project,unit,unit_name,net,posts\nA,U1,Roads,1,1\nB,U1,Rails,7,\n");
  CHECK(account.rows_recorded == 1);
  CHECK_THAT(account.refusals.at(0).reason,
             Catch::Contains("test/unit/U1: rows before gave it as"));
}

TEST_CASE("a sum that does not fit 64 bits is refused") {
  MemoryLedger ledger;
  const auto account = import_text(
      ledger, items,
      "project,unit,unit_name,net,posts\nA,U1,Roads,92233720368547758.07,1\nA,U1,Roads,0.01,\n");
  CHECK(account.rows_refused == 2);
  CHECK_THAT(account.refusals.at(0).reason,
             Catch::Contains("line 3, net: the sum does not fit 64 bits"));
}
