#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.h"

namespace counterfoil::http {

/// A request's target, its escapes undone.
struct Target {
  std::vector<std::string> path;  // segments: "/v1/events" is {"v1", "events"}
  std::vector<std::pair<std::string, std::string>> query;
};

/// Accepts "/path?name=value&…" and the same behind "http://HOST". Escapes that are none, NULs and
/// what is not UTF-8 are refused.
Outcome<Target> parse_target(std::string_view text);

/// Text as it may stand in a query.
std::string escape(std::string_view text);

/// Bytes in the alphabet of URLs, without padding (RFC 4648 section 5), and back.
std::string to_base64url(std::string_view bytes);
Result<std::string> from_base64url(std::string_view text);

}  // namespace counterfoil::http
