#include "core/text.h"

#include <fmt/format.h>

#include <cstddef>

namespace counterfoil {
namespace {

constexpr std::size_t characters_quoted = 64;

/// Length of the well-formed character at the front of the bytes, which are not empty; 0 if there
/// is none. The table is RFC 3629, section 4.
std::size_t character_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xc0) != 0x80) return 0;
  const unsigned char second = at(1);  // excludes overlong forms, surrogates, beyond U+10FFFF
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
    return 0;
  return length;
}

bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (lead == 0xc2) return static_cast<unsigned char>(character[1]) < 0xa0;  // U+0080 to U+009F
  return lead < 0x20 || lead == 0x7f;
}

}  // namespace

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    if (length == 0 || bytes[0] == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string quote(std::string_view bytes) {
  std::string quoted = "\"";
  for (std::size_t shown = 0; !bytes.empty(); ++shown) {
    if (shown == characters_quoted) return quoted + "…\"";
    const std::size_t length = character_length(bytes);
    const std::string_view character = bytes.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(character)) {
      for (const char c : character)
        quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      if (character == "\"" || character == "\\") quoted += '\\';
      quoted += character;
    }
    bytes.remove_prefix(character.size());
  }
  return quoted + '"';
}

}  // namespace counterfoil
