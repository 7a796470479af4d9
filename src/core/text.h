#pragma once

#include <string>
#include <string_view>

namespace counterfoil {

/// Whether the bytes are well-formed UTF-8 (RFC 3629) without NUL.
bool is_text(std::string_view bytes);

/// What somebody sent, fit to stand in a message or a log line: between double quotes, at most 64
/// characters and "…" behind them, with control characters and bytes that are not UTF-8 as \x1b.
std::string quote(std::string_view bytes);

}  // namespace counterfoil
