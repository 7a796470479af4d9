#include "http/route.h"

#include <algorithm>

#include "http/target.h"

namespace counterfoil::http {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end != std::string_view::npos) path.remove_prefix(end + 1);
  }
  return segments;
}

/// What the path gives for the pattern's parameters, if it fits.
std::optional<std::vector<std::pair<std::string, std::string>>> match(
    std::string_view pattern, const std::vector<std::string>& path) {
  std::vector<std::pair<std::string, std::string>> found;
  const auto segments = segments_of(pattern);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (i >= path.size()) return std::nullopt;
    std::string_view segment = segments[i];
    if (!segment.starts_with('{')) {
      if (segment != path[i]) return std::nullopt;
      continue;
    }
    segment = segment.substr(1, segment.size() - 2);
    if (segment.ends_with("...")) {
      std::string rest = path[i];
      for (std::size_t j = i + 1; j < path.size(); ++j) rest += "/" + path[j];
      segment.remove_suffix(3);
      found.emplace_back(segment, std::move(rest));
      return found;
    }
    found.emplace_back(segment, path[i]);
  }
  if (segments.size() != path.size()) return std::nullopt;
  return found;
}

}  // namespace

schema::Log::Client Call::log() {
  return session ? session->opened.getLog() : environment.log;
}

Route& Routes::add(Route route) {
  return *all_.emplace_back(std::make_unique<Route>(std::move(route)));
}

Outcome<Routes::Found> Routes::find(std::string_view method,
                                    const std::vector<std::string>& path) const {
  std::string allowed;
  for (const auto& route : all_) {
    auto in_path = match(route->path, path);
    if (!in_path) continue;
    if (route->method == method || (method == "HEAD" && route->method == "GET"))
      return Found{route.get(), std::move(*in_path)};
    const std::string own = route->method == "GET" ? "GET, HEAD" : route->method;
    if (allowed.find(own) == std::string::npos) allowed += (allowed.empty() ? "" : ", ") + own;
  }
  if (allowed.empty())
    return refuse(404, ErrorCode::not_found,
                  "there is nothing at this path: /openapi.json lists what there is");
  return refuse(405, ErrorCode::invalid, fmt::format("only {} is possible here", allowed),
                {{"Allow", allowed}});
}

}  // namespace counterfoil::http
