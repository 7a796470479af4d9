#pragma once

#include <functional>
#include <string>
#include <vector>

#include "service/sealed.h"

namespace counterfoil {

/// Which seals were computed again from the records, and agreed.
struct SealsReport {
  std::uint64_t seals = 0;
  std::uint64_t newest_size = 0;  // records that the newest of them covers; 0 where there is none
  /// A sentence for what this build cannot compute: a projection of another version, say.
  std::vector<std::string> not_recomputed;
};

/// Computes every seal of the journal again: its subjects from the index, which is to be compared
/// with the records before, and its projections by folding all records again. `corrupt` names the
/// first seal that says something else, and what. `at` is told how many records are folded; false
/// ends it with `busy`.
Result<SealsReport> verify_seals(
    const SealedSource& source,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& at);

}  // namespace counterfoil
