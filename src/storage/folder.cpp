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
  if (error) return fail(ErrorCode::io, "cannot read the folder {}: {}", path, error.message());
  return true;
}

}  // namespace

Result<LedgerFolder> LedgerFolder::create(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(ErrorCode::io, "cannot make the folder {}: {}", path, error.message());
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  CF_LET(const bool empty, is_empty(path));
  if (!empty)
    return fail(
        ErrorCode::refused,
        "{} is not an empty folder: a ledger is created in a new one, and one that is there "
        "is never written over",
        path);
  CF_LET(FileDescriptor held, lock(path, O_CREAT));
  CF_TRY(sync_folder(parent_folder(path)));
  return LedgerFolder(path, std::move(held));
}

Result<LedgerFolder> LedgerFolder::open(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path + "/journal", error))
    return fail(ErrorCode::not_found,
                "there is no ledger in {}: create one with `counterfoil --ledger {} init`", path,
                path);
  CF_LET(FileDescriptor held, lock(path, O_CREAT));
  return LedgerFolder(path, std::move(held));
}

}  // namespace counterfoil
