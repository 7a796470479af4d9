#pragma once

#include <string>
#include <vector>

#include "storage/verify_tree.h"

namespace counterfoil {

/// A signed note of a checkpoint, and where it is from: one of the journal's own, or one that was
/// kept elsewhere.
struct KeptCheckpoint {
  std::uint64_t size = 0;
  std::string note;  // empty for the journal's own: it is read when its turn comes
};

/// Those of the journal, and those of the caller, by increasing size. Fails where one of these is
/// no checkpoint.
Result<std::vector<KeptCheckpoint>> gather_checkpoints(const Journal& journal,
                                                       const std::vector<std::string>& since);
/// The sizes up to `size`, each once.
std::vector<std::uint64_t> sizes_of(const std::vector<KeptCheckpoint>& checkpoints,
                                    std::uint64_t size);

/// That each checkpoint is of this log, signed by the key that was in force, and of the root that
/// the records have at its size. `roots` are those of `sizes`.
Result<void> verify_checkpoints(const Journal& journal, std::uint64_t size,
                                const std::vector<KeptCheckpoint>& checkpoints,
                                const std::vector<std::uint64_t>& sizes,
                                const std::vector<Hash>& roots,
                                const std::vector<std::uint64_t>& key_records, unsigned threads);

}  // namespace counterfoil
