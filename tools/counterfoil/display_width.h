#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace counterfoil {

/// How many columns of a terminal the UTF-8 text takes, whatever the process's locale: 2 for a wide
/// character (Chinese, most emoji), 0 for one that combines with the one before it, else 1.
std::size_t display_width(std::string_view text);

/// The text in one line that cannot drive a terminal: line breaks and tabs become spaces; other
/// control characters, those that turn the writing direction, and bytes that are not UTF-8 become
/// U+FFFD. Texts in the ledger were written by others than who reads them.
std::string printable(std::string_view text);

/// The text, cut to that many columns with "…" at its end where it is longer.
std::string shorten(std::string_view text, std::size_t columns);

}  // namespace counterfoil
