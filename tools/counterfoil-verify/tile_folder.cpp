#include "counterfoil-verify/tile_folder.h"

#include <limits>

#include "core/files.h"

namespace counterfoil {
namespace {

constexpr std::size_t entry_bytes_max = 2 + std::numeric_limits<std::uint16_t>::max();

}  // namespace

template <typename PathOf>
Result<TileFolder::File> TileFolder::read(std::uint64_t width, std::size_t item_bytes_max,
                                          PathOf&& path_of) const {
  const std::string wanted = path_ + "/" + path_of(width);
  for (const std::uint64_t of : {width, tile_width}) {
    const std::string path = path_ + "/" + path_of(of);
    auto bytes = read_file(path, of * item_bytes_max);
    if (bytes) return File{path, std::move(*bytes), of};
    if (bytes.error().code != ErrorCode::not_found) return tl::make_unexpected(bytes.error());
  }
  return fail(ErrorCode::corrupt, "{} is missing: the log is not whole without it", wanted);
}

Result<std::string> TileFolder::read_tile(const TileId& id) {
  CF_LET(File file, read(id.width, sizeof(Hash), [&](std::uint64_t width) {
           return tile_path({id.level, id.index, width});
         }));
  if (file.bytes.size() != file.width * sizeof(Hash))
    return fail(ErrorCode::corrupt, "{} holds {} bytes; {} hashes are {}", file.path,
                file.bytes.size(), file.width, file.width * sizeof(Hash));
  file.bytes.resize(id.width * sizeof(Hash));
  return std::move(file.bytes);
}

Result<void> TileFolder::read_entries(std::uint64_t index, std::uint64_t width, Entries& entries) {
  CF_LET(File file,
         read(width, entry_bytes_max, [&](std::uint64_t of) { return entries_path(index, of); }));
  entries.path = std::move(file.path);
  entries.bytes = std::move(file.bytes);
  auto split = split_entries(entries.bytes, file.width);
  if (!split) return fail_at(entries.path, std::move(split).error());
  entries.entries = std::move(*split);
  entries.entries.resize(width);
  return {};
}

}  // namespace counterfoil
