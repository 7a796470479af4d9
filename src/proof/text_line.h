#pragma once

#include <string_view>

#include "proof/suite.h"

namespace counterfoil {

/// Takes the first line off the text, and gives it without its line feed.
std::string_view take_line(std::string_view& text);

/// What stands on the line behind its start.
Result<std::string_view> text_behind(std::string_view start, std::string_view line);

/// A hash in base64, as C2SP's formats write them on a line.
Result<Hash> parse_hash(std::string_view text);

}  // namespace counterfoil
