#include "counterfoil/output.h"

#include <capnp/message.h>
#include <schema/ledger.capnp.h>
#include <schema/views.capnp.h>

#include <sstream>

#include "support/catch.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// Prints one row that `set` fills.
template <typename Row, typename Set>
std::string printed(OutputOptions options, Set set) {
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<Row>();
  set(row);
  std::ostringstream out;
  Output output(options, capnp::Schema::from<Row>(), out);
  output.row(row.asReader());
  REQUIRE(output.finish().has_value());
  return out.str();
}

void set_budget(schema::BudgetRow::Builder row) {
  row.setProject("130100-24T7");
  row.setUnit("101");
  row.setFiscalYear(2024);
  row.setFund("general");
  row.setMeasure("net");
  row.setItem("-");
  row.setOriginal(78'353'603'000'000);
  row.setReduction(-1'400'000'050);
  row.setCurrent(78'352'202'999'950);
  row.setExecutionRate(8'750);
  row.setLastSequence(18'446'744'073'709'551'615u);
}

constexpr OutputOptions csv{Format::csv, Language::chinese, 2};

}  // namespace

TEST_CASE("CSV has stable names, plain numbers in major units and CRLF") {
  CHECK(
      printed<schema::BudgetRow>(csv, set_budget) ==
      "project,unit,fiscal_year,fund,measure,item,original,supplement,reduction,virement,clawback,"
      "pool_allocation,cancellation,carry_over,reserve_draw,restatement,current,committed,spent,"
      "available,execution_rate,last_sequence\r\n"
      "130100-24T7,101,2024,general,net,-,783536030000.00,0.00,-14000000.50,0.00,0.00,0.00,0.00,"
      "0.00,0.00,0.00,783522029999.50,0.00,0.00,0.00,87.50%,18446744073709551615\r\n");
}

TEST_CASE("CSV without a row is its header") {
  std::ostringstream out;
  REQUIRE(Output(csv, capnp::Schema::from<schema::ViewInfo>(), out).finish().has_value());
  CHECK(out.str() ==
        "name,version,position,lag,state,rows,digest,last_error,"
        "lag_seconds,rate,building,built\r\n");
}

TEST_CASE("an amount of posts has three decimals, whatever the currency") {
  const auto headcount = [](schema::BudgetRow::Builder row) {
    row.setMeasure("headcount");
    row.setOriginal(12'500);
  };
  CHECK_THAT(printed<schema::BudgetRow>(csv, headcount), Contains(",headcount,,12.500,0.000,"));
  const OutputOptions yen{Format::csv, Language::english, 0};
  CHECK_THAT(printed<schema::BudgetRow>(yen, headcount), Contains(",headcount,,12.500,0.000,"));
  CHECK_THAT(printed<schema::BudgetRow>(yen, set_budget),
             Contains(",78353603000000,0,-1400000050,0,"));
}

TEST_CASE("CSV writes days, moments and names of enums the same in every language") {
  const std::string text =
      printed<schema::AdjustmentRow>(csv, [](schema::AdjustmentRow::Builder row) {
        row.setKind(schema::BudgetAdjusted::Kind::POOL_ALLOCATION);
        row.setRole(schema::Role::FINANCE);
        row.setRecordedAt(1'709'280'000'000'000);
        row.setEffectiveOn(19'783);
        row.setReason("a, \"b\"\nc");
      });
  CHECK_THAT(text, Contains("\r\n0,0,poolAllocation,other,"));
  CHECK_THAT(text,
             Contains(",finance,,2024-03-01T08:00:00Z,,2024-03-01,\"a, \"\"b\"\"\nc\",,\r\n"));
}

TEST_CASE("CSV leaves a number empty that is absent, since zero would be a year or an event") {
  const auto leg = [](schema::AdjustmentRow::Builder row) { row.setRequest("52-25"); };
  CHECK_THAT(printed<schema::AdjustmentRow>(csv, leg),
             Contains("\r\n0,0,,other,52-25,,,0,,,,0.00,0.00,,,,,,,,,,,\r\n"));
  const auto reversed = [](schema::AdjustmentRow::Builder row) {
    row.setVintage(2023);
    row.setReversedBy(7);
  };
  CHECK_THAT(printed<schema::AdjustmentRow>(csv, reversed),
             Contains("\r\n0,0,,other,,,,0,,,,0.00,0.00,2023,,,,,,,,,,7\r\n"));
}

TEST_CASE(
    "CSV keeps text from being taken for a formula, and leaves numbers and a lone sign alone") {
  CHECK(csv_field("=1+2") == "'=1+2");
  CHECK(csv_field("+cmd|' /C calc'!A0") == "'+cmd|' /C calc'!A0");
  CHECK(csv_field("-2+3") == "'-2+3");
  CHECK(csv_field("@SUM(A1,A2)") == "\"'@SUM(A1,A2)\"");
  CHECK(csv_field("\t=1") == "'\t=1");
  CHECK(csv_field("\r=1") == "\"'\r=1\"");
  CHECK(csv_field("＝1+2") == "'＝1+2");
  CHECK(csv_field("-12.50") == "-12.50");
  CHECK(csv_field("-87.50%") == "-87.50%");
  CHECK(csv_field("-") == "-");
  CHECK(csv_field("a=b") == "a=b");
  CHECK(csv_field("预算") == "预算");
  CHECK(csv_field("") == "");
}

TEST_CASE("JSON is one object a line, with money in minor units as a decimal string") {
  CHECK(
      printed<schema::BudgetRow>({Format::json, Language::english, 2}, set_budget) ==
      R"({"project":"130100-24T7","unit":"101","fiscalYear":2024,"fund":"general","measure":"net",)"
      R"("item":"-","original":"78353603000000","reduction":"-1400000050",)"
      R"("current":"78352202999950","executionRate":"8750","lastSequence":"18446744073709551615"})"
      "\n");
}

TEST_CASE("a table has thousands separators, a percentage and only columns with values") {
  CHECK(
      printed<schema::BudgetRow>({Format::table, Language::english, 2}, set_budget) ==
      "project      unit  fiscal year  fund     measure  item     original budget       reduction  "
      "    "
      "current budget  execution rate            last event\n"
      "130100-24T7  101          2024  general  net      -     783,536,030,000.00  -14,000,000.50  "
      "783,522,029,999.50          87.50%  18446744073709551615\n"
      "\nLeft out, as no row has a value: supplement, virement, clawback, pool allocation, "
      "cancellation, "
      "carry-over, reserve draw, restatement, committed, spent, available.\n");
}

TEST_CASE("a table in Markdown has every column, and no text ends a cell") {
  const std::string text = printed<schema::AdjustmentRow>({Format::markdown, Language::english, 2},
                                                          [](schema::AdjustmentRow::Builder row) {
                                                            row.setRequest("a|b\nc");
                                                            row.setAmount(-500'000);
                                                          });
  CHECK_THAT(text, StartsWith("| event | leg | kind | "));
  CHECK_THAT(text, Contains("\n| ---: | ---: | --- | "));
  CHECK_THAT(text, Contains("| a\\|b c |"));
  CHECK_THAT(text, Contains("| -5,000.00 |"));
}

TEST_CASE("a table in Chinese has Chinese headers and values of enums") {
  const std::string text = printed<schema::AdjustmentRow>(
      {Format::table, Language::chinese, 2}, [](schema::AdjustmentRow::Builder row) {
        row.setKind(schema::BudgetAdjusted::Kind::VIREMENT);
        row.setCause(schema::BudgetAdjusted::Cause::AUSTERITY);
        row.setAmount(-5'000);
      });
  CHECK_THAT(text, StartsWith("调整类型  调整原因    金额\n调剂      过紧日子  -50.00\n"));
}

TEST_CASE("a hash prints as hexadecimal digits") {
  const kj::byte digest[] = {0xab, 0x01};
  const auto set = [&](schema::ViewInfo::Builder row) {
    row.setDigest(capnp::Data::Reader(digest, 2));
  };
  CHECK_THAT(printed<schema::ViewInfo>(csv, set), Contains("\r\n,0,0,0,,0,ab01,,0,0,0,0\r\n"));
}

TEST_CASE("CSV in GB 18030 has the bytes that spreadsheets in China expect") {
  OutputOptions options = csv;
  options.encoding = intake::Encoding::gb18030;
  const std::string text = printed<schema::UnitRow>(options, [](schema::UnitRow::Builder row) {
    row.setUnit("财政局");
    row.setFund("\xF0\x9F\x98\x80");  // beyond the basic plane: four bytes
  });
  CHECK(text.starts_with("unit,fiscal_year,fund,measure,"));
  CHECK_THAT(text, Contains("\xB2\xC6\xD5\xFE\xBE\xD6,0,\x94\x39\xFC\x36,"));
  std::string back;
  CHECK(intake::Gb18030().decode(text, back));
  CHECK_THAT(back, Contains("财政局,0,\xF0\x9F\x98\x80,"));
}

TEST_CASE("what is no UTF-8 cannot be written as GB 18030, and is named") {
  OutputOptions options = csv;
  options.encoding = intake::Encoding::gb18030;
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<schema::UnitRow>();
  row.setUnit("a\xC3(");
  std::ostringstream out;
  Output output(options, capnp::Schema::from<schema::UnitRow>(), out);
  output.row(row.asReader());
  const auto done = output.finish();
  REQUIRE_FALSE(done.has_value());
  CHECK_THAT(done.error().message, Contains("C3 28"));
  CHECK(out.str().ends_with("last_sequence\r\n"));  // nothing behind the header
}

TEST_CASE("a workbook is one whole file, whatever is on its sheets") {
  OutputOptions options = csv;
  options.format = Format::xlsx;
  options.currency = "CNY";
  const std::string bytes = printed<schema::BudgetRow>(options, set_budget);
  CHECK(bytes.starts_with("PK\x03\x04"));
  CHECK_THAT(bytes, Contains("xl/worksheets/sheet1.xml"));
}

TEST_CASE("a text that no cell of a spreadsheet can hold is an error, not a shorter text") {
  OutputOptions options = csv;
  options.format = Format::xlsx;
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<schema::UnitRow>();
  row.setUnit(std::string(32'768, 'x').c_str());
  std::ostringstream out;
  Output output(options, capnp::Schema::from<schema::UnitRow>(), out);
  output.row(row.asReader());
  const auto done = output.finish();
  REQUIRE_FALSE(done.has_value());
  CHECK_THAT(done.error().message, Contains("use --output csv"));
  CHECK(out.str().empty());
}

TEST_CASE("a table that is longer than a sheet goes on on the next one") {
  Workbook book("");
  book.begin("Long", {{"number", true}});
  for (std::int64_t i = 1; i <= 1'048'576; ++i) {
    book.begin_row();
    book.number({Quantity::Kind::count, i, 0}, "");
  }
  std::ostringstream out;
  REQUIRE(book.write(out).has_value());
  CHECK_THAT(out.str(), Contains("xl/worksheets/sheet2.xml"));
  CHECK_THAT(out.str(), !Contains("xl/worksheets/sheet3.xml"));
}
