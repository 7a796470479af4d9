#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// A moment: microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t microseconds = 0;
  friend auto operator<=>(const Instant&, const Instant&) = default;
};

/// A calendar day: days since 1970-01-01.
struct Date {
  std::int32_t days = 0;
  friend auto operator<=>(const Date&, const Date&) = default;
};

/// The first and the last day that can be written: 0001-01-01 and 9999-12-31.
inline constexpr Date date_min{-719'162};
inline constexpr Date date_max{2'932'896};

/// "2024-03-01T08:00:00Z", with ".000001" where there are microseconds (RFC 3339).
std::string format_instant(Instant instant);
/// RFC 3339 with Z or an offset, years 0001 to 9999 of UTC, at most six digits of a second's
/// fraction.
Result<Instant> parse_instant(std::string_view text);

/// "2024-03-01" (ISO 8601). A day outside date_min to date_max, which nobody can enter, prints too,
/// with its sign ("+12345-01-01"), and does not read back.
std::string format_date(Date date);
Result<Date> parse_date(std::string_view text);

/// The day, or an error that names the day that does not exist.
Result<Date> make_date(int year, unsigned month, unsigned day);
/// The Gregorian year that the day lies in.
int year_of(Date date);

}  // namespace counterfoil
