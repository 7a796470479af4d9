#pragma once

#include <string>
#include <vector>

#include "proof/tile.h"

namespace counterfoil {

/// A folder in the layout of C2SP tlog-tiles, as the log itself or a mirror of it has it. A partial
/// tile may have been deleted once the full one is there: then that is read, and cut.
class TileFolder final : public TileSource {
 public:
  explicit TileFolder(std::string path) : path_(std::move(path)) {}

  std::string checkpoint_path() const { return path_ + "/checkpoint"; }
  /// The hashes of the tile, `id.width` of them. `corrupt` where there is no such file, or one of
  /// another length; errors begin with the file's path.
  Result<std::string> read_tile(const TileId& id) override;

  /// An entry bundle: the entries of a level 0 tile.
  struct Entries {
    std::string path;  // of the file that was read
    std::string bytes;
    std::vector<std::string_view> entries;  // in `bytes`; as many as were asked for
  };
  /// Reads into `entries`, whose memory is used again.
  Result<void> read_entries(std::uint64_t index, std::uint64_t width, Entries& entries);

 private:
  struct File {
    std::string path;
    std::string bytes;
    std::uint64_t width = 0;  // by its name
  };
  template <typename PathOf>
  Result<File> read(std::uint64_t width, std::size_t item_bytes_max, PathOf&& path_of) const;
  std::string path_;
};

}  // namespace counterfoil
