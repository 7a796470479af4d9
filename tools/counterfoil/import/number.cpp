#include "counterfoil/import/number.h"

#include "core/money.h"

namespace counterfoil::intake {
namespace {

__extension__ using Wide = __int128;

constexpr unsigned scale_max = 18;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The digits without their separators, or nothing where these are out of place.
bool take_whole(std::string_view text, char thousands, std::string& digits) {
  std::size_t run = 0;
  bool separated = false;
  for (const char c : text) {
    if (is_digit(c)) {
      digits += c;
      ++run;
    } else if (c == thousands && thousands != 0) {
      if (run == 0 || run > 3 || (separated && run != 3)) return false;
      separated = true;
      run = 0;
    } else {
      return false;
    }
  }
  return run != 0 && (!separated || run == 3);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Result<Number> parse_number(std::string_view text, NumberForm form) {
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorCode::invalid, "\"{}\" is not a number: {}", text, why);
  };
  std::string_view rest = trimmed(text);
  if (rest.empty()) return wrong("it is empty");
  const bool negative = rest.front() == '-';
  if (negative) rest.remove_prefix(1);

  const std::size_t point = rest.find(form.decimal);
  std::string digits;
  if (!take_whole(rest.substr(0, point), form.thousands, digits))
    return wrong("it must be digits, with the separators that the mapping names in their places");
  Number number;
  if (point != rest.npos) {
    const std::string_view places = rest.substr(point + 1);
    if (places.empty()) return wrong("digits must follow the decimal sign");
    if (places.size() > scale_max) return wrong("it has more than 18 decimal places");
    for (const char c : places)
      if (!is_digit(c)) return wrong("only digits may follow the decimal sign");
    digits += places;
    number.scale = static_cast<unsigned>(places.size());
  }
  Wide value = 0;
  for (const char c : digits) {
    value = value * 10 + (c - '0');
    if (value > Wide{INT64_MAX} + 1) return wrong("it does not fit 64 bits");
  }
  if (negative) value = -value;
  if (value > INT64_MAX) return wrong("it does not fit 64 bits");
  number.coefficient = static_cast<std::int64_t>(value);
  return number;
}

Result<std::int64_t> scaled(Number number, std::int64_t unit, unsigned exponent) {
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorCode::invalid, "{} {}", format_number(number), why);
  };
  Wide value = Wide{number.coefficient} * unit;
  constexpr Wide limit = Wide{INT64_MAX} * INT64_MAX / 10;
  for (unsigned i = number.scale; i < exponent; ++i) {
    if (value > limit || value < -limit) return wrong("does not fit 64 bits in the ledger's unit");
    value *= 10;
  }
  for (unsigned i = exponent; i < number.scale; ++i) {
    if (value % 10 != 0) return wrong("is finer than the ledger's smallest unit");
    value /= 10;
  }
  if (value > INT64_MAX || value < INT64_MIN)
    return wrong("does not fit 64 bits in the ledger's unit");
  return static_cast<std::int64_t>(value);
}

std::string format_number(Number number) {
  return format_major(Money{number.coefficient}, number.scale);
}

}  // namespace counterfoil::intake
