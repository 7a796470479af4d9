#include "proof/count_text.h"

#include <charconv>

#include "core/text.h"

namespace counterfoil {

Result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (is_whole && (text == "0" || !text.starts_with('0'))) return value;
  return fail(ErrorCode::invalid,
              "{} is no size or index: it is written in decimal digits, without leading zeros, "
              "and fits 64 bits",
              quote(text));
}

}  // namespace counterfoil
