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

namespace {

iconv_t opened(const char* to, const char* from) {
  iconv_t handle = iconv_open(to, from);
  // glibc ships the table in libc6 itself; a system without it cannot run this program.
  COUNTERFOIL_ASSERT(reinterpret_cast<std::intptr_t>(handle) != -1);
  return handle;
}

}  // namespace

Gb18030::Gb18030() : decoder_(opened("UTF-8", "GB18030")), encoder_(opened("GB18030", "UTF-8")) {}

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
  iconv(decoder_.get(), nullptr, nullptr, nullptr, nullptr);
  const std::size_t irreversible = iconv(decoder_.get(), &from, &from_left, &to, &to_left);
  const bool whole = irreversible != static_cast<std::size_t>(-1) && from_left == 0;
  out.resize(whole ? out.size() - to_left : before);
  return whole;
}

Result<void> Gb18030::encode(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  // One byte stays one; two and three become at most four, and four are four.
  out.resize(before + text.size() * 2);
  char* from = const_cast<char*>(text.data());
  std::size_t from_left = text.size();
  char* to = out.data() + before;
  std::size_t to_left = out.size() - before;
  iconv(encoder_.get(), nullptr, nullptr, nullptr, nullptr);
  const std::size_t irreversible = iconv(encoder_.get(), &from, &from_left, &to, &to_left);
  if (irreversible != static_cast<std::size_t>(-1) && from_left == 0) {
    out.resize(out.size() - to_left);
    return {};
  }
  out.resize(before);
  std::string bytes;
  for (const char c : std::string_view(from, std::min<std::size_t>(from_left, 4)))
    bytes += fmt::format(" {:02X}", static_cast<unsigned char>(c));
  return fail(ErrorCode::invalid, "the bytes{} are no UTF-8 text, so GB 18030 cannot express them",
              bytes);
}

}  // namespace counterfoil::intake
