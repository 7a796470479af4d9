#include "http/target.h"

#include <algorithm>

#include "codec/binary_text.h"
#include "core/text.h"

namespace counterfoil::http {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Outcome<std::string> unescape(std::string_view text, bool in_query) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && in_query) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return refuse(400, ErrorCode::invalid,
                      "the target holds a % that two hexadecimal digits do not follow");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_text(out))
    return refuse(400, ErrorCode::invalid, "the target is not UTF-8, or holds a NUL byte");
  return out;
}

/// What stands before the first `separator`; the rest is left in `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

}  // namespace

Outcome<Target> parse_target(std::string_view text) {
  if (const std::size_t scheme = text.find("://");
      scheme != std::string_view::npos && scheme < text.find('/')) {
    text.remove_prefix(scheme + 3);
    text.remove_prefix(std::min(text.find('/'), text.size()));
  }
  if (!text.starts_with('/') || text.find('#') != std::string_view::npos)
    return refuse(400, ErrorCode::invalid, "the request's target is no path: begin it with /");
  Target target;
  std::string_view query = text;
  std::string_view path = take(query, '?');
  path.remove_prefix(1);
  for (bool last = false; !last;) {
    last = path.find('/') == std::string_view::npos;
    CF_LET(std::string segment, unescape(take(path, '/'), false));
    target.path.push_back(std::move(segment));
  }
  while (!query.empty()) {
    std::string_view value = take(query, '&');
    if (value.empty()) continue;
    CF_LET(std::string name, unescape(take(value, '='), true));
    CF_LET(std::string decoded, unescape(value, true));
    target.query.emplace_back(std::move(name), std::move(decoded));
  }
  return target;
}

std::string escape(std::string_view text) {
  constexpr std::string_view plain = "-._~:/,";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || plain.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

Result<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  if (plain.find_first_of("+/=") != std::string::npos)
    return fail(ErrorCode::invalid, "it has characters of another alphabet");
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  plain.append((4 - plain.size() % 4) % 4, '=');
  return from_base64(plain);
}

}  // namespace counterfoil::http
