#include "storage/shown.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "core/bytes.h"

namespace counterfoil {
namespace {

constexpr std::size_t slot_bytes = 4096;
constexpr std::string_view magic = "counterfoil shown 1\n";

struct Slot {
  std::uint64_t generation;
  Epoch epoch;
  TreeEdge edge;
};

Hash checksum(std::string_view bytes) {
  auto sha256 = Hasher::of_suite(default_suite);
  COUNTERFOIL_ASSERT(sha256.has_value());
  return sha256->digest(bytes);
}

std::string encode(const Slot& slot) {
  std::string bytes(magic);
  put_big_endian(bytes, slot.generation);
  put_big_endian(bytes, slot.epoch.value);
  const std::string edge = slot.edge.encode();
  put_big_endian(bytes, static_cast<std::uint16_t>(edge.size()));
  bytes += edge;
  bytes += bytes_of(checksum(bytes));
  COUNTERFOIL_ASSERT(bytes.size() <= slot_bytes);
  bytes.resize(slot_bytes);
  return bytes;
}

/// Nothing where the slot was never written, was torn by a crash, or was damaged.
std::optional<Slot> decode(std::string_view bytes) {
  constexpr std::size_t head = magic.size() + 8 + 4 + 2;
  if (bytes.size() < head || !bytes.starts_with(magic)) return std::nullopt;
  const std::string_view numbers = bytes.substr(magic.size());
  const auto edge_size = get_big_endian<std::uint16_t>(numbers.substr(12));
  if (bytes.size() < head + edge_size + sizeof(Hash)) return std::nullopt;
  const Hash sum = checksum(bytes.substr(0, head + edge_size));
  if (bytes.substr(head + edge_size, sizeof(Hash)) != bytes_of(sum)) return std::nullopt;
  auto edge = TreeEdge::decode(bytes.substr(head, edge_size));
  if (!edge) return std::nullopt;
  return Slot{get_big_endian<std::uint64_t>(numbers),
              Epoch{get_big_endian<std::uint32_t>(numbers.substr(8))}, std::move(*edge)};
}

}  // namespace

Result<ShownFile> ShownFile::create(const std::string& path, Epoch epoch) {
  CF_TRY(create_private_file(path, std::string(2 * slot_bytes, '\0')));
  CF_LET(FileDescriptor file, open_file(path, O_RDWR));
  ShownFile shown(path, std::move(file));
  shown.epoch_ = epoch;
  CF_TRY(shown.write());
  return shown;
}

Result<ShownFile> ShownFile::open(const std::string& path) {
  CF_LET(const std::string bytes, read_file(path));
  const std::string_view all = bytes;
  std::optional<Slot> best;
  for (const std::size_t at : {std::size_t{0}, slot_bytes}) {
    auto slot = all.size() >= at + slot_bytes ? decode(all.substr(at, slot_bytes)) : std::nullopt;
    if (slot && (!best || slot->generation > best->generation)) best = std::move(slot);
  }
  if (!best)
    return fail(ErrorCode::corrupt,
                "{} is damaged: it holds the size that was last shown to anyone, without which the "
                "journal cannot be trusted to be whole. Restore a backup",
                path);
  CF_LET(FileDescriptor file, open_file(path, O_RDWR));
  ShownFile shown(path, std::move(file));
  shown.epoch_ = best->epoch;
  shown.generation_ = best->generation;
  shown.edge_ = std::move(best->edge);
  return shown;
}

Result<void> ShownFile::advance(const TreeEdge& edge) {
  COUNTERFOIL_ASSERT(edge.size() >= edge_.size());
  edge_ = edge;
  ++generation_;
  return write();
}

Result<void> ShownFile::write() {
  const std::string bytes = encode({generation_, epoch_, edge_});
  const auto at = static_cast<off_t>((generation_ % 2) * slot_bytes);
  if (::pwrite(file_.get(), bytes.data(), bytes.size(), at) !=
          static_cast<ssize_t>(bytes.size()) ||
      ::fdatasync(file_.get()) != 0)
    return file_failure("write", path_);
  return {};
}

}  // namespace counterfoil
