#include <string>

#include "core/limits.h"
#include "http/gzip.h"
#include "http/parameter.h"
#include "http/request_reader.h"
#include "http/target.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::http;

namespace {

/// The bodies of all requests in the bytes, which arrive in pieces of that size.
std::vector<std::string> bodies_of(std::string_view bytes, std::size_t piece) {
  RequestReader reader;
  std::vector<std::string> bodies;
  Request request;
  bool has_head = false;
  while (!bytes.empty() || reader.has_begun()) {
    const std::size_t size = std::min(piece, bytes.size());
    reader.add(bytes.substr(0, size));
    bytes.remove_prefix(size);
    for (;;) {
      if (!has_head) {
        const auto head = reader.head(request);
        REQUIRE(head.has_value());
        if (!*head) break;
        has_head = true;
      }
      const auto body = reader.body(request, limits::request_bytes);
      REQUIRE(body.has_value());
      if (!*body) break;
      has_head = false;
      bodies.push_back(request.method + " " + request.body);
    }
    if (size == 0) break;
  }
  return bodies;
}

unsigned status_of(std::string_view bytes) {
  RequestReader reader;
  reader.add(bytes);
  Request request;
  const auto head = reader.head(request);
  return head ? 0 : head.error().status;
}

}  // namespace

TEST_CASE("requests are the same however their bytes arrive") {
  const std::string bytes =
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
      "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;e=f\r\nabc\r\n2\r\nde\r\n0\r\n"
      "\r\nGET /d HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::vector<std::string> expected = {"POST hello", "GET ", "POST abcde", "GET "};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
    CHECK(bodies_of(bytes, piece) == expected);
}

TEST_CASE("a head that is too long, or none, is refused with its own status") {
  CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\n") == 0);
  CHECK(status_of("GET /" + std::string(limits::http_head_bytes, 'x')) == 414);
  CHECK(status_of("GET / HTTP/1.1\r\nX: " + std::string(limits::http_head_bytes, 'x')) == 431);
  CHECK(status_of("GET /" + std::string(limits::http_target_bytes, 'x') +
                  " HTTP/1.1\r\nHost: x\r\n\r\n") == 414);
  CHECK(status_of("\x16\x03\x01\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/2.0\r\n\r\n") == 505);
}

TEST_CASE("a body ends at its limit, whether its length is told or not") {
  for (const char* start : {"Content-Length: 11\r\n\r\n", "Content-Length: 11\r\n\r\nabc"}) {
    RequestReader reader;
    reader.add("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(start));
    Request request;
    REQUIRE(reader.head(request).value());
    CHECK(reader.body(request, 10).error().status == 413);
  }
  RequestReader reader;
  reader.add("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n");
  Request request;
  REQUIRE(reader.head(request).value());
  CHECK_FALSE(reader.body(request, 10).value());
  reader.add("8\r\n12345678\r\n");
  CHECK(reader.body(request, 10).error().status == 413);
}

TEST_CASE("a target's escapes are undone once") {
  const auto target = parse_target("/v1/a%2Fb/%2525?q=1+2%2B3&q=&x").value();
  CHECK(target.path == std::vector<std::string>{"v1", "a/b", "%25"});
  REQUIRE(target.query.size() == 3);
  CHECK(target.query[0].second == "1 2+3");
  CHECK(parse_target("http://host:80/p").value().path == std::vector<std::string>{"p"});
  for (const char* bad : {"", "*", "p", "/%", "/%4", "/%zz", "/%00", "/%ff", "/a#b", "host:443"})
    CHECK_FALSE(parse_target(bad).has_value());
}

TEST_CASE("any text goes through a query and comes back") {
  for (const char* text : {"", "a b", "存根", "line/2024/P&x=%", "e2:12"}) {
    const auto target = parse_target("/?x=" + escape(text)).value();
    CHECK(target.query[0].second == text);
  }
  for (const std::string& bytes : {std::string("\0\xff\x10", 3), std::string("ab"), std::string()})
    CHECK(from_base64url(to_base64url(bytes)).value() == bytes);
  for (const char* bad : {"a+b/", "a", "YQ==", "YR"}) CHECK_FALSE(from_base64url(bad).has_value());
}

TEST_CASE("what a client accepts is read as RFC 9110 says") {
  CHECK(accepts("", "application/json"));
  CHECK(accepts("text/html, application/*;q=0.1", "application/json"));
  CHECK(accepts("*/*;q=0.01", "application/json"));
  CHECK_FALSE(accepts("application/json;q=0", "application/json"));
  CHECK_FALSE(accepts("application/json;q=0.000, text/*", "application/json"));
  CHECK(accepts_gzip("br, GZIP"));
  CHECK_FALSE(accepts_gzip("gzip;q=0"));
  CHECK_FALSE(accepts_gzip(""));
}
