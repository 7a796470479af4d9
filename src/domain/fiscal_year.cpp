#include "domain/fiscal_year.h"

#include <algorithm>
#include <chrono>

namespace counterfoil {

Date first_day(const LedgerState& ledger, std::int32_t fiscal_year) {
  const auto day = std::chrono::year{fiscal_year} / std::chrono::month{ledger.fiscal_month} /
                   std::chrono::day{ledger.fiscal_day};
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{day}.time_since_epoch().count())};
}

std::int32_t fiscal_year_of(const LedgerState& ledger, Date day) {
  const std::chrono::sys_days days{std::chrono::days{day.days}};
  const auto year = static_cast<int>(std::chrono::year_month_day{days}.year());
  return day < first_day(ledger, year) ? year - 1 : year;
}

std::int64_t elapsed_basis_points(const LedgerState& ledger, std::int32_t fiscal_year, Date day) {
  const std::int64_t first = first_day(ledger, fiscal_year).days;
  const std::int64_t length = first_day(ledger, fiscal_year + 1).days - first;
  const std::int64_t gone = std::clamp<std::int64_t>(day.days - first + 1, 0, length);
  return gone * 10'000 / length;
}

}  // namespace counterfoil
