#include "net/address.h"

#include "support/catch.h"

using namespace counterfoil;

TEST_CASE("an address prints as it was written") {
  for (const char* text : {"127.0.0.1:7400", "[::1]:7400", "ledger.example:0", "localhost:65535"})
    CHECK(format_address(*parse_address(text)) == text);
}

TEST_CASE("text that is no address is refused with an example of one") {
  for (const char* text : {"", "7400", "127.0.0.1", "127.0.0.1:", ":7400", "host:65536", "host:-1",
                           "host:7400x", "::1:7400", "[]:1", "[::1:7400", "a b:1", "host: 1"}) {
    const auto address = parse_address(text);
    REQUIRE_FALSE(address.has_value());
    CHECK(address.error().code == ErrorCode::invalid);
    CHECK(address.error().message.find("127.0.0.1:7400") != std::string::npos);
  }
}
