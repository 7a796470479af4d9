#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/histogram.h"

namespace counterfoil::http {

/// What the server counts of its requests. Used on its loop alone.
struct Meters {
  struct Key {
    std::string method;
    std::string route;  // the pattern, so that there are few; empty where none was found
    unsigned status;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  std::map<Key, std::uint64_t> requests;
  Histogram seconds{{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}};
  std::uint64_t connections = 0;  // open now
  std::uint64_t refused_connections = 0;
  std::uint64_t body_bytes = 0;  // of requests under way
  std::uint64_t streams = 0;     // of events, open now
};

}  // namespace counterfoil::http
