#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// The value of a schema::Decimal: coefficient ÷ 10^scale, exact.
struct DecimalValue {
  std::int64_t coefficient = 0;
  std::uint8_t scale = 0;
};

inline constexpr unsigned decimal_scale_max = 18;  // 10^18 is the largest power that 64 bits hold

/// "12.50" for 1250 ÷ 10².
std::string format_decimal(DecimalValue value);

/// Inverse of format_decimal; it keeps the digits behind the point, also zeros.
Result<DecimalValue> parse_decimal(std::string_view text);

/// An integer as to_json writes it: no sign but '-', no leading zeros, at most 64 bits.
Result<std::int64_t> parse_signed(std::string_view text);
Result<std::uint64_t> parse_unsigned(std::string_view text);

}  // namespace counterfoil
