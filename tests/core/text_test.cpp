#include "core/text.h"

#include <rapidcheck.h>

#include <string>

#include "support/catch.h"

using namespace counterfoil;

namespace {

/// Plain bit arithmetic of RFC 3629, section 3, with nothing excluded.
std::string encode(char32_t c) {
  const auto byte = [](char32_t bits) {
    return static_cast<char>(static_cast<unsigned char>(bits));
  };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f))};
  if (c < 0x10000)
    return {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f))};
  return {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 0x3f)), byte(0x80 | (c >> 6 & 0x3f)),
          byte(0x80 | (c & 0x3f))};
}

}  // namespace

TEST_CASE("every Unicode scalar value but NUL is text, and no surrogate is") {
  std::size_t wrong = 0;
  for (char32_t c = 0; c < 0x120000; ++c) {
    const bool scalar = c != 0 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
    if (is_text(encode(c)) != scalar) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("text joined is text, and no character of it can lose its last byte") {
  CHECK(rc::check([](const std::u32string& raw) {
    std::string joined;
    for (const char32_t c : raw) {
      const char32_t scalar = 1 + c % 0xd7ff;
      joined += encode(scalar);
      if (scalar >= 0x80) {
        RC_ASSERT_FALSE(is_text(joined.substr(0, joined.size() - 1)));
      }
    }
    RC_ASSERT(is_text(joined));
  }));
}

TEST_CASE("bytes that are not the shortest UTF-8 are no text") {
  for (const std::string bytes : {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
                                  "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"})
    CHECK_FALSE(is_text(bytes));
}

TEST_CASE("stray, missing and impossible bytes are no text") {
  for (const std::string bytes :
       {"\x80", "a\xbf", "\xc3", "\xc3(", "\xe5\xad", "\xe5(\x98", "\xf0\x9f\x98",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", "\xed\xa0\x80\xed\xb0\x80"})
    CHECK_FALSE(is_text(bytes));
  CHECK_FALSE(is_text(std::string_view("a\0b", 3)));
  CHECK(is_text(""));
  CHECK(is_text("存根 תקציב 💶"));
}

TEST_CASE("a quotation shows readable text as it is and everything else as bytes") {
  CHECK(quote("") == "\"\"");
  CHECK(quote("存根 תקציב") == "\"存根 תקציב\"");
  CHECK(quote("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(quote("a\r\n\x1b[2J\x7f") == "\"a\\x0d\\x0a\\x1b[2J\\x7f\"");
  CHECK(quote("\xc2\x85") == "\"\\xc2\\x85\"");
  CHECK(quote("\xff\xe5\xad") == "\"\\xff\\xe5\\xad\"");
  CHECK(quote(std::string(64, 'x')) == '"' + std::string(64, 'x') + '"');
  CHECK(quote(std::string(65, 'x')) == '"' + std::string(64, 'x') + "…\"");
}

TEST_CASE("a quotation of any bytes is text on one line, at most four times as long") {
  CHECK(rc::check([](const std::string& bytes) {
    const std::string quoted = quote(bytes);
    RC_ASSERT(is_text(quoted));
    RC_ASSERT(quoted.find('\n') == std::string::npos);
    RC_ASSERT(quoted.size() <= 4 * bytes.size() + 5);
  }));
}
