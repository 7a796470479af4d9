#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// Bytes as lower-case hexadecimal digits.
std::string to_hex(std::string_view bytes);
/// Inverse of to_hex: upper-case digits are refused, so that a hash has one spelling.
Result<std::string> from_hex(std::string_view text);

/// Bytes as base64 with padding (RFC 4648 section 4).
std::string to_base64(std::string_view bytes);
/// Inverse of to_base64: one spelling for the same bytes, without white space.
Result<std::string> from_base64(std::string_view text);

}  // namespace counterfoil
