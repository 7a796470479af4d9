#if defined(__GNUC__) && !defined(__clang__)
// gcc 12 finds a "maybe uninitialised" value inside the date library when it optimises.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "counterfoil/import/dates.h"

#include <date/date.h>
#include <fmt/ranges.h>

#include <locale>
#include <optional>
#include <sstream>

#include "core/limits.h"
#include "counterfoil/import/number.h"

namespace counterfoil::intake {
namespace {

std::optional<date::year_month_day> read(const std::string& text, const std::string& form) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  date::year_month_day day;
  in >> date::parse(form, day);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return day;
}

/// Empty where the form asks for what a day does not have.
std::string print(const date::year_month_day& day, const std::string& form) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  date::to_stream(out, form.c_str(), day);
  return out.fail() ? std::string() : out.str();
}

}  // namespace

Result<DateForms> DateForms::of(std::vector<std::string> forms) {
  // A day late in its month and year, so that a form without %d, %m or %y cannot pass.
  const date::year_month_day sample{date::year{2023}, date::month{11}, date::day{30}};
  for (const std::string& form : forms)
    if (read(print(sample, form), form) != sample)
      return fail(ErrorCode::invalid,
                  "the date form \"{}\" does not name a day; use %Y or %y, %m or %b, and %d", form);
  DateForms result;
  result.forms_ = std::move(forms);
  return result;
}

Result<Date> DateForms::parse(std::string_view text) const {
  const std::string day_text(trimmed(text));
  for (const std::string& form : forms_) {
    const auto day = read(day_text, form);
    if (!day) continue;
    const int year = int{day->year()};
    if (year < limits::fiscal_year_min || year > limits::fiscal_year_max)
      return fail(ErrorCode::invalid, "\"{}\" is in the year {}; years {} to {} are accepted", text,
                  year, limits::fiscal_year_min, limits::fiscal_year_max);
    return make_date(year, unsigned{day->month()}, unsigned{day->day()});
  }
  return fail(ErrorCode::invalid, "\"{}\" is not a day that exists, written as {}", text,
              fmt::join(forms_, " or "));
}

}  // namespace counterfoil::intake
