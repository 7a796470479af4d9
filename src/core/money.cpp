#include "core/money.h"

#include <limits>

#include "core/text.h"

namespace counterfoil {

std::optional<Money> add(Money a, Money b) {
  Money sum;
  if (__builtin_add_overflow(a.minor, b.minor, &sum.minor)) return std::nullopt;
  return sum;
}

std::optional<Money> subtract(Money a, Money b) {
  Money difference;
  if (__builtin_sub_overflow(a.minor, b.minor, &difference.minor)) return std::nullopt;
  return difference;
}

std::optional<Money> negate(Money a) {
  return subtract(Money{}, a);
}

std::string format_major(Money amount, unsigned exponent, char thousands) {
  const bool negative = amount.minor < 0;
  const auto bits = static_cast<std::uint64_t>(amount.minor);
  std::string digits = std::to_string(negative ? 0 - bits : bits);
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');

  const std::size_t whole = digits.size() - exponent;
  std::string text = negative ? "-" : "";
  for (std::size_t i = 0; i < whole; ++i) {
    if (thousands != 0 && i != 0 && (whole - i) % 3 == 0) text += thousands;
    text += digits[i];
  }
  if (exponent != 0) text.append(1, '.').append(digits, whole, exponent);
  return text;
}

Result<Money> parse_major(std::string_view text, unsigned exponent) {
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorCode::invalid, "{} is not an amount: {}", quote(text), why);
  };
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);

  const std::size_t point = rest.find('.');
  const std::string_view whole = rest.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : rest.substr(point + 1);
  if (whole.empty()) return wrong("a digit is missing before the decimal point");
  if (point != std::string_view::npos && fraction.empty())
    return wrong("a digit is missing behind the decimal point");
  if (fraction.size() > exponent)
    return wrong(fmt::format("at most {} digits may stand behind the decimal point", exponent));

  std::int64_t minor = 0;
  const auto push = [&](int digit) {  // builds the negative number, which reaches one further
    return !__builtin_mul_overflow(minor, std::int64_t{10}, &minor) &&
           !__builtin_sub_overflow(minor, std::int64_t{digit}, &minor);
  };
  for (std::size_t i = 0; i < whole.size() + exponent; ++i) {
    const std::size_t behind = i - whole.size();
    const char c = i < whole.size() ? whole[i] : behind < fraction.size() ? fraction[behind] : '0';
    if (c < '0' || c > '9')
      return wrong("only digits, one sign and one decimal point may stand in it");
    if (!push(c - '0')) return wrong("it is too large for 64 bits of minor units");
  }
  if (negative) return Money{minor};
  if (minor == std::numeric_limits<std::int64_t>::min())
    return wrong("it is too large for 64 bits of minor units");
  return Money{-minor};
}

std::optional<std::int64_t> basis_points(Money part, Money whole) {
  if (whole.minor <= 0) return std::nullopt;
  const Wide quotient = Wide{part.minor} * 10'000 / whole.minor;
  if (quotient > std::numeric_limits<std::int64_t>::max() ||
      quotient < std::numeric_limits<std::int64_t>::min())
    return std::nullopt;
  return static_cast<std::int64_t>(quotient);
}

}  // namespace counterfoil
