#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "codec/json.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace std::string_view_literals;
using Catch::Matchers::Contains;

namespace {

/// The message of the refusal; empty where the text was parsed.
std::string refusal(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed ? "" : parsed.error().message;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("JSON parses into the same value, with text beyond ASCII and every escape") {
  const auto parsed = parse_json(R"( {"a":[1,-2,true,"é\u00e9\ud83d\udcd2\n"],"b":{"":[]}} )");
  REQUIRE(parsed.has_value());
  CHECK(boost::json::serialize(*parsed) ==
        "{\"a\":[1,-2,true,\"éé\xf0\x9f\x93\x92\\n\"],\"b\":{\"\":[]}}");
}

TEST_CASE("integers are exact to the ends of 64 bits, and one beyond is refused") {
  CHECK(parse_json("-9223372036854775808")->as_int64() == std::numeric_limits<std::int64_t>::min());
  CHECK(parse_json("9223372036854775807")->as_int64() == std::numeric_limits<std::int64_t>::max());
  CHECK(parse_json("18446744073709551615")->as_uint64() ==
        std::numeric_limits<std::uint64_t>::max());
  for (const char* number :
       {"18446744073709551616", "-9223372036854775809", "99999999999999999999999999"}) {
    INFO(number);
    CHECK_THAT(refusal(number), Contains("does not fit 64 bits"));
  }
}

TEST_CASE("a number with a fraction or an exponent is refused, also where it is whole") {
  for (const char* number :
       {"1.0", "1e2", "1E2", "1e-2", "0.5", "-0.0", "1e400", "100000000000000000000.0"}) {
    INFO(number);
    CHECK_THAT(refusal(number), Contains("fraction or an exponent"));
  }
}

TEST_CASE("a refusal names the line, the column and the path") {
  CHECK_THAT(refusal("{\"facts\":\n [{},\n  {\"预\":\"算\", \"a\": 1.5}]}"),
             Contains("line 3, column 18,") && Contains("facts[1].a: "));
  CHECK_THAT(refusal("{\"facts\": nil}"), Contains("line 1, column 11,") && Contains(", facts: "));
}

TEST_CASE("a key that stands twice in an object is refused, however it is spelled") {
  CHECK_THAT(refusal(R"({"a":1,"b":{"a":2},"a":3})"), Contains(", a: the key stands there twice"));
  CHECK_THAT(refusal(R"({"a":[{"b":1,"\u0062":2}]})"),
             Contains(", a[0].b: the key stands there twice"));
}

TEST_CASE("a NUL is refused in keys and in texts") {
  CHECK_THAT(refusal(R"({"a":"x\u0000y"})"), Contains("NUL"));
  CHECK_THAT(refusal(R"({"a\u0000b":1})"), Contains("NUL"));
  CHECK_FALSE(refusal("{\"a\":\"x\0y\"}"sv).empty());
  CHECK_FALSE(refusal("{}\0"sv).empty());
}

TEST_CASE("text that is not well-formed UTF-8 is refused") {
  for (const std::string_view text :
       {"\"\xc0\xaf\""sv, "\"\xe0\x80\xaf\""sv, "\"\xf0\x80\x80\xaf\""sv, "\"\xed\xa0\x80\""sv,
        "\"\xf4\x90\x80\x80\""sv, "\"\xff\""sv, "\"\xe9\""sv, R"("\ud800")"sv, R"("\udc00x")"sv,
        R"("\ud800\u0041")"sv})
    CHECK_FALSE(refusal(text).empty());
}

TEST_CASE("nesting is accepted up to its limit and refused beyond it") {
  CHECK(refusal(nested(32)).empty());
  CHECK_THAT(refusal(nested(33)), Contains("limit of 32"));
  CHECK_THAT(refusal(std::string(1'000'000, '[')), Contains("limit of 32"));
}

TEST_CASE("an object with more members than its limit is refused") {
  std::string text = "{\"0\":0";
  for (int i = 1; i < 256; ++i) text += fmt::format(",\"{}\":0", i);
  CHECK(refusal(text + "}").empty());
  CHECK_THAT(refusal(text + ",\"x\":0}"), Contains("more than 256 members"));
}

TEST_CASE("what is not exactly one JSON value is refused") {
  for (const char* text :
       {"",      " ",        "{} {}",   "1 2",    "{}x",     "[1,]", "{\"a\":1,}",
        "{a:1}", "'a'",      "[1",      "{\"a\"", "01",      "+1",   "-",
        "NaN",   "Infinity", "// c\n1", "\"\t\"", "\"\\x\"", "tru",  "\xef\xbb\xbf{}"}) {
    INFO(text);
    CHECK_FALSE(refusal(text).empty());
  }
}
