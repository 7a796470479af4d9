#pragma once

#include <string>
#include <vector>

#include "proof/tile.h"
#include "proof/tree.h"

namespace counterfoil {

/// A tree that grows, with its tiles that are not full yet: all that is needed to go on writing
/// tiles. A tile is written as its hashes behind each other.
class GrowingTree {
 public:
  /// Takes the tiles that are to be stored.
  class Sink {
   public:
    virtual ~Sink() = default;
    /// A tile that is full, or (see flush) has become wider. The bytes live until it returns.
    virtual void put(const TileId& id, std::string_view bytes) = 0;
  };

  std::uint64_t size() const { return edge_.size(); }
  const TreeEdge& edge() const { return edge_; }
  /// The hashes of a level behind its last full tile; empty where there are none.
  std::string_view tail(unsigned level) const;

  void append(const Hash& leaf, Hasher& hasher, Sink& sink) { append(0, leaf, hasher, sink); }
  /// Appends the leaves of a whole level 0 tile by their root; size() must be a multiple of its
  /// width. Tiles of level 0 are not put.
  void append_tile(const Hash& root, Hasher& hasher, Sink& sink) {
    append(tile_height, root, hasher, sink);
  }
  /// Puts the tiles above level 0 that are not full and have grown since they were put.
  void flush(Sink& sink);

  /// As it was after that many leaves. `tail` gives the hashes of each tile that is not full, from
  /// the highest level to level 0: Result<std::string>(const TileId&). The edge follows from them.
  template <typename Tail>
  static Result<GrowingTree> resume(std::uint64_t size, Hasher& hasher, Tail&& tail) {
    GrowingTree tree;
    for (unsigned level = levels_of(size); level-- > 0;) {
      const TileId id = tail_of(size, level);
      if (id.width == 0) continue;
      CF_LET(std::string hashes, tail(id));
      tree.resume(id, std::move(hashes), hasher);
    }
    return tree;
  }
  /// The tile behind the last full one of a level; its width is 0 where the level ends with that.
  static TileId tail_of(std::uint64_t size, unsigned level);

 private:
  struct Level {
    std::string hashes;
    bool grown = false;  // since they were put
  };
  void append(unsigned height, const Hash& root, Hasher& hasher, Sink& sink);
  void resume(const TileId& id, std::string hashes, Hasher& hasher);
  static unsigned levels_of(std::uint64_t size);
  Level& level(unsigned number);

  TreeEdge edge_;
  std::vector<Level> levels_;
};

/// The hash at that place of a tile's bytes, or of anything made of hashes.
Hash hash_at(std::string_view hashes, std::size_t place);

}  // namespace counterfoil
