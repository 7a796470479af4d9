#include "storage/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace counterfoil {
namespace {

/// flock belongs to the open file, so it ends with the process, also when that is killed.
Result<FileDescriptor> lock(const std::string& folder, int extra_flags) {
  const std::string path = folder + "/lock";
  CF_LET(FileDescriptor file, open_file(path, O_RDWR | extra_flags));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_failure("lock", path);
    const auto holder = read_file(path);
    return fail(ErrorCode::busy,
                "the ledger in {} is in use by process {}: connect to it with --connect, or stop "
                "that process first",
                folder, holder && !holder->empty() ? *holder : "(unknown)");
  }
  const std::string holder = std::to_string(::getpid());
  if (::ftruncate(file.get(), 0) != 0 ||
      ::pwrite(file.get(), holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size()))
    return file_failure("write", path);
  return file;
}

/// Whether nothing is in the folder but perhaps the lock of a creation that went no further.
Result<bool> is_empty(const std::string& path) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error))
    if (at->path().filename() != "lock") return false;
  if (error && error != std::errc::no_such_file_or_directory)
    return file_failure("read", path, error.value());
  return true;
}

}  // namespace

Result<void> LedgerFolder::check_new(const std::string& path) {
  CF_LET(const bool empty, is_empty(path));
  if (empty) return {};
  return fail(ErrorCode::refused,
              "{} is not an empty folder: a ledger is created in a new one, and one that is there "
              "is never written over",
              path);
}

Result<LedgerFolder> LedgerFolder::create(const std::string& path) {
  CF_TRY(check_new(path));
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return file_failure("make the folder", path, error.value());
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (error) return file_failure("set the mode of", path, error.value());
  CF_LET(FileDescriptor held, lock(path, O_CREAT));
  CF_TRY(sync_folder(parent_folder(path)));
  return LedgerFolder(path, std::move(held));
}

Result<LedgerFolder> LedgerFolder::open(const std::string& path) {
  CF_LET(const bool has_journal, file_exists(path + "/journal"));
  CF_LET(const bool has_shown, file_exists(path + "/shown"));
  CF_LET(const bool has_key, file_exists(path + "/signing.key"));
  if (!has_journal && !has_shown && !has_key)
    return fail(ErrorCode::not_found,
                "there is no ledger in {}: create one with `counterfoil --ledger {} init`", path,
                path);
  CF_LET(FileDescriptor held, lock(path, O_CREAT));
  LedgerFolder folder(path, std::move(held));
  CF_LET(const bool is_cut_off, file_exists(folder.restoring()));
  if (is_cut_off)
    return fail(ErrorCode::corrupt,
                "the restore of the ledger in {} was cut off: remove the folder and the recovery "
                "key made for it, and restore it again",
                path);
  return folder;
}

tl::unexpected<Error> LedgerFolder::cut_off() const {
  return fail(ErrorCode::not_found,
              "the ledger in {} holds no record: its creation was cut off. Remove the folder and "
              "the recovery key made for it, and create it again",
              path_);
}

}  // namespace counterfoil
