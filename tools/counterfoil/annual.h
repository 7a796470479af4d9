#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/money.h"
#include "counterfoil/commands/command.h"

namespace counterfoil {

/// One figure of the yearly account, by the names in `figure_label`.
struct AnnualFigure {
  std::string section;
  std::string figure;
  std::optional<std::uint64_t> count;  // a count,
  Money amount;                        // or else an amount
};

/// The bureau's account of a fiscal year, computed from the read models: the evaluations *made* in
/// the year, the budgets that they looked at, what was cut for grades of the year's budgets. A year
/// of which the ledger holds nothing is not found.
Result<std::vector<AnnualFigure>> annual_account(LedgerAccess& access, std::int32_t year);

/// What a reader sees instead of a section's or a figure's name.
std::string_view figure_label(std::string_view name, Language language);

}  // namespace counterfoil
