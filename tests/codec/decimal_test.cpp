#include "codec/decimal.h"

#include <limits>

#include "support/catch.h"

using namespace counterfoil;

TEST_CASE("a decimal prints with every digit of its scale and reads back as itself") {
  for (const std::int64_t coefficient :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1'250}, std::int64_t{0},
        std::int64_t{7}, std::numeric_limits<std::int64_t>::max()})
    for (const int scale : {0, 1, 2, 17, 18}) {
      const DecimalValue value{coefficient, static_cast<std::uint8_t>(scale)};
      const auto read = parse_decimal(format_decimal(value));
      INFO(format_decimal(value));
      REQUIRE(read.has_value());
      CHECK(read->coefficient == coefficient);
      CHECK(read->scale == scale);
    }
  CHECK(format_decimal({-1'250, 2}) == "-12.50");
  CHECK(format_decimal({5, 3}) == "0.005");
}

TEST_CASE("text that is no plain decimal is refused") {
  for (const char* text : {"", "-", ".", "1.", ".5", "+1", "01", "-01.5", "1e2", "1,5", "1.2.3",
                           "٣", "--1", "9223372036854775808", "0.0000000000000000001"}) {
    INFO(text);
    CHECK_FALSE(parse_decimal(text).has_value());
  }
}
