#include "core/time.h"

#include <charconv>
#include <chrono>

namespace counterfoil {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

/// Takes fixed-width fields from the front of a text; `ok` turns false at the first that is not there.
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
  if (!scanner.ok) return fail(ErrorCode::invalid, "\"{}\" is not a date like 2024-03-01", text);
  return make_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

}  // namespace

Result<Date> make_date(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{month},
                                        std::chrono::day{day}};
  if (year < 1 || year > 9999 || !ymd.ok())
    return fail(ErrorCode::invalid, "{:04}-{:02}-{:02} is not a day of the calendar", year, month,
                day);
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

int year_of(Date date) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{date.days}}};
  return static_cast<int>(ymd.year());
}

std::string format_date(Date date) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{date.days}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

Result<Date> parse_date(std::string_view text) {
  Scanner scanner{text};
  auto date = scan_date(scanner, text);
  if (date && !scanner.rest.empty())
    return fail(ErrorCode::invalid, "\"{}\" is not a date like 2024-03-01", text);
  return date;
}

std::string format_instant(Instant instant) {
  const std::int64_t day = floor_divide(instant.microseconds, day_us);
  const std::int64_t within = instant.microseconds - day * day_us;
  const std::int64_t seconds = within / second_us;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_date(Date{static_cast<std::int32_t>(day)}),
                                 seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (within % second_us != 0) text += fmt::format(".{:06}", within % second_us);
  return text + "Z";
}

Result<Instant> parse_instant(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorCode::invalid,
                "\"{}\" is not a time like 2024-03-01T08:00:00Z or 2024-03-01T16:00:00+08:00", text);
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
    const int offset_hour = scanner.digits(2);
    scanner.expect(':');
    const int offset_minute = scanner.digits(2);
    if (offset_hour > 23 || offset_minute > 59) scanner.ok = false;
    offset_minutes = (behind ? -1 : 1) * (offset_hour * 60 + offset_minute);
  }
  if (!scanner.ok || !scanner.rest.empty() || hour > 23 || minute > 59 || second > 59)
    return wrong();
  return Instant{date.days * day_us +
                 ((hour * 60 + minute - offset_minutes) * 60 + second) * second_us + fraction_us};
}

}  // namespace counterfoil
