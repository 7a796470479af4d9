#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// A size or an index in decimal, as C2SP's formats write them: digits, without leading zeros.
Result<std::uint64_t> parse_count(std::string_view text);

}  // namespace counterfoil
