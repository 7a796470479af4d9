#pragma once

#include <cstdint>

#include "core/time.h"
#include "domain/page.h"

namespace counterfoil {

/// A fiscal year bears the number of the calendar year in which it starts.
std::int32_t fiscal_year_of(const LedgerState& ledger, Date day);
Date first_day(const LedgerState& ledger, std::int32_t fiscal_year);

/// How much of the fiscal year has gone by at the end of the day, in basis points: 0 before it,
/// 10000 behind it. Rounded down.
std::int64_t elapsed_basis_points(const LedgerState& ledger, std::int32_t fiscal_year, Date day);

}  // namespace counterfoil
