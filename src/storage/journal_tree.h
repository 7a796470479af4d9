#pragma once

#include "proof/tile.h"
#include "proof/tree.h"
#include "storage/journal.h"

namespace counterfoil {

/// The tree of a journal as it was at one moment, however much is appended meanwhile. Reads the
/// roots of its complete subtrees from the journal's tiles. Belongs to one thread; the journal
/// outlives it.
class JournalTree final : public HashReader {
 public:
  JournalTree(JournalTree&&) noexcept;
  ~JournalTree() override;

  std::uint64_t size() const;
  Hash root();
  /// Subtrees within size() only.
  Result<std::vector<Hash>> read(const std::vector<Subtree>& subtrees) override;
  /// The tile's hashes behind each other, as many as its width says; `not_found` where the tree has
  /// fewer there.
  Result<std::string> read_tile(const TileId& id);

 private:
  friend class Journal;
  struct Impl;
  explicit JournalTree(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
