#include "http/position.h"

#include <charconv>

namespace counterfoil::http {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<Sequence> parse_position(std::string_view text, Epoch epoch) {
  std::uint32_t of_epoch = 0;
  std::string_view number = text;
  bool is_right = true;
  if (text.starts_with('e')) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    is_right = read_number(text.substr(1, colon - 1), of_epoch) && colon < text.size();
    number = text.substr(std::min(colon + 1, text.size()));
  }
  std::uint64_t sequence = 0;
  if (!is_right || !read_number(number, sequence) ||
      sequence == std::numeric_limits<std::uint64_t>::max())
    return fail(ErrorCode::invalid,
                "\"{}\" is no position: write the sequence of an event, \"1234\", or \"e2:1234\" "
                "in epoch 2",
                text.substr(0, 64));
  if (of_epoch != epoch.value)
    return fail(
        ErrorCode::conflict,
        "{} is a position of epoch {}, and this ledger is in epoch {}: it was restored from "
        "a backup, and may not hold all that was read before. Read it again from the first "
        "event, or from where both agree",
        text, of_epoch, epoch.value);
  return Sequence{sequence};
}

}  // namespace counterfoil::http
