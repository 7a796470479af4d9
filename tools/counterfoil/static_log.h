#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "proof/checkpoint.h"
#include "storage/growing_tree.h"

namespace counterfoil {

/// A folder that any web server can serve as a log: the layout of C2SP tlog-tiles. What it holds is
/// the log at the size of its checkpoint; files beyond that are not looked at by anybody.
class StaticLog final : private GrowingTree::Sink {
 public:
  /// Opens the folder, or begins a new one; one process at a time. The checkpoint that is there
  /// must be of one of the keys, and its tiles must give its root.
  static Result<StaticLog> open(const std::string& folder, const std::vector<VerifierKey>& keys,
                                std::string_view suite);

  /// Records in it.
  std::uint64_t size() const { return tree_.size(); }
  const std::optional<SignedCheckpoint>& checkpoint() const { return checkpoint_; }
  /// The next record. Its tile and bundle are written when they are full.
  Result<void> append(std::string_view record);
  /// Writes what is not full yet, then the checkpoint, when its root is that of the records.
  Result<void> publish(const SignedCheckpoint& checkpoint);

 private:
  StaticLog(std::string folder, FileDescriptor lock, Hasher hasher)
      : folder_(std::move(folder)), lock_(std::move(lock)), hasher_(std::move(hasher)) {}
  Result<void> resume(const std::vector<VerifierKey>& keys);
  void put(const TileId& id, std::string_view bytes) override;
  Result<void> write(const std::string& path, std::string_view bytes);
  /// Partial tiles whose full tile is there now; C2SP tlog-tiles, "Partial Tiles".
  void remove_filled();

  std::string folder_;
  FileDescriptor lock_;
  Hasher hasher_;
  std::optional<SignedCheckpoint> checkpoint_;
  GrowingTree tree_;
  std::string entries_;            // of the bundle that is not full
  std::vector<std::string> full_;  // paths of tiles and bundles that became full
  std::optional<Error> failure_;   // of a tile that could not be written
};

}  // namespace counterfoil
