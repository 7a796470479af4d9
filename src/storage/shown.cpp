#include "storage/shown.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "core/bytes.h"

namespace counterfoil {
namespace {

constexpr std::string_view magic = "counterfoil shown 1\n";

using Slot = ShownFile::Slot;

Hash checksum(std::string_view bytes) {
  return Hasher::sha256().digest(bytes);
}

off_t place_of(std::uint64_t generation) {
  return static_cast<off_t>(generation % 2 * ShownFile::slot_bytes);
}

/// Nothing where the slot was never written, was torn by a crash, was damaged, or stands in the
/// other one's place.
std::optional<Slot> decode(std::string_view bytes, std::size_t place) {
  constexpr std::size_t head = magic.size() + 8 + 4 + 2;
  if (bytes.size() < head || !bytes.starts_with(magic)) return std::nullopt;
  const std::string_view numbers = bytes.substr(magic.size());
  const auto edge_size = get_big_endian<std::uint16_t>(numbers.substr(12));
  const std::size_t summed = head + edge_size + sizeof(Hash);
  if (bytes.size() < summed + sizeof(Hash)) return std::nullopt;
  const Hash sum = checksum(bytes.substr(0, summed));
  if (bytes.substr(summed, sizeof(Hash)) != bytes_of(sum)) return std::nullopt;
  auto edge = TreeEdge::decode(bytes.substr(head, edge_size));
  if (!edge) return std::nullopt;
  Slot slot{get_big_endian<std::uint64_t>(numbers),
            Epoch{get_big_endian<std::uint32_t>(numbers.substr(8))},
            std::move(*edge),
            {}};
  const auto leaf = bytes.substr(head + edge_size, sizeof(Hash));
  std::copy(leaf.begin(), leaf.end(), slot.newest_leaf.begin());
  if (slot.generation % 2 != place) return std::nullopt;
  return slot;
}

}  // namespace

std::string ShownFile::encode(const Slot& slot) {
  std::string bytes(magic);
  put_big_endian(bytes, slot.generation);
  put_big_endian(bytes, slot.epoch.value);
  const std::string edge = slot.edge.encode();
  put_big_endian(bytes, static_cast<std::uint16_t>(edge.size()));
  bytes += edge;
  bytes += bytes_of(slot.newest_leaf);
  bytes += bytes_of(checksum(bytes));
  COUNTERFOIL_ASSERT(bytes.size() <= slot_bytes);
  bytes.resize(slot_bytes);
  return bytes;
}

Result<ShownFile> ShownFile::create(const std::string& path, Epoch epoch) {
  CF_TRY(create_private_file(path, std::string(2 * slot_bytes, '\0')));
  CF_LET(FileDescriptor file, open_file(path, O_RDWR));
  ShownFile shown(path, std::move(file));
  CF_TRY(shown.write({.generation = 0, .epoch = epoch, .edge = {}, .newest_leaf = {}}));
  return shown;
}

Result<ShownFile> ShownFile::open(const std::string& path) {
  const auto bytes = read_file(path);
  if (!bytes && bytes.error().code == ErrorCode::not_found)
    return fail(ErrorCode::corrupt,
                "{} is missing: without it the journal cannot be trusted to be whole. Put it back, "
                "or restore a backup",
                path);
  if (!bytes) return tl::make_unexpected(bytes.error());
  const std::string_view all = *bytes;
  std::optional<Slot> best;
  for (std::size_t place = 0; place < 2; ++place) {
    const std::size_t at = place * slot_bytes;
    auto slot =
        all.size() >= at + slot_bytes ? decode(all.substr(at, slot_bytes), place) : std::nullopt;
    if (slot && (!best || slot->generation > best->generation)) best = std::move(slot);
  }
  if (!best)
    return fail(ErrorCode::corrupt,
                "{} is damaged: it holds the size that was last shown to anyone, without which the "
                "journal cannot be trusted to be whole. Restore a backup",
                path);
  CF_LET(FileDescriptor file, open_file(path, O_RDWR));
  ShownFile shown(path, std::move(file));
  shown.slot_ = std::move(*best);
  return shown;
}

Result<void> ShownFile::advance(const TreeEdge& edge, const Hash& newest_leaf) {
  COUNTERFOIL_ASSERT(edge.size() >= slot_.edge.size());
  return write({slot_.generation + 1, slot_.epoch, edge, newest_leaf});
}

Result<void> ShownFile::begin_epoch(Epoch epoch) {
  COUNTERFOIL_ASSERT(epoch > slot_.epoch);
  return write({slot_.generation + 1, epoch, slot_.edge, slot_.newest_leaf});
}

Result<void> ShownFile::write(Slot slot) {
  CF_TRY(write_at(file_, path_, encode(slot), place_of(slot.generation)));
  if (::fdatasync(file_.get()) != 0) return file_failure("sync", path_);
  slot_ = std::move(slot);
  return {};
}

}  // namespace counterfoil
