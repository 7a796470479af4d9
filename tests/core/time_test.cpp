#include "core/time.h"

#include <rapidcheck.h>

#include <limits>
#include <utility>

#include "support/catch.h"

using namespace counterfoil;

namespace {

constexpr std::int64_t day_us = 86'400'000'000;

std::int64_t microseconds(std::string_view text) {
  return parse_instant(text).value().microseconds;
}

}  // namespace

TEST_CASE("days count from 1970-01-01") {
  CHECK(parse_date("1970-01-01")->days == 0);
  CHECK(parse_date("1969-12-31")->days == -1);
  CHECK(parse_date("2000-03-01")->days == 11'017);
  CHECK(parse_date("0001-01-01") == date_min);
  CHECK(parse_date("9999-12-31") == date_max);
}

TEST_CASE("a leap year divides by 4, but a century only by 400") {
  CHECK(make_date(2024, 2, 29).has_value());
  CHECK(make_date(2000, 2, 29).has_value());
  CHECK_FALSE(make_date(2023, 2, 29).has_value());
  CHECK_FALSE(make_date(1900, 2, 29).has_value());
  CHECK_FALSE(make_date(2100, 2, 29).has_value());
}

TEST_CASE("a day that does not exist is refused by name") {
  for (const char* text : {"2024-02-30", "2024-04-31", "2024-00-10", "2024-13-01", "2024-01-00",
                           "2024-01-32", "0000-01-01"}) {
    const auto date = parse_date(text);
    REQUIRE_FALSE(date.has_value());
    CHECK(date.error().code == ErrorCode::invalid);
    CHECK(date.error().message.find(text) != std::string::npos);
  }
}

// Cause: std::chrono keeps a month and a day in one byte, so that 257 became 1.
TEST_CASE("a month or day beyond a byte does not wrap into the calendar") {
  CHECK_FALSE(make_date(2024, 257, 1).has_value());
  CHECK_FALSE(make_date(2024, 1, 257).has_value());
  CHECK_FALSE(make_date(65'536 + 2024, 1, 1).has_value());
  CHECK_FALSE(make_date(-1, 1, 1).has_value());
}

TEST_CASE("text that is no ISO date is refused") {
  for (const char* text : {"", "2024", "2024-3-1", "2024-03-1", "24-03-01", "2024/03/01",
                           "20240301", "2024-03-01 ", " 2024-03-01", "2024-03-01T00:00:00Z",
                           "+2024-03-01", "-001-03-01", "12024-03-01", "２０２４-03-01"})
    CHECK_FALSE(parse_date(text).has_value());
}

TEST_CASE("every date that can be written reads back as itself, in the order of its text") {
  CHECK(rc::check([] {
    const auto day = rc::gen::inRange(date_min.days, date_max.days);
    const Date a{*day};
    const Date b{*day};
    RC_ASSERT(parse_date(format_date(a)).value() == a);
    RC_ASSERT((a < b) == (format_date(a) < format_date(b)));
    RC_ASSERT(year_of(a) == std::stoi(format_date(a).substr(0, 4)));
  }));
}

// Cause: std::chrono keeps a year in 16 bits, and 32 bits of days reach further.
TEST_CASE("days beyond four-digit years print with their sign and do not read back") {
  CHECK(format_date(Date{date_max.days + 1}) == "+10000-01-01");
  CHECK(format_date(Date{date_min.days - 1}) == "0000-12-31");
  CHECK(format_date(Date{date_min.days - 367}) == "-0001-12-31");
  CHECK(format_date(Date{std::numeric_limits<std::int32_t>::max()}) == "+5881580-07-11");
  CHECK(format_date(Date{std::numeric_limits<std::int32_t>::min()}) == "-5877641-06-23");
  CHECK(year_of(Date{std::numeric_limits<std::int32_t>::min()}) == -5'877'641);
  CHECK_FALSE(parse_date("+10000-01-01").has_value());
  CHECK_FALSE(parse_date("0000-12-31").has_value());
}

TEST_CASE("an instant prints in UTC, with microseconds only where there are any") {
  CHECK(format_instant(Instant{0}) == "1970-01-01T00:00:00Z");
  CHECK(format_instant(Instant{-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_instant(Instant{-day_us}) == "1969-12-31T00:00:00Z");
  CHECK(format_instant(Instant{1'709'280'000'000'001}) == "2024-03-01T08:00:00.000001Z");
}

// Cause: the start of the first day of 64-bit instants lies before the first of them, and was
// computed.
TEST_CASE("the first and the last instant print") {
  CHECK(format_instant(Instant{std::numeric_limits<std::int64_t>::min()}) ==
        "-290308-12-21T19:59:05.224192Z");
  CHECK(format_instant(Instant{std::numeric_limits<std::int64_t>::max()}) ==
        "+294247-01-10T04:00:54.775807Z");
}

TEST_CASE("an offset is taken off the local time") {
  const std::int64_t moment = microseconds("2024-03-01T08:00:00Z");
  for (const char* text :
       {"2024-03-01T16:00:00+08:00", "2024-03-01T03:00:00-05:00", "2024-03-01T13:45:00+05:45",
        "2024-03-01T08:00:00+00:00", "2024-03-01T08:00:00.000Z", "2024-02-29T08:01:00-23:59"}) {
    INFO(text);
    CHECK(microseconds(text) == moment);
  }
  CHECK(microseconds("1970-01-01T00:00:00+00:01") == -60'000'000);
}

TEST_CASE("a fraction of a second has one to six digits") {
  CHECK(microseconds("1970-01-01T00:00:00.5Z") == 500'000);
  CHECK(microseconds("1970-01-01T00:00:00.000001Z") == 1);
  CHECK(microseconds("1969-12-31T23:59:59.75Z") == -250'000);
  CHECK_FALSE(parse_instant("1970-01-01T00:00:00.Z").has_value());
  CHECK_FALSE(parse_instant("1970-01-01T00:00:00.0000001Z").has_value());
}

TEST_CASE("text that is no RFC 3339 time is refused") {
  for (const char* text :
       {"", "2024-03-01", "2024-03-01T08:00:00", "2024-03-01T08:00Z", "2024-03-01 08:00:00Z",
        "2024-03-01T08:00:00z", "2024-03-01T24:00:00Z", "2024-03-01T08:60:00Z",
        "2024-03-01T23:59:60Z", "2024-02-30T08:00:00Z", "2024-03-01T08:00:00+24:00",
        "2024-03-01T08:00:00+08:60", "2024-03-01T08:00:00+0800", "2024-03-01T08:00:00+08",
        "2024-03-01T08:00:00Z ", "2024-03-01T08:00:00,5Z", "2024-03-01T-8:00:00Z"}) {
    INFO(text);
    const auto instant = parse_instant(text);
    REQUIRE_FALSE(instant.has_value());
    CHECK(instant.error().code == ErrorCode::invalid);
  }
}

// Cause: the offset was taken off after the year had been checked, so that the result could print
// as a text that does not read back.
TEST_CASE("an offset cannot carry a time out of the years 0001 to 9999") {
  CHECK(microseconds("0001-01-01T00:00:00Z") == date_min.days * day_us);
  CHECK(microseconds("9999-12-31T23:59:59.999999Z") == (date_max.days + 1) * day_us - 1);
  CHECK_FALSE(parse_instant("0001-01-01T00:00:00+00:01").has_value());
  CHECK_FALSE(parse_instant("9999-12-31T23:59:59-00:01").has_value());
}

TEST_CASE("every instant that can be written reads back as itself, in the order of time") {
  CHECK(rc::check([] {
    const auto microsecond =
        rc::gen::inRange<std::int64_t>(date_min.days * day_us, (date_max.days + 1) * day_us);
    const Instant instant{*microsecond};
    RC_ASSERT(parse_instant(format_instant(instant)).value() == instant);
    const Instant whole_second{instant.microseconds - instant.microseconds % 1'000'000};
    RC_ASSERT(parse_instant(format_instant(whole_second)).value() == whole_second);
  }));
}
