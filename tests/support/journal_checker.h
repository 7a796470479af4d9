#pragma once

#include <map>
#include <string>
#include <utility>

#include "storage/journal.h"

namespace counterfoil {

/// What a sound journal holds.
struct CheckedJournal {
  std::uint64_t records = 0;
  /// By (actor, command id).
  std::map<std::pair<std::string, std::string>, Acceptance> commands;
};

/// Reads everything in the journal and fails on the first thing that is not as schema/FORMAT.md
/// says: sequences without gaps, canonical bytes, commands whole and recorded once, times that do
/// not decrease, subjects that follow from the fact, their chains, the indexes, the root, and a
/// book that equals the fold of all records from nothing. No writer may run.
Result<CheckedJournal> check_journal(const Journal& journal);

}  // namespace counterfoil
