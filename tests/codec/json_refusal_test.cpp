#include <capnp/message.h>

#include <boost/json/object.hpp>

#include "codec/json.h"
#include "support/catch.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// The message of the refusal; empty where the command was accepted.
std::string refusal(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return "not parsed: " + parsed.error().message;
  capnp::MallocMessageBuilder message;
  const auto read = command_from_json(*parsed, message.initRoot<schema::Command>());
  return read ? "" : read.error().message;
}

std::string leg(std::string_view members) {
  return fmt::format(
      R"({{"facts":[{{"budgetAdjusted":{{"legs":[{{"line":"line/A"}},{{{}}}]}}}}]}})", members);
}

std::string repeated(std::string_view item, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{}{}", i == 0 ? "" : ",", item);
  return text;
}

constexpr const char* in_leg = "facts[0].budgetAdjusted.legs[1].";

}  // namespace

TEST_CASE("a well-formed command is accepted") {
  CHECK(refusal(leg(R"("line":"line/B","amount":"-5")")).empty());
  CHECK(refusal("{}").empty());
}

TEST_CASE("an amount of the wrong form is refused with its path") {
  for (const char* amount :
       {R"("1.0")", R"("1e2")", R"("")", R"("+1")", R"("007")", R"("-0")", R"(" 1")",
        R"("9223372036854775808")", "9223372036854775808", "true", "[]", "{}", "null"}) {
    INFO(amount);
    CHECK_THAT(refusal(leg(fmt::format(R"("line":"line/B","amount":{})", amount))),
               StartsWith(std::string(in_leg) + "amount: "));
  }
}

TEST_CASE("a number that does not fit its field is refused") {
  CHECK_THAT(refusal(leg(R"("line":"line/B","vintage":2147483648)")),
             Contains("legs[1].vintage: ") && Contains("32 bits"));
  CHECK_THAT(refusal(R"({"evidence":[-1]})"), StartsWith("evidence[0]: -1 is negative"));
  CHECK_THAT(refusal(R"({"evidence":["-1"]})"), StartsWith("evidence[0]: "));
  CHECK_THAT(refusal(R"({"facts":[{"ledgerOpened":{"currencyExponent":256}}]})"),
             StartsWith("facts[0].ledgerOpened.currencyExponent: ") && Contains("8 bits"));
}

TEST_CASE("an unknown field is refused with its path and the fields that there are") {
  CHECK_THAT(
      refusal(leg(R"("line":"line/B","amuont":1)")),
      StartsWith(std::string(in_leg) + "amuont: ") && Contains("amount, vintage, line, sourceTag"));
  CHECK_THAT(refusal(R"({"fact":[]})"),
             StartsWith("fact: Command has no field") && Contains("facts"));
}

TEST_CASE("a union with no member, with two or with an unknown one is refused with the names") {
  for (const char* fact :
       {"{}", R"({"unitRegistered":{"unit":"a"},"lineOpened":{"line":"line/A"}})",
        R"({"unspecified":{}})", R"({"budgetAdopted":{}})"}) {
    INFO(fact);
    CHECK_THAT(refusal(fmt::format(R"({{"facts":[{}]}})", fact)),
               StartsWith("facts[0]") && Contains("one of ledgerOpened, ruleSetPublished") &&
                   Contains("budgetAdjusted") && !Contains("unspecified,"));
  }
}

TEST_CASE("a field that only the ledger sets is refused, even as zero") {
  CHECK_THAT(refusal(leg(R"("line":"line/B","balanceAfter":0)")),
             StartsWith(std::string(in_leg) + "balanceAfter: only the ledger sets this"));
  CHECK_THAT(refusal(R"({"facts":[{"eventReversed":{"event":1,"subjects":[]}}]})"),
             StartsWith("facts[0].eventReversed.subjects: only the ledger"));
}

TEST_CASE("a flag for the presence of a field is refused") {
  CHECK_THAT(refusal(R"({"hasEffectiveOn":true})"), StartsWith("hasEffectiveOn: leave it out"));
}

TEST_CASE("null is refused everywhere") {
  CHECK_THAT(refusal("null"), Contains("null is no value"));
  CHECK_THAT(refusal(R"({"reason":null})"), StartsWith("reason: null is no value"));
  CHECK_THAT(refusal(R"({"facts":[null]})"), StartsWith("facts[0]: null is no value"));
  CHECK_THAT(refusal(R"({"override":null})"), StartsWith("override: null is no value"));
}

TEST_CASE("ids and subjects of the wrong form, and missing ones, are refused with their path") {
  CHECK_THAT(refusal(leg(R"("line":"lines/B")")),
             StartsWith(std::string(in_leg) + "line: \"lines/B\" is not a subject"));
  CHECK_THAT(refusal(leg(R"("amount":1)")), StartsWith(std::string(in_leg) + "line: is missing"));
  CHECK_THAT(refusal(leg(R"("line":"")")), StartsWith(std::string(in_leg) + "line: is missing"));
  CHECK_THAT(refusal(R"({"facts":[{"unitRegistered":{"unit":"a b"}}]})"),
             StartsWith("facts[0].unitRegistered.unit: \"a b\" is not an id"));
  CHECK_THAT(refusal(R"({"expectations":[{"count":1}]})"),
             StartsWith("expectations[0].subject: is missing"));
  CHECK_THAT(refusal(R"({"commandId":"a b"})"), StartsWith("commandId: "));
  CHECK(refusal(R"({"facts":[{"unitRegistered":{"unit":"a","department":""}}]})").empty());
}

TEST_CASE("dates, times, names and digits of the wrong form are refused with their path") {
  CHECK_THAT(refusal(R"({"effectiveOn":"2024-02-30"})"), StartsWith("effectiveOn: "));
  CHECK_THAT(refusal(R"({"effectiveOn":19783})"), StartsWith("effectiveOn: needs a date like"));
  CHECK_THAT(refusal(R"({"decidedAt":"2024-03-01"})"), StartsWith("decidedAt: "));
  CHECK_THAT(refusal(R"({"decidedAt":"0001-01-01T00:00:00+01:00"})"), StartsWith("decidedAt: "));
  CHECK_THAT(refusal(R"({"role":"boss"})"),
             StartsWith("role: \"boss\" is none of unspecified, unit"));
  CHECK_THAT(refusal(R"({"role":3})"), StartsWith("role: "));
  CHECK_THAT(refusal(R"({"documents":[{"hash":"AB"}]})"), StartsWith("documents[0].hash: "));
  CHECK_THAT(refusal(R"({"documents":[{"hash":"abc"}]})"), StartsWith("documents[0].hash: "));
  CHECK_THAT(refusal(R"({"sealed":[{"ciphertext":"qwF="}]})"),
             StartsWith("sealed[0].ciphertext: "));
  for (const char* target : {R"("1.")", R"(".5")", R"("1e2")", R"("0.0000000000000000001")",
                             R"("99999999999999999999")", "true"})
    CHECK_THAT(
        refusal(fmt::format(
            R"({{"facts":[{{"targetSubmitted":{{"about":"project/P","unit":"u","indicators":[{{"target":{}}}]}}}}]}})",
            target)),
        StartsWith("facts[0].targetSubmitted.indicators[0].target: "));
}

TEST_CASE("each limit is refused with its number, and the largest that it allows is accepted") {
  const auto limited = [](const std::string& at_limit, const std::string& beyond,
                          const std::string& number) {
    CHECK(refusal(at_limit).empty());
    CHECK_THAT(refusal(beyond), Contains("the limit is " + number));
  };
  const auto list = [&](const char* format, const char* item, std::size_t limit) {
    limited(fmt::format(fmt::runtime(format), repeated(item, limit)),
            fmt::format(fmt::runtime(format), repeated(item, limit + 1)), std::to_string(limit));
  };
  list(R"({{"facts":[{}]}})", R"({"eventReversed":{}})", 1'024);
  list(R"({{"evidence":[{}]}})", "1", 256);
  list(R"({{"documents":[{}]}})", "{}", 64);
  list(R"({{"expectations":[{}]}})", R"({"subject":"ledger"})", 256);
  list(R"({{"facts":[{{"budgetAdjusted":{{"legs":[{}]}}}}]}})", R"({"line":"line/A"})", 256);
  list(R"({{"facts":[{{"targetSubmitted":{{"about":"unit/u","unit":"u","indicators":[{}]}}}}]}})",
       "{}", 128);

  const auto text = [&](const char* format, std::size_t limit) {
    limited(fmt::format(fmt::runtime(format), std::string(limit, 'x')),
            fmt::format(fmt::runtime(format), std::string(limit + 1, 'x')), std::to_string(limit));
  };
  text(R"({{"organisation":"{}"}})", 1'024);
  text(R"({{"reason":"{}"}})", 4'000);
  text(R"({{"facts":[{{"ruleSetPublished":{{"name":"n","version":"v","document":"{}"}}}}]}})",
       49'152);
  text(R"({{"override":{{"document":"{}"}}}})", 1'024);
  text(R"({{"commandId":"{}"}})", 64);
}
