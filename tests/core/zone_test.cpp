#include "core/zone.h"

#include <rapidcheck.h>

#include <limits>
#include <string>

#include "support/catch.h"

using namespace counterfoil;

namespace {

Zone zone(const char* name) {
  return Zone::find(name).value();
}

/// The day, as text, on which the moment falls there.
std::string day(const char* name, const char* instant) {
  return format_date(zone(name).day_of(parse_instant(instant).value()));
}

/// The day's first moment there, as text.
std::string start(const char* name, const char* date) {
  return format_instant(zone(name).start_of(parse_date(date).value()));
}

}  // namespace

TEST_CASE("a zone that does not exist is refused by name") {
  for (const char* name : {"", "Asia/Shangai", "China", "../etc/passwd", "+08:00"}) {
    const auto found = Zone::find(name);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == ErrorCode::invalid);
    CHECK(found.error().message.find(name) != std::string::npos);
  }
}

TEST_CASE("Shanghai's day begins eight hours before that of UTC") {
  CHECK(day("Asia/Shanghai", "2024-12-31T15:59:59.999999Z") == "2024-12-31");
  CHECK(day("Asia/Shanghai", "2024-12-31T16:00:00Z") == "2025-01-01");
  CHECK(start("Asia/Shanghai", "2025-01-01") == "2024-12-31T16:00:00Z");
  CHECK(start("UTC", "2025-01-01") == "2025-01-01T00:00:00Z");
}

TEST_CASE("Shanghai had summer time in 1988") {
  CHECK(day("Asia/Shanghai", "1988-07-01T15:30:00Z") == "1988-07-02");
  CHECK(start("Asia/Shanghai", "1988-07-02") == "1988-07-01T15:00:00Z");
}

TEST_CASE("Jerusalem's day begins an hour earlier in summer time") {
  CHECK(start("Asia/Jerusalem", "2012-03-30") == "2012-03-29T22:00:00Z");  // forward at 02:00
  CHECK(start("Asia/Jerusalem", "2012-03-31") == "2012-03-30T21:00:00Z");
  CHECK(start("Asia/Jerusalem", "2012-09-23") == "2012-09-22T21:00:00Z");  // back at 02:00
  CHECK(start("Asia/Jerusalem", "2012-09-24") == "2012-09-23T22:00:00Z");
  CHECK(day("Asia/Jerusalem", "2012-03-29T21:30:00Z") == "2012-03-29");
  CHECK(day("Asia/Jerusalem", "2012-03-30T21:30:00Z") == "2012-03-31");
}

TEST_CASE("New York's day begins after that of UTC, by five hours or four") {
  CHECK(start("America/New_York", "2024-03-10") == "2024-03-10T05:00:00Z");
  CHECK(start("America/New_York", "2024-03-11") == "2024-03-11T04:00:00Z");
  CHECK(start("America/New_York", "2024-11-04") == "2024-11-04T05:00:00Z");
  CHECK(day("America/New_York", "2024-10-01T03:59:59Z") == "2024-09-30");
  CHECK(day("America/New_York", "2024-10-01T04:00:00Z") == "2024-10-01");
}

TEST_CASE("a day whose midnight the clocks skip begins when they are put forward") {
  CHECK(start("America/Sao_Paulo", "2018-11-04") == "2018-11-04T03:00:00Z");
  CHECK(day("America/Sao_Paulo", "2018-11-04T02:59:59Z") == "2018-11-03");
}

TEST_CASE("a day whose midnight comes twice begins the first time") {
  // Havana put its clocks back at 01:00 on that day, to 00:00.
  CHECK(start("America/Havana", "2023-11-05") == "2023-11-05T04:00:00Z");
  CHECK(start("America/Havana", "2023-11-06") == "2023-11-06T05:00:00Z");
}

TEST_CASE("a day's first moment lies in it, and the moment before in the day before") {
  const char* const names[] = {"Asia/Shanghai", "Asia/Jerusalem",      "America/New_York",
                               "UTC",           "Australia/Lord_Howe", "America/Sao_Paulo"};
  CHECK(rc::check([&] {
    const Zone there =
        zone(*rc::gen::elementOf(std::vector<const char*>(std::begin(names), std::end(names))));
    const Date date{
        *rc::gen::inRange(parse_date("1900-01-01")->days, parse_date("2200-01-01")->days)};
    const Instant first = there.start_of(date);
    RC_ASSERT(there.day_of(first) == date);
    RC_ASSERT(there.day_of(Instant{first.microseconds - 1}) == Date{date.days - 1});
  }));
}

// Cause: the library counts years in 16 bits, and a date's microseconds can pass 64.
TEST_CASE("moments and days beyond the years that can be written have a day and a start") {
  for (const char* name : {"Asia/Shanghai", "America/New_York", "UTC"}) {
    const Zone there = zone(name);
    CHECK(year_of(there.day_of(Instant{std::numeric_limits<std::int64_t>::max()})) == 294'247);
    CHECK(year_of(there.day_of(Instant{std::numeric_limits<std::int64_t>::min()})) == -290'308);
    CHECK(there.start_of(Date{std::numeric_limits<std::int32_t>::max()}) ==
          there.start_of(date_max));
    CHECK(there.start_of(Date{std::numeric_limits<std::int32_t>::min()}) ==
          there.start_of(date_min));
    CHECK(there.day_of(there.start_of(date_max)) == date_max);
    CHECK(there.day_of(there.start_of(date_min)) == date_min);
  }
}
