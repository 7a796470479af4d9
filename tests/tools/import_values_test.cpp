// Numbers and days as files write them.

#include <limits>

#include "counterfoil/import/dates.h"
#include "counterfoil/import/number.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;

namespace {

constexpr NumberForm english{.decimal = '.', .thousands = ','};

/// In thousands of a currency with two decimals.
Result<std::int64_t> fen(std::string_view text, NumberForm form = english) {
  CF_LET(const Number number, parse_number(text, form));
  return scaled(number, 1000, 2);
}

}  // namespace

TEST_CASE("a number is read exactly as it is written") {
  CHECK(fen("37,300,000").value() == 3'730'000'000'000);
  CHECK(fen("-17").value() == -1'700'000);
  CHECK(fen(" 0.5 ").value() == 50'000);
  CHECK(fen("0.00001").value() == 1);
  CHECK(fen("1.234.567,5", {.decimal = ',', .thousands = '.'}).value() == 123'456'750'000);
  CHECK(parse_number("-9223372036854775808", english)->coefficient ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(format_number(parse_number("1,012.50", english).value()) == "1012.50");
  CHECK(scaled(parse_number("12.5", english).value(), 1, 3).value() == 12'500);
}

TEST_CASE("text that is no exact number in the mapping's form is refused") {
  for (const char* text : {"",
                           " ",
                           "-",
                           "12x",
                           "x12",
                           "1e3",
                           "1.2.3",
                           "1.",
                           ".5",
                           "--1",
                           "1-",
                           "+1",
                           "１２",
                           "(5)",
                           "1,23",
                           "1234,567",
                           ",123",
                           "1,",
                           "12,34,567",
                           "1,2345",
                           "1.1,000",
                           "0x10",
                           "1 000",
                           "9223372036854775808",
                           "99999999999999999999999999",
                           "0.1234567890123456789"}) {
    INFO(text);
    CHECK_FALSE(parse_number(text, english).has_value());
  }
  CHECK_FALSE(parse_number("1,000", {}).has_value());
}

TEST_CASE(
    "an amount that is finer than the ledger's unit or does not fit is refused, never rounded") {
  CHECK_FALSE(fen("0.000001").has_value());
  CHECK_FALSE(fen("-0.000005").has_value());
  CHECK_FALSE(fen("92,233,720,368,548").has_value());
  CHECK(fen("92,233,720,368,547").has_value());
  CHECK_FALSE(scaled({std::numeric_limits<std::int64_t>::max(), 0}, 1'000'000'000, 18).has_value());
}

TEST_CASE("a day is read in the forms that the mapping names") {
  const auto forms = DateForms::of({"B1%d-%b-%y", "%Y-%m-%d", "%Y年%m月%d日"}).value();
  CHECK(format_date(forms.parse("B109-Jan-12").value()) == "2012-01-09");
  CHECK(format_date(forms.parse("2024-02-29").value()) == "2024-02-29");
  CHECK(format_date(forms.parse("2024年3月1日").value()) == "2024-03-01");
}

TEST_CASE("a day that does not exist or is written otherwise is refused") {
  const auto forms = DateForms::of({"%Y-%m-%d"}).value();
  for (const char* text : {"", "2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31",
                           "2024-04-10x", "2024-04-10 08:00", "x2024-04-10", "2024/04/10",
                           "10-04-2024", "24-04-10", "0024-04-10", "2024-4", "tomorrow"}) {
    INFO(text);
    CHECK_FALSE(forms.parse(text).has_value());
  }
}

TEST_CASE("a date form that does not name a whole day is refused") {
  for (const char* form : {"", "%Y", "%Y-%m", "%d.%m.", "day", "%H:%M"}) {
    INFO(form);
    CHECK_FALSE(DateForms::of({form}).has_value());
  }
}
