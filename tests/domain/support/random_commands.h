#pragma once

#include <string_view>
#include <vector>

#include "domain/support/draws.h"

namespace counterfoil::test {

using DrawnCommand = std::vector<Draw>;

/// A rule set that holds every rule in that mode, rules R1 and R6 of all projects.
std::string rule_set_of_all(std::string_view mode, std::string_view version);

/// The command that the draws mean for the ledger as it is.
CommandOf command_of(const DrawnCommand& draws, MemoryLedger& ledger);

}  // namespace counterfoil::test
