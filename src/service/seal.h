#pragma once

#include <functional>
#include <optional>

#include "core/go_on.h"
#include "domain/standing.h"
#include "projections/projector.h"
#include "proof/sealed_entry.h"
#include "service/ledger_facts.h"
#include "service/prepare.h"

namespace counterfoil {

/// The seals of the journal, oldest first, until the visitor fails.
Result<void> visit_seals(const Journal& journal,
                         const std::function<Result<void>(schema::Record::Reader seal)>& visit);
Result<std::optional<HeldRecord>> newest_seal(const Journal& journal);
/// The seal at that sequence; `not_found` where another record stands there.
Result<HeldRecord> seal_at(const Journal& journal, Sequence sequence);

/// What the subjects amounted to at `size` records, computed from the journal's index.
Result<SealedRoot> compute_subjects(const Journal& journal, std::uint64_t size, Hasher& hasher,
                                    const GoOn& go_on);

struct ComputedSeal {
  PreparedCommand command;
  std::vector<std::string> left_out;  // a sentence for each view that is halted or not built yet
};
/// What seals all there is now: computed while others go on recording and folding.
Result<ComputedSeal> compute_seal(const Journal& journal, Projector& projector,
                                  const LedgerFacts& facts, const GoOn& go_on);

/// Whether a period was closed, and that still stands, behind what the newest seal covers.
Result<bool> is_close_unsealed(const Journal& journal);

}  // namespace counterfoil
