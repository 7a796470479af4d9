#include "counterfoil/display_width.h"

#include "support/catch.h"

using namespace counterfoil;
using namespace std::string_view_literals;

TEST_CASE("a text's width counts wide characters twice and combining ones not at all") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("预算单位") == 8);
  CHECK(display_width("，。（）") == 8);
  CHECK(display_width("예산") == 4);
  CHECK(display_width("かな") == 4);
  CHECK(display_width("תקציב") == 5);
  CHECK(display_width("שָׁלוֹם") == 4);  // points above and below letters
  CHECK(display_width("e\u0301t\u00e9") == 3);
  CHECK(display_width("\U0001F4D2") == 2);
  CHECK(display_width("\U00020000") == 2);
  CHECK(display_width("…—é") == 3);
  CHECK(display_width("\xff\xe9z") == 3);  // bytes that are no UTF-8 show as one sign each
}

TEST_CASE("a text from the ledger cannot drive the terminal or turn the line around") {
  CHECK(printable("预算 a\tb\r\nc") == "预算 a b  c");
  CHECK(printable("\x1b[2J") == "\ufffd[2J");
  CHECK(printable("a\u009b2J\u202eb\u2066c\u200f") == "a\ufffd2J\ufffdb\ufffdc\ufffd");
  CHECK(printable("\xc0\xaf") == "\ufffd\ufffd");
  CHECK(printable("a\0b"sv) == "a\ufffdb");
}

TEST_CASE("a long text is cut between characters to the columns it has") {
  CHECK(shorten("abc", 3) == "abc");
  CHECK(shorten("abcd", 3) == "ab…");
  CHECK(shorten("预算单位", 7) == "预算单…");
  CHECK(shorten("预算单位", 6) == "预算…");
  CHECK(shorten("预算单位", 8) == "预算单位");
}
