#pragma once

#include <string>

#include "core/ids.h"
#include "proof/tree.h"
#include "storage/files.h"

namespace counterfoil {

/// The file of the greatest tree ever shown: outside RocksDB, synced before any acknowledgement or
/// checkpoint leaves the process. A journal that opens with less, or with other records, has lost
/// or changed what somebody was told, and is refused. Layout: schema/FORMAT.md, "shown".
class ShownFile {
 public:
  static Result<ShownFile> create(const std::string& path, Epoch epoch);
  static Result<ShownFile> open(const std::string& path);

  Epoch epoch() const { return epoch_; }
  const TreeEdge& edge() const { return edge_; }
  /// Durable when it returns. A crash on the way leaves the edge before it.
  Result<void> advance(const TreeEdge& edge);

 private:
  ShownFile(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> write();

  std::string path_;
  FileDescriptor file_;
  Epoch epoch_;
  std::uint64_t generation_ = 0;  // of the slot written last; its parity says which slot
  TreeEdge edge_;
};

}  // namespace counterfoil
