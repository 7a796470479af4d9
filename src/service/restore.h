#pragma once

#include <cstdint>
#include <string>

#include "service/sequencer.h"

namespace counterfoil {

/// How a copy of a ledger's folder goes on as a ledger.
struct RestorePlan {
  std::string copy;             // folder that was copied while nobody held it; not written to
  std::string last_checkpoint;  // signed note, the newest that anybody knows of; empty: the copy's
  std::string last_key;         // that signed it, where no record of the copy names that key
  std::uint32_t epoch = 0;      // at least this one; 0: the next that is known to be free
  std::string recovery_key_file;  // where the new epoch's offline key is written
};

/// What became of it.
struct RestoredLedger {
  std::string origin;               // of the new epoch
  std::uint64_t records = 0;        // of the copy
  std::uint64_t signed_beyond = 0;  // records that the last checkpoint signs and the copy lacks
  std::string verifier_key;
  std::string recovery_verifier_key;
  std::string checkpoint;  // the first of the new epoch
};

/// Makes a ledger in a new folder out of a copy, as its next epoch: a log never signs two histories
/// under one name, and nobody can tell what was signed or delivered behind the copy. Every record
/// of the copy is verified first; the new epoch's first record names the last checkpoint. That may
/// be of a later epoch, when the same copy was restored before; the new one comes behind it. After
/// a failure the folder is empty; a restore that is killed leaves one that does not open.
Result<RestoredLedger> restore_ledger(const std::string& path, const RestorePlan& plan,
                                      const Clock& clock);

}  // namespace counterfoil
