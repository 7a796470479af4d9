// Whatever core accepts as text prints as text that reads back as the same value, and whatever it
// refuses it refuses with a message that is text. The first byte chooses the parser.

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/ids.h"
#include "core/limits.h"
#include "core/money.h"
#include "core/text.h"
#include "core/time.h"

using namespace counterfoil;

namespace {

template <typename T>
void expect_clean_refusal(const Result<T>& result) {
  COUNTERFOIL_ASSERT(result || is_text(result.error().message));
}

void date(std::string_view text) {
  const auto parsed = parse_date(text);
  expect_clean_refusal(parsed);
  if (parsed) COUNTERFOIL_ASSERT(format_date(*parsed) == text);
}

void instant(std::string_view text) {
  const auto parsed = parse_instant(text);
  expect_clean_refusal(parsed);
  if (parsed) COUNTERFOIL_ASSERT(parse_instant(format_instant(*parsed)) == *parsed);
}

/// Any 64 bits are an instant that prints; if it reads back, it is as the same one.
void any_instant(std::string_view bytes) {
  Instant any;
  if (bytes.size() < sizeof any.microseconds) return;
  std::memcpy(&any.microseconds, bytes.data(), sizeof any.microseconds);
  const auto parsed = parse_instant(format_instant(any));
  const Date day{static_cast<std::int32_t>(any.microseconds)};
  COUNTERFOIL_ASSERT(!parsed || *parsed == any);
  COUNTERFOIL_ASSERT(parse_date(format_date(day)).has_value() ==
                     (day >= date_min && day <= date_max));
}

void amount(std::string_view text, unsigned exponent) {
  const auto parsed = parse_major(text, exponent);
  expect_clean_refusal(parsed);
  if (!parsed) return;
  const auto again = parse_major(format_major(*parsed, exponent), exponent);
  COUNTERFOIL_ASSERT(again && *again == *parsed);
}

void subject(std::string_view text) {
  const auto checked = check_subject(text);
  expect_clean_refusal(checked);
  if (!checked) return;
  COUNTERFOIL_ASSERT(text.size() <= limits::subject_bytes);
  while (!text.empty()) {
    const std::size_t slash = text.find('/');
    COUNTERFOIL_ASSERT(is_id(text.substr(0, slash)));
    text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
  }
}

/// Text with a character put before or behind it stays text, and bytes that are none stay none.
void text_of(std::string_view bytes) {
  const bool text = is_text(bytes);
  COUNTERFOIL_ASSERT(is_text(std::string("存").append(bytes).append("根")) == text);
  COUNTERFOIL_ASSERT(is_text(quote(bytes)));
  expect_clean_refusal(check_command_id(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'd':
      date(rest);
      break;
    case 't':
      instant(rest);
      break;
    case 'i':
      any_instant(rest);
      break;
    case 's':
      subject(rest);
      break;
    case 'u':
      text_of(rest);
      break;
    default:
      amount(rest, data[0] % 20u);
      break;
  }
  return 0;
}
