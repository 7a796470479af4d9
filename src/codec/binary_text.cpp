#include "codec/binary_text.h"

#include <cstdint>

namespace counterfoil {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text += hex_digits[byte_at(bytes, i) >> 4];
    text += hex_digits[byte_at(bytes, i) & 15];
  }
  return text;
}

Result<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0)
    return fail(ErrorCode::invalid, "{} hexadecimal digits are not a whole number of bytes",
                text.size());
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = hex_digits.find(text[i]);
    const std::size_t low = hex_digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return fail(ErrorCode::invalid, "write lower-case hexadecimal digits, two a byte");
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group =
        byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    const std::size_t left = bytes.size() - i;
    text += base64_digits[group >> 18];
    text += base64_digits[group >> 12 & 63];
    text += left > 1 ? base64_digits[group >> 6 & 63] : '=';
    text += left > 2 ? base64_digits[group & 63] : '=';
  }
  return text;
}

Result<std::string> from_base64(std::string_view text) {
  const auto wrong = [] {
    return fail(ErrorCode::invalid, "write base64 with padding and without white space");
  };
  if (text.size() % 4 != 0) return wrong();
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::size_t padding = 0;
  if (!text.empty()) padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t group = 0;
    const std::size_t digits = i + 4 == text.size() ? 4 - padding : 4;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t digit = k < digits ? base64_digits.find(text[i + k]) : 0;
      if (digit == std::string_view::npos) return wrong();
      group = group << 6 | static_cast<std::uint32_t>(digit);
    }
    for (std::size_t k = 0; k + 1 < digits; ++k)
      bytes += static_cast<char>(group >> (16 - 8 * k) & 255);
  }
  if (to_base64(bytes) != text)
    return wrong();  // bits behind the last byte would be a second spelling
  return bytes;
}

}  // namespace counterfoil
