#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/journal.h"

namespace counterfoil {

struct VerifyOptions {
  unsigned threads = 0;            // 0: as many as the machine runs at once
  std::vector<std::string> since;  // signed notes of checkpoints that were kept elsewhere
  /// Told from time to time how many records were read, by one thread at a time, of any; false ends
  /// it, which is then `busy`.
  std::function<bool(std::uint64_t done, std::uint64_t total)> progress;
};

/// What was found to be right.
struct VerifyReport {
  std::uint64_t size = 0;
  Hash root{};
  std::uint64_t checkpoints = 0;  // that were checked, those of the caller among them
  std::optional<std::uint64_t> newest_checkpoint;  // its size
};

/// Checks the journal as it stands when it is called, while it may grow: every record for itself
/// (in its place, of an epoch and a time that do not decrease, canonical as far as its encoding
/// tells: asking the schema would take most of the time), the tree and its tiles
/// of all levels, the chains of subjects, both indexes, and all checkpoints. Fails with `corrupt`
/// and a sentence that names the first wrong record, or the tile, index entry or checkpoint.
Result<VerifyReport> verify_journal(const Journal& journal, const VerifyOptions& options = {});

}  // namespace counterfoil
