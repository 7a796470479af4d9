#include "http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "core/result.h"
#include "http/message.h"

namespace counterfoil::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Visits "name;q=0.5, name" as names, without those of quality 0, until one is `wanted`.
template <typename Wanted>
bool any_of_list(std::string_view list, Wanted wanted) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const std::size_t parameters = std::min(item.find(';'), item.size());
    const std::string_view quality = trimmed(item.substr(std::min(parameters + 1, item.size())));
    const bool is_none =
        quality.starts_with("q=0") && quality.find_first_not_of("0.", 2) == std::string_view::npos;
    if (!is_none && wanted(trimmed(item.substr(0, parameters)))) return true;
  }
  return false;
}

}  // namespace

std::string gzip(std::string_view bytes) {
  COUNTERFOIL_ASSERT(bytes.size() < std::numeric_limits<uInt>::max());
  constexpr int gzip_window_bits = 15 + 16;  // zlib.h: 16 more means a gzip header
  constexpr int memory_level = 8;
  z_stream stream{};
  COUNTERFOIL_ASSERT(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window_bits, memory_level,
                                  Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  COUNTERFOIL_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
  return any_of_list(accept_encoding, [](std::string_view name) {
    return equals_ignoring_case(name, "gzip") || name == "*";
  });
}

bool accepts(std::string_view accept, std::string_view type) {
  if (accept.empty()) return true;
  type = type.substr(0, type.find(';'));
  const std::string group = std::string(type.substr(0, type.find('/'))) + "/*";
  return any_of_list(accept, [&](std::string_view name) {
    return name == "*/*" || equals_ignoring_case(name, type) || equals_ignoring_case(name, group);
  });
}

}  // namespace counterfoil::http
