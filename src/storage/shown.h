#pragma once

#include <string>

#include "core/files.h"
#include "core/ids.h"
#include "proof/tree.h"

namespace counterfoil {

/// The file of the greatest tree ever shown: outside RocksDB, synced before any acknowledgement or
/// checkpoint leaves the process. A journal that opens with less, or with other records, has lost
/// or changed what somebody was told, and is refused. Layout: schema/FORMAT.md, "shown".
class ShownFile {
 public:
  static Result<ShownFile> create(const std::string& path, Epoch epoch);
  static Result<ShownFile> open(const std::string& path);

  Epoch epoch() const { return slot_.epoch; }
  const TreeEdge& edge() const { return slot_.edge; }
  /// Leaf hash of the newest record in the edge; zeros where there is none.
  const Hash& newest_leaf() const { return slot_.newest_leaf; }
  /// Durable when it returns. A crash or an error on the way leaves what was shown before.
  Result<void> advance(const TreeEdge& edge, const Hash& newest_leaf);
  /// Goes on in a greater epoch with the same tree; as durable as advance.
  Result<void> begin_epoch(Epoch epoch);

  /// One of the file's two places. A generation is written to the place of its parity, so that the
  /// write never touches the one before it.
  struct Slot {
    std::uint64_t generation = 0;
    Epoch epoch;
    TreeEdge edge;
    Hash newest_leaf{};
  };
  static constexpr std::size_t slot_bytes = 4096;
  static std::string encode(const Slot& slot);

 private:
  ShownFile(std::string path, FileDescriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> write(Slot slot);

  std::string path_;
  FileDescriptor file_;
  Slot slot_;  // as it is on disk
};

}  // namespace counterfoil
