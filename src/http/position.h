#pragma once

#include <string_view>

#include "core/ids.h"

namespace counterfoil::http {

/// Inverse of format_position (core/ids.h). `invalid` where the text is none; `conflict` where the
/// position is of another epoch: what was read there may not be what this ledger holds.
Result<Sequence> parse_position(std::string_view text, Epoch epoch);

}  // namespace counterfoil::http
