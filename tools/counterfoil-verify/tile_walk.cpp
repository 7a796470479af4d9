#include "counterfoil-verify/tile_walk.h"

namespace counterfoil {
namespace {

bool stands_at(std::string_view tile, std::uint64_t offset, const Hash& hash) {
  return tile.substr(offset * sizeof(Hash), sizeof(Hash)) == bytes_of(hash);
}

}  // namespace

Result<void> TileWalk::run(const Visit& visit,
                           const std::function<void(std::uint64_t done, std::uint64_t total)>& at) {
  for (std::uint64_t index = 0;; ++index) {
    const TileId id{0, index, width_in_tree(0, index, size_)};
    if (id.width == 0) return {};
    CF_TRY(folder_.read_entries(index, id.width, entries_));
    CF_LET(leaves_, folder_.read_tile(id));
    leaves_path_ = tile_path(id);
    for (std::uint64_t offset = 0; offset < id.width; ++offset) CF_TRY(take(offset, visit));
    at(edge_.size(), size_);
  }
}

Result<void> TileWalk::take(std::uint64_t offset, const Visit& visit) {
  const std::string_view entry = entries_.entries[offset];
  const std::uint64_t sequence = edge_.size();
  const Hash leaf = hasher_.leaf(entry);
  if (!stands_at(leaves_, offset, leaf))
    return fail(ErrorCode::corrupt,
                "{}: its entry {} (record {}) has another hash than {} has there: one of the two "
                "was changed, or is of another log",
                entries_.path, offset, sequence, leaves_path_);
  if (auto seen = visit(sequence, entry); !seen)
    return fail_at(fmt::format("{}, entry {} (record {})", entries_.path, offset, sequence),
                   std::move(seen).error());
  Result<void> compared;
  edge_.append_subtree(0, leaf, hasher_, [&](unsigned height, const Hash& hash) {
    if (compared) compared = compare(height, hash);
  });
  CF_TRY(compared);
  if (const auto wanted = roots_.find(edge_.size()); wanted != roots_.end())
    wanted->second = edge_.root(hasher_);
  return {};
}

Result<void> TileWalk::compare(unsigned height, const Hash& hash) {
  if (height == 0 || height % tile_height != 0) return {};
  const unsigned number = height / tile_height;
  if (levels_.size() < number) levels_.resize(number);
  Level& level = levels_[number - 1];
  const std::uint64_t offset = level.compared % tile_width;
  if (offset == 0) {
    const std::uint64_t index = level.compared / tile_width;
    const TileId id{number, index, width_in_tree(number, index, size_)};
    CF_LET(level.hashes, folder_.read_tile(id));
    level.path = tile_path(id);
  }
  const std::uint64_t place = level.compared++;
  if (stands_at(level.hashes, offset, hash)) return {};
  return fail(ErrorCode::corrupt,
              "{}: its hash {} is not that of {}, which it stands for: it was changed, or is of "
              "another log",
              level.path, offset, tile_path({number - 1, place, tile_width}));
}

}  // namespace counterfoil
