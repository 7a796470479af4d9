#include "core/bytes.h"
#include "proof/checkpoint.h"
#include "storage/journal_impl.h"
#include "storage/journal_keys.h"

namespace counterfoil {

namespace keys = journal_keys;

Result<void> Journal::put_checkpoint(std::uint64_t size, std::string_view note) {
  if (size == 0 || size > this->size())
    return fail(ErrorCode::refused,
                "a checkpoint of {} records cannot be kept: the journal holds {}", size,
                this->size());
  CF_LET(const Note parsed, parse_note(note));
  CF_LET(const Checkpoint checkpoint, parse_checkpoint(parsed.text));
  if (checkpoint.size != size)
    return fail(ErrorCode::invalid, "the checkpoint is of {} records, not of {}", checkpoint.size,
                size);
  const std::lock_guard lock(impl_->checkpoints_mutex);
  CF_LET(const auto kept, this->checkpoint(size));
  if (kept && !kept->starts_with(parsed.text + "\n"))
    return fail(ErrorCode::refused,
                "the checkpoint of {} records says something else than the one that was signed "
                "before: a log signs one tree of a size. Run `counterfoil verify`",
                size);
  Rocks::Batch batch;
  batch.put(*impl_->checkpoints, keys::checkpoint(size), note);
  return impl_->rocks.write(batch, Rocks::Durability::synced);
}

Result<std::optional<std::string>> Journal::checkpoint(std::uint64_t size) const {
  return impl_->rocks.get(*impl_->checkpoints, keys::checkpoint(size));
}

Result<std::optional<std::string>> Journal::newest_checkpoint() const {
  auto cursor = impl_->rocks.walk(*impl_->checkpoints);
  cursor.seek_last(keys::checkpoint(std::numeric_limits<std::uint64_t>::max()));
  if (cursor.valid()) return std::string(cursor.value());
  CF_TRY(cursor.status());
  return std::nullopt;
}

Result<void> Journal::visit_checkpoints(
    const std::function<Result<void>(std::uint64_t size, std::string_view note)>& visit) const {
  auto cursor = impl_->rocks.walk(*impl_->checkpoints);
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    if (cursor.key().size() != sizeof(std::uint64_t))
      return fail(ErrorCode::corrupt,
                  "the journal has a checkpoint under a key of {} bytes, which is no size: it was "
                  "changed outside Counterfoil. Restore a backup",
                  cursor.key().size());
    CF_TRY(visit(get_big_endian<std::uint64_t>(cursor.key()), cursor.value()));
  }
  return cursor.status();
}

}  // namespace counterfoil
