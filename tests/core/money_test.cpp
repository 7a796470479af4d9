#include "core/money.h"

#include <limits>

#include "support/catch.h"

using namespace counterfoil;

TEST_CASE("money prints in major units") {
  CHECK(format_major(Money{-1'234'567}, 2) == "-12345.67");
  CHECK(format_major(Money{5}, 2) == "0.05");
  CHECK(format_major(Money{78'353'602'999}, 2, ',') == "783,536,029.99");
  CHECK(format_major(Money{-100}, 0, ',') == "-100");
  CHECK(format_major(Money{std::numeric_limits<std::int64_t>::min()}, 2) ==
        "-92233720368547758.08");
}

TEST_CASE("printed money reads back as itself") {
  for (const std::int64_t minor :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
        std::int64_t{99}, std::numeric_limits<std::int64_t>::max()})
    for (const unsigned exponent : {0u, 2u, 3u})
      CHECK(parse_major(format_major(Money{minor}, exponent), exponent)->minor == minor);
}

TEST_CASE("text that is no exact amount is refused") {
  for (const char* text :
       {"", "-", "1e3", "1.234", "1.", ".5", "1,000", "12x", "92233720368547758.08", "--1", " 1"})
    CHECK_FALSE(parse_major(text, 2).has_value());
}

TEST_CASE("overflow is an error, never a wrap") {
  CHECK_FALSE(add(Money{std::numeric_limits<std::int64_t>::max()}, Money{1}).has_value());
  CHECK_FALSE(negate(Money{std::numeric_limits<std::int64_t>::min()}).has_value());
  CHECK(basis_points(Money{2}, Money{3}) == 6'666);
  CHECK_FALSE(basis_points(Money{2}, Money{0}).has_value());
}
