#pragma once

#include <string>
#include <string_view>

namespace counterfoil::http {

/// The bytes compressed (RFC 1952), fast rather than small.
std::string gzip(std::string_view bytes);

/// Whether an Accept-Encoding lets us compress.
bool accepts_gzip(std::string_view accept_encoding);

/// Whether an Accept lets us send that type; an empty one lets us send anything.
bool accepts(std::string_view accept, std::string_view type);

}  // namespace counterfoil::http
