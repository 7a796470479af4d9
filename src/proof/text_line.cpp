#include "proof/text_line.h"

#include <algorithm>

#include "codec/binary_text.h"
#include "core/text.h"

namespace counterfoil {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

Result<std::string_view> text_behind(std::string_view start, std::string_view line) {
  if (line.starts_with(start)) return line.substr(start.size());
  return fail(ErrorCode::invalid, "a line \"{}…\" should stand here", start);
}

Result<Hash> parse_hash(std::string_view text) {
  const auto bytes = from_base64(text);
  Hash hash;
  if (!bytes || bytes->size() != hash.size())
    return fail(ErrorCode::invalid, "{} is no hash of {} bytes in base64", quote(text),
                hash.size());
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

}  // namespace counterfoil
