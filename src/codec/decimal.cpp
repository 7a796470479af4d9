#include "codec/decimal.h"

#include <algorithm>
#include <charconv>

#include "core/money.h"

namespace counterfoil {
namespace {

/// At least one digit and no leading zero but a lone one: a number has one spelling.
bool is_plain(std::string_view digits) {
  return !digits.empty() && (digits.front() != '0' || digits.size() == 1) &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <typename T>
Result<T> parse_whole(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (!is_plain(digits) || (negative && digits == "0"))
    return fail(ErrorCode::invalid, "\"{}\" is not an integer like -1250", text.substr(0, 64));
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::invalid, "{} does not fit a{} 64-bit integer", text.substr(0, 64),
                std::is_signed_v<T> ? " signed" : "n unsigned");
  return value;
}

}  // namespace

Result<std::int64_t> parse_signed(std::string_view text) {
  return parse_whole<std::int64_t>(text);
}
Result<std::uint64_t> parse_unsigned(std::string_view text) {
  return parse_whole<std::uint64_t>(text);
}

std::string format_decimal(DecimalValue value) {
  return format_major(Money{value.coefficient}, value.scale);
}

Result<DecimalValue> parse_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::size_t scale = point == std::string_view::npos ? 0 : text.size() - point - 1;
  if (scale > decimal_scale_max)
    return fail(ErrorCode::invalid, "\"{}…\" has {} digits behind the point; at most {} are exact",
                text.substr(0, 64), scale, decimal_scale_max);
  const std::string_view whole = text.substr(text.starts_with('-') ? 1 : 0);
  if (!is_plain(whole.substr(0, whole.find('.'))) || text.ends_with('.'))
    return fail(ErrorCode::invalid, "\"{}\" is not a decimal number like -12.50",
                text.substr(0, 64));
  CF_LET(const Money coefficient, parse_major(text, static_cast<unsigned>(scale)));
  return DecimalValue{coefficient.minor, static_cast<std::uint8_t>(scale)};
}

}  // namespace counterfoil
