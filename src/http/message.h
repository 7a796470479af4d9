#pragma once

#include <kj/async-io.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace counterfoil::http {

struct Header {
  std::string name;
  std::string value;
};

/// A request as it came; its body is empty until that was read.
struct Request {
  std::string method;  // "GET"
  std::string target;  // "/v1/budgets?unit=101"
  unsigned version = 11;
  bool keeps_alive = true;
  bool has_body = false;  // one was announced, by its length or in chunks
  std::vector<Header> headers;
  std::string body;

  /// The value of the first header of that name, whatever its case; empty where there is none.
  std::string_view header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

/// Where a response without a known length is written; each call is one chunk on the wire.
class BodySink {
 public:
  /// Resolves when the peer has room for more. Fails when it does not take the bytes in time.
  virtual kj::Promise<void> write(std::string bytes) = 0;

 protected:
  ~BodySink() = default;
};

struct Response {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  std::vector<Header> headers = {};
  /// Writes the body instead, until its promise resolves; the connection ends with it.
  std::function<kj::Promise<void>(BodySink&)> stream = {};
};

bool equals_ignoring_case(std::string_view one, std::string_view other);
/// "Bad Request" for 400.
std::string_view reason_of(unsigned status);

}  // namespace counterfoil::http
