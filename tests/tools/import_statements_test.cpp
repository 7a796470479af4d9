// What a source states becomes statements; what they are about is registered once.

#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

constexpr std::string_view sheets = R"(name = "test"
[[table]]
name = "sheets"
form = "statement"
group = ["sheet", "project", "year"]
[table.values]
fund = { column = "account", empty = "none", lookup = { "一般" = "general", none = "unstated" } }
[table.command]
commandId = "sheet/{sheet}/{project}/{year}"
decidedAt = "{stated}"
[table.registration]
commandId = "line/{year}/{project}"
decidedAt = 2019-04-01
[table.unit]
unit = "{unit}"
name = "{unit}"
[table.project]
project = "{project}"
unit = "{unit}"
[table.statement]
statedOn = "{stated}"
[table.line]
fiscal_year = "{year}"
project = "{project}"
fund = "{fund}"
[table.measures.net]
original = "first"
carried_out = "out"
total = "total"
spent = "spent"
unit = 1000000
)";
constexpr std::string_view header =
    "sheet,stated,unit,project,account,year,first,out,total,spent\n";

Account state(MemoryLedger& ledger, const std::string& rows) {
  return import_text(ledger, sheets, std::string(header) + rows);
}

}  // namespace

TEST_CASE("a row is a statement of its line, in the ledger's smallest unit") {
  MemoryLedger ledger;
  const auto account = state(ledger, "2020,2020-09-30,U,P,一般,2019,12.5,-1.000001,11.499999,0\n");
  CHECK(account.refusals.empty());
  CHECK(ledger.json_of("test/sheet/2020/P/2019") ==
        R"({"commandId":"test/sheet/2020/P/2019","decidedAt":"2020-09-29T16:00:00Z",)"
        R"("facts":[{"budgetStated":{"original":"1250000000","carriedOut":"-100000100",)"
        R"("total":"1149999900","spent":"0",)"
        R"("line":"line/2019/P/general/net/-","statedOn":"2020-09-30"}}]})");
  CHECK(ledger.json_of("test/line/2019/P") ==
        R"({"commandId":"test/line/2019/P","decidedAt":"2019-03-31T16:00:00Z",)"
        R"("facts":[{"lineOpened":{"line":"line/2019/P/general/net/-"}}]})");
}

TEST_CASE("what statements are about is registered once, whichever of them comes first") {
  MemoryLedger ledger;
  const std::string of_2020 =
      "2020,2020-09-30,U,P,,2019,3,0,3,\n2020,2020-09-30,U,P,,2020,4,0,4,\n";
  const std::string of_2021 =
      "2021,2021-09-30,U,P,,2019,5,0,5,2\n2021,2021-09-30,U,Q,,2021,1,0,1,\n";
  CHECK(state(ledger, of_2020).commands_recorded == 1 + 1 + 2 + 2);
  const auto later = state(ledger, of_2021);
  CHECK(later.refusals.empty());
  CHECK(later.commands_recorded == 1 + 1 + 2);
  CHECK(later.commands_known == 3);
  CHECK(ledger.facts ==
        std::map<std::string, std::uint64_t>{
            {"unitRegistered", 1}, {"projectProposed", 2}, {"lineOpened", 3}, {"budgetStated", 4}});
  CHECK(state(ledger, of_2020 + of_2021).commands_recorded == 0);
}

TEST_CASE("a group's rows are summed; spending that some of them leave open is refused") {
  MemoryLedger ledger;
  const auto account =
      state(ledger,
            "2020,2020-09-30,U,P,,2019,3,0,3,1\n2020,2020-09-30,U,P,,2019,4,0,4,2\n"
            "2020,2020-09-30,U,P,,2020,3,0,3,1\n2020,2020-09-30,U,P,,2020,4,0,4,\n");
  CHECK(account.rows_recorded == 2);
  CHECK_THAT(ledger.json_of("test/sheet/2020/P/2019"),
             Catch::Contains(R"("total":"700000000","spent":"300000000")"));
  CHECK_THAT(account.refusals.at(0).reason,
             Catch::Contains("some rows of the group say what was spent, and others do not"));
}

TEST_CASE("an empty figure is refused, and so is one that is finer than the ledger's unit") {
  MemoryLedger ledger;
  const auto account = state(ledger,
                             "2020,2020-09-30,U,P,,2019,,0,3,1\n"
                             "2020,2020-09-30,U,Q,,2019,0.000000001,0,3,1\n"
                             "2020,2020-09-30,U,R,,2019,1,0,1,\n");
  CHECK(account.rows_refused == 2);
  CHECK(account.refusals.at(0).reason.starts_with("line 2, net: "));
  // The unit is sent with the first group that is.
  CHECK(ledger.facts["unitRegistered"] == 1);
  CHECK(ledger.facts["budgetStated"] == 1);
}

// What several groups share was remembered as sent also where its first group was refused.
TEST_CASE("a group that cannot be sent leaves what it would have registered to the next") {
  MemoryLedger ledger;
  std::string mapping(sheets);
  mapping.insert(mapping.find("[table.registration]"), "role = \"{sheet}\"\n");
  const auto account = import_text(ledger, mapping,
                                   std::string(header) +
                                       "nosuch,2020-09-30,U,P,,2019,1,0,1,\n"
                                       "finance,2020-09-30,U,P,,2019,1,0,1,\n");
  CHECK(account.rows_refused == 1);
  CHECK(account.rows_recorded == 1);
  CHECK(ledger.facts["projectProposed"] == 1);
  CHECK(ledger.facts["lineOpened"] == 1);
}

TEST_CASE("without a registration only statements are recorded") {
  MemoryLedger ledger;
  std::string mapping(sheets);
  const auto from = mapping.find("[table.registration]");
  mapping.erase(from, mapping.find("[table.statement]") - from);
  const auto account =
      import_text(ledger, mapping, std::string(header) + "2020,2020-09-30,U,P,,2019,3,0,3,\n");
  CHECK(account.commands_recorded == 1);
  CHECK(ledger.facts == std::map<std::string, std::uint64_t>{{"budgetStated", 1}});
}

TEST_CASE("a mapping of statements needs totals and the day that they are of") {
  const Folder folder;
  const auto error_without = [&](std::string_view part) {
    std::string mapping(sheets);
    mapping.erase(mapping.find(part), part.size());
    const auto read = Mapping::read(folder.write("m.toml", mapping));
    REQUIRE_FALSE(read.has_value());
    return read.error().message;
  };
  CHECK_THAT(error_without("total = \"total\"\n"), Catch::Contains("\"total\""));
  CHECK_THAT(error_without("[table.statement]\nstatedOn = \"{stated}\"\n"),
             Catch::Contains("\"statement\""));
  CHECK_THAT(error_without("commandId = \"line/{year}/{project}\"\n"),
             Catch::Contains("\"commandId\""));
}

TEST_CASE("the shipped mapping of Japan's review sheets makes yen of millions of yen") {
  const Folder folder;
  const auto mapping = Mapping::read(shipped_mapping("japan.toml"));
  INFO((mapping ? "" : mapping.error().message));
  REQUIRE(mapping.has_value());
  const std::vector files{
      folder.write("sheets.csv",
                   "sheet_year,stated_on,project,ministry,project_name,account,fiscal_year,initial,"
                   "supplementary,carry_in,carry_out,reserve,total,executed\n"
                   "2020,2020-09-30,jp-1,財務省,事業,,2019,16.818,0,0,-20.5,0,-3.682,\n")};
  ImportOptions yen = options();
  yen.setting.currency_exponent = 0;
  MemoryLedger ledger;
  Account account;
  REQUIRE(import_files(*mapping, files, ledger, yen, account).has_value());
  CHECK(account.refusals.empty());
  CHECK_THAT(ledger.json_of("japan/sheet/2020/jp-1/2019"),
             Catch::Contains(R"("original":"16818000","carriedOut":"-20500000","total":"-3682000",)"
                             R"("line":"line/2019/jp-1/unstated/net/-")"));
}
