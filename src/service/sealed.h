#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/go_on.h"
#include "projections/projector.h"
#include "proof/sealed_receipt.h"
#include "service/ledger_facts.h"
#include "storage/folder.h"

namespace counterfoil {

/// What somebody wants proved out of a seal.
struct SealedQuestion {
  enum class About { budget, subject };
  About about = About::budget;
  std::string id;  // a line, or a subject
  Sequence seal;   // 0: the newest one
};

/// Of a line, its entry; of a subject, its own, or those that would stand beside it.
struct SealedAnswer {
  Sequence seal;
  std::vector<SealedEntry> entries;
};

/// Where a ledger is read from for it. All outlive the call.
struct SealedSource {
  const LedgerFolder& folder;
  const Journal& journal;
  const Projector& projector;
  const LedgerFacts& facts;
};

/// Finds what was sealed, with audit paths to the seal's root. Where the view went on since, it is
/// folded again up to the seal, in a scratch database. `not_found` where there is no seal, or no
/// such line in it; `corrupt` where what is computed now is not what was sealed; `busy` once
/// nobody waits.
Result<SealedAnswer> read_sealed(const SealedSource& source, const SealedQuestion& question,
                                 const GoOn& go_on);

}  // namespace counterfoil
