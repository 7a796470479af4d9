#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "counterfoil-verify/tile_folder.h"
#include "proof/tree.h"

namespace counterfoil {

/// Reads every entry of a log and hashes it, and compares each hash of each tile with what it is
/// the hash of. Holds one entry bundle and one tile a level.
class TileWalk {
 public:
  /// Sees an entry once its hash is that of its tile; its errors get the entry's place put before.
  using Visit = std::function<Result<void>(std::uint64_t sequence, std::string_view entry)>;

  /// A log of `size` entries.
  TileWalk(TileFolder& folder, std::uint64_t size, Hasher& hasher)
      : folder_(folder), size_(size), hasher_(hasher) {}

  /// Asks for the root of the first `size` entries, which run() computes on its way.
  void keep_root(std::uint64_t size) { roots_[size] = hasher_.empty_root(); }
  Result<void> run(const Visit& visit,
                   const std::function<void(std::uint64_t done, std::uint64_t total)>& at);
  /// Of the whole, or of a size that was asked for.
  Hash root() { return edge_.root(hasher_); }
  const Hash& root(std::uint64_t size) const { return roots_.at(size); }

 private:
  Result<void> take(std::uint64_t offset, const Visit& visit);
  /// Compares the hash of a complete subtree with that of the tile where it stands, if in any.
  Result<void> compare(unsigned height, const Hash& hash);

  /// The tile that is being compared, of each level from 1 on.
  struct Level {
    std::string path;
    std::string hashes;
    std::uint64_t compared = 0;  // hashes, from the first of the level on
  };

  TileFolder& folder_;
  std::uint64_t size_;
  Hasher& hasher_;
  TreeEdge edge_;
  TileFolder::Entries entries_;
  std::string leaves_;  // the tile of level 0
  std::string leaves_path_;
  std::vector<Level> levels_;
  std::map<std::uint64_t, Hash> roots_;
};

}  // namespace counterfoil
