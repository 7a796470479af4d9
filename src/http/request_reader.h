#pragma once

#include <memory>
#include <string_view>

#include "http/problem.h"

namespace counterfoil::http {

/// Reads the requests of one connection out of the bytes that arrive, with Beast's parser. What is
/// no HTTP, or past a limit, is a problem, and the connection of no use any more.
class RequestReader {
 public:
  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  void add(std::string_view bytes);
  /// Whether some of a request has arrived.
  bool has_begun() const;

  /// The head of the next request, as soon as all of it has arrived.
  Outcome<bool> head(Request& request);
  /// Its body, at most so many bytes; `head` begins with the next request then.
  Outcome<bool> body(Request& request, std::size_t bytes_max);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil::http
