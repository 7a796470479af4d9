#pragma once

#include <cstdint>
#include <iosfwd>
#include <vector>

#include "domain/support/ledger.h"

namespace counterfoil::test {

/// One fact to be, as numbers that mean something only together with a ledger: so a list of them
/// can be generated first, and shrunk. Ids come from a handful, so that facts meet.
struct Draw {
  std::uint8_t tag;    // of the fact in the schema's union
  std::uint8_t ids;    // which unit, project, line
  std::uint8_t other;  // which second one, which kind, which way of being wrong
  std::uint8_t amount;
  std::uint16_t event;  // which earlier record
  bool plausible;       // whether to aim at being accepted
};
std::ostream& operator<<(std::ostream& out, const Draw& draw);

using DrawnCommand = std::vector<Draw>;

/// The command that the draws mean for the ledger as it is.
CommandOf command_of(const DrawnCommand& draws, MemoryLedger& ledger);

}  // namespace counterfoil::test
