#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil::intake {

/// How a file writes numbers.
struct NumberForm {
  char decimal = '.';
  char thousands = 0;  // between groups of three digits where it is written at all; 0: never
};

/// coefficient ÷ 10^scale, exactly as written: "12.50" keeps its two places.
struct Number {
  std::int64_t coefficient = 0;
  unsigned scale = 0;
};

/// An optional '-', digits, and digits behind the decimal sign; spaces around it are ignored.
/// Thousands separators are all in place or all absent. Anything else is an error.
Result<Number> parse_number(std::string_view text, NumberForm form);

/// number × unit × 10^exponent, where it is whole and fits: text in thousands of a currency with
/// two decimals has the unit 1000 and the exponent 2.
Result<std::int64_t> scaled(Number number, std::int64_t unit, unsigned exponent);

/// "12.50", with a point, as the JSON form of a Decimal.
std::string format_number(Number number);

/// The text without ASCII spaces and tabs around it.
std::string_view trimmed(std::string_view text);

}  // namespace counterfoil::intake
