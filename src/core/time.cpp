#include "core/time.h"

#include <chrono>

#include "core/text.h"

namespace counterfoil {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

struct CalendarDay {
  int year;
  unsigned month;
  unsigned day;
};

/// Chrono's years have 16 bits, and days of 32 bits reach beyond the year 5,000,000 both ways. The
/// calendar repeats every 400 years, so chrono is asked about the same day of the years from 1970.
CalendarDay calendar_day(Date date) {
  constexpr std::int64_t days_in_400_years = 146'097;
  const std::int64_t cycles = floor_divide(date.days, days_in_400_years);
  const std::chrono::days within{date.days - cycles * days_in_400_years};
  const std::chrono::year_month_day ymd{std::chrono::sys_days{within}};
  return {static_cast<int>(ymd.year()) + static_cast<int>(cycles) * 400,
          static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day())};
}

/// Takes fixed-width fields from the front of a text; `ok` turns false at the first that is not
/// there.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t width) {
    int value = 0;
    if (rest.size() < width) return ok = false, 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return ok = false, 0;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(width);
    return value;
  }
  bool accept(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok = accept(c) && ok; }
};

Result<Date> scan_date(Scanner& scanner, std::string_view text) {
  const int year = scanner.digits(4);
  scanner.expect('-');
  const int month = scanner.digits(2);
  scanner.expect('-');
  const int day = scanner.digits(2);
  if (!scanner.ok) return fail(ErrorCode::invalid, "{} is not a date like 2024-03-01", quote(text));
  return make_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

}  // namespace

Result<Date> make_date(int year, unsigned month, unsigned day) {
  // The ranges come first: chrono keeps a month or a day in one byte, and would take 257 for 1.
  const bool in_range = year >= 1 && year <= 9999 && month <= 12 && day <= 31;
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{month},
                                        std::chrono::day{day}};
  if (!in_range || !ymd.ok())
    return fail(ErrorCode::invalid, "{:04}-{:02}-{:02} is not a day of the calendar", year, month,
                day);
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

int year_of(Date date) {
  return calendar_day(date).year;
}

std::string format_date(Date date) {
  const CalendarDay day = calendar_day(date);
  const std::string year = day.year > 9999 ? fmt::format("{:+}", day.year)
                           : day.year < 0  ? fmt::format("{:05}", day.year)
                                           : fmt::format("{:04}", day.year);
  return fmt::format("{}-{:02}-{:02}", year, day.month, day.day);
}

Result<Date> parse_date(std::string_view text) {
  Scanner scanner{text};
  auto date = scan_date(scanner, text);
  if (date && !scanner.rest.empty())
    return fail(ErrorCode::invalid, "{} is not a date like 2024-03-01", quote(text));
  return date;
}

std::string format_instant(Instant instant) {
  const std::int64_t day = floor_divide(instant.microseconds, day_us);
  // Not from day * day_us, which lies before the first instant that 64 bits hold.
  const std::int64_t within = (instant.microseconds % day_us + day_us) % day_us;
  const std::int64_t seconds = within / second_us;
  std::string text =
      fmt::format("{}T{:02}:{:02}:{:02}", format_date(Date{static_cast<std::int32_t>(day)}),
                  seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (within % second_us != 0) text += fmt::format(".{:06}", within % second_us);
  return text + "Z";
}

Result<Instant> parse_instant(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorCode::invalid,
                "{} is not a time like 2024-03-01T08:00:00Z or 2024-03-01T16:00:00+08:00",
                quote(text));
  };
  Scanner scanner{text};
  CF_LET(const Date date, scan_date(scanner, text));
  scanner.expect('T');
  const int hour = scanner.digits(2);
  scanner.expect(':');
  const int minute = scanner.digits(2);
  scanner.expect(':');
  const int second = scanner.digits(2);
  std::int64_t fraction_us = 0;
  if (scanner.accept('.')) {
    std::int64_t place = second_us;
    do {
      place /= 10;
      fraction_us += place * scanner.digits(1);
      if (place == 0) scanner.ok = false;
    } while (scanner.ok && !scanner.rest.empty() && scanner.rest.front() >= '0' &&
             scanner.rest.front() <= '9');
  }
  std::int64_t offset_minutes = 0;
  if (!scanner.accept('Z')) {
    const bool behind = scanner.accept('-');
    if (!behind) scanner.expect('+');
    const std::int64_t offset_hour = scanner.digits(2);
    scanner.expect(':');
    const std::int64_t offset_minute = scanner.digits(2);
    if (offset_hour > 23 || offset_minute > 59) scanner.ok = false;
    offset_minutes = (behind ? -1 : 1) * (offset_hour * 60 + offset_minute);
  }
  if (!scanner.ok || !scanner.rest.empty() || hour > 23 || minute > 59 || second > 59)
    return wrong();
  const std::int64_t minutes = hour * 60 + minute - offset_minutes;
  const Instant instant{date.days * day_us + (minutes * 60 + second) * second_us + fraction_us};
  // An offset can carry a moment out of the years that a date may have.
  if (instant.microseconds < date_min.days * day_us ||
      instant.microseconds >= (date_max.days + 1) * day_us)
    return fail(ErrorCode::invalid, "{} lies outside the years 0001 to 9999 of UTC", quote(text));
  return instant;
}

}  // namespace counterfoil
