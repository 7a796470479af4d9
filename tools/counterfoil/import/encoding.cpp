#include "counterfoil/import/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cstdint>

namespace counterfoil::intake {

Result<Encoding> encoding_of(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (lower == "utf-8" || lower == "utf8") return Encoding::utf8;
  if (lower == "gb18030") return Encoding::gb18030;
  return fail(ErrorCode::invalid, "\"{}\" is no known encoding; write \"utf-8\" or \"gb18030\"",
              name);
}

std::string_view name_of(Encoding encoding) {
  return encoding == Encoding::utf8 ? "UTF-8" : "GB 18030";
}

Gb18030::Gb18030() {
  iconv_t handle = iconv_open("UTF-8", "GB18030");
  // glibc ships the table in libc6 itself; a system without it cannot run this program.
  COUNTERFOIL_ASSERT(reinterpret_cast<std::intptr_t>(handle) != -1);
  handle_.reset(handle);
}

void Gb18030::Close::operator()(void* handle) const {
  iconv_close(handle);
}

bool Gb18030::decode(std::string_view bytes, std::string& out) {
  const std::size_t before = out.size();
  if (bytes.find('\0') != bytes.npos) return false;
  // Two bytes become at most three, four at most four, one at most one.
  out.resize(before + bytes.size() * 2);
  char* from = const_cast<char*>(bytes.data());
  std::size_t from_left = bytes.size();
  char* to = out.data() + before;
  std::size_t to_left = out.size() - before;
  iconv(handle_.get(), nullptr, nullptr, nullptr, nullptr);
  const std::size_t irreversible = iconv(handle_.get(), &from, &from_left, &to, &to_left);
  const bool whole = irreversible != static_cast<std::size_t>(-1) && from_left == 0;
  out.resize(whole ? out.size() - to_left : before);
  return whole;
}

}  // namespace counterfoil::intake
