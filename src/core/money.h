#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// An amount in the ledger's minor unit (fen for CNY), or thousandths of a post for headcount.
/// Signed; arithmetic is checked, because overflow is an error and never a wrap.
struct Money {
  std::int64_t minor = 0;
  friend auto operator<=>(const Money&, const Money&) = default;
};

/// Products of amounts; a fraction of money is computed in it and cut off, never in floating point.
__extension__ using Wide = __int128;

/// The sum or difference, or nothing where it does not fit 64 bits.
std::optional<Money> add(Money a, Money b);
std::optional<Money> subtract(Money a, Money b);
std::optional<Money> negate(Money a);

/// Decimal text in major units: with exponent 2, -1234567 is "-12345.67". `thousands` puts that
/// character between groups of three digits; 0 puts none.
std::string format_major(Money amount, unsigned exponent, char thousands = 0);

/// Inverse of format_major without separators: an optional sign, digits, and at most `exponent`
/// digits behind a point. Anything else, and whatever does not fit, is an error.
Result<Money> parse_major(std::string_view text, unsigned exponent);

/// part ÷ whole in basis points, rounded towards zero; nothing where whole is not positive or the
/// quotient does not fit.
std::optional<std::int64_t> basis_points(Money part, Money whole);

}  // namespace counterfoil
