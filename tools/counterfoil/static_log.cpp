#include "counterfoil/static_log.h"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>

namespace counterfoil {
namespace {

constexpr unsigned public_mode = 0644;

}  // namespace

Result<StaticLog> StaticLog::open(const std::string& folder, const std::vector<VerifierKey>& keys,
                                  std::string_view suite) {
  CF_LET(Hasher hasher, Hasher::of_suite(suite));
  CF_TRY(make_folders(folder));
  CF_LET(FileDescriptor lock, open_file(folder, O_RDONLY | O_DIRECTORY));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::busy, "another process publishes into {} now: let it finish", folder);
  StaticLog log(folder, std::move(lock), std::move(hasher));
  CF_TRY(log.resume(keys));
  return log;
}

Result<void> StaticLog::resume(const std::vector<VerifierKey>& keys) {
  const std::string path = folder_ + "/checkpoint";
  CF_LET(const bool published, file_exists(path));
  if (!published) return {};
  CF_LET(const std::string note, read_file(path));
  auto opened = open_checkpoint(note, keys);
  if (!opened)
    return fail(ErrorCode::refused,
                "{} is not a checkpoint of this ledger ({}): publish into another folder", path,
                opened.error().message);
  checkpoint_ = std::move(*opened);
  const Checkpoint& before = checkpoint_->checkpoint;
  const auto damaged = [&](std::string_view why) {
    return fail(ErrorCode::corrupt,
                "what was published in {} is damaged ({}): publish into an empty folder, and put "
                "that in its place",
                folder_, why);
  };
  CF_LET(tree_,
         GrowingTree::resume(before.size, hasher_, [&](const TileId& id) -> Result<std::string> {
           CF_LET(auto bytes, read_file(folder_ + "/" + tile_path(id)));
           if (bytes.size() == id.width * sizeof(Hash)) return bytes;
           return damaged(tile_path(id) + " is cut short");
         }));
  if (tree_.edge().root(hasher_) != before.root)
    return damaged("its tiles do not give the root of its checkpoint");
  const std::uint64_t width = before.size % tile_width;
  if (width == 0) return {};
  const std::string bundle = entries_path(before.size / tile_width, width);
  CF_LET(entries_, read_file(folder_ + "/" + bundle));
  CF_LET(const auto entries, split_entries(entries_, width));
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (hasher_.leaf(entries[i]) != hash_at(tree_.tail(0), i))
      return damaged(fmt::format("entry {} of {} is not what its tile says", i, bundle));
  return {};
}

Result<void> StaticLog::write(const std::string& path, std::string_view bytes) {
  const std::string whole = folder_ + "/" + path;
  CF_TRY(make_folders(parent_folder(whole)));
  return replace_file(whole, bytes, public_mode);
}

void StaticLog::put(const TileId& id, std::string_view bytes) {
  auto written = write(tile_path(id), bytes);
  if (!written && !failure_) failure_ = std::move(written).error();
  if (id.is_full()) full_.push_back(tile_path(id));
}

Result<void> StaticLog::append(std::string_view record) {
  append_entry(entries_, record);
  tree_.append(hasher_.leaf(record), hasher_, *this);
  if (size() % tile_width == 0) {
    const std::string bundle = entries_path(size() / tile_width - 1, tile_width);
    CF_TRY(write(bundle, entries_));
    full_.push_back(bundle);
    entries_.clear();
  }
  if (failure_) return tl::make_unexpected(*failure_);
  return {};
}

Result<void> StaticLog::publish(const SignedCheckpoint& checkpoint) {
  const Checkpoint& now = checkpoint.checkpoint;
  if (now.size != size() || now.root != tree_.edge().root(hasher_))
    return fail(ErrorCode::corrupt,
                "the records do not give the root of the checkpoint of {} records: nothing was "
                "published. Run `counterfoil verify`",
                now.size);
  tree_.flush(*this);
  if (const std::uint64_t width = size() % tile_width; width != 0) {
    put({0, size() / tile_width, width}, tree_.tail(0));
    CF_TRY(write(entries_path(size() / tile_width, width), entries_));
  }
  if (failure_) return tl::make_unexpected(*failure_);
  CF_TRY(write("checkpoint", format_note(checkpoint.note)));
  checkpoint_ = checkpoint;
  remove_filled();
  return {};
}

void StaticLog::remove_filled() {
  std::error_code ignored;  // a partial tile more is of no harm
  for (const std::string& path : full_)
    std::filesystem::remove_all(folder_ + "/" + path + ".p", ignored);
  full_.clear();
}

}  // namespace counterfoil
