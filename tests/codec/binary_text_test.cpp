#include "codec/binary_text.h"

#include "support/catch.h"

using namespace counterfoil;

TEST_CASE("bytes print as the test vectors of RFC 4648 say, and read back") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text).value() == bytes);
    CHECK(from_hex(to_hex(bytes)).value() == bytes);
  }
  CHECK(to_hex("foobar") == "666f6f626172");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(from_base64(to_base64(all)).value() == all);
  CHECK(from_hex(to_hex(all)).value() == all);
}

TEST_CASE("a second spelling of the same bytes is refused") {
  for (const char* text :
       {"Zh==", "Zm9=", "Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zm 9v", "Zg==Zg==", "Zm9-"}) {
    INFO(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
  for (const char* text : {"A0", "0", "0x", "g0", " 0"}) {
    INFO(text);
    CHECK_FALSE(from_hex(text).has_value());
  }
}
