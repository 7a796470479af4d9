#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace counterfoil {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int FileDescriptor::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

namespace {

/// What helps against the failures that are the machine's; the others explain themselves.
std::string_view advice_for(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return ": run it as the owner of that file or folder";
    case EROFS:
      return ": mount it for writing";
    case ENOSPC:
    case EDQUOT:
      return ": make room there, then try again";
    case EFBIG:
      return ": raise the limit on the size of files (ulimit -f), then try again";
    case EMFILE:
    case ENFILE:
      return ": raise the limit on open files (ulimit -n), then try again";
    case EIO:
      return ": look after the disk, it fails";
    default:
      return "";
  }
}

Result<std::string> read_all(const FileDescriptor& file, const std::string& path,
                             std::size_t bytes_max = std::numeric_limits<std::size_t>::max()) {
  std::string contents;
  std::array<char, 65'536> buffer;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_failure("read", path);
    if (got == 0) return contents;
    contents.append(buffer.data(), static_cast<std::size_t>(got));
    if (contents.size() > bytes_max)
      return fail(ErrorCode::limit, "{} is too long: at most {} bytes can be right", path,
                  bytes_max);
  }
}

}  // namespace

tl::unexpected<Error> file_failure(std::string_view what, const std::string& path,
                                   int error_number) {
  const auto code = error_number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return fail(code, "cannot {} {}: {}{}", what, path, std::generic_category().message(error_number),
              advice_for(error_number));
}

Result<bool> file_exists(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return file_failure("look at", path);
}

Result<FileDescriptor> open_file(const std::string& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return file_failure("open", path);
  return FileDescriptor(fd);
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  CF_LET(const FileDescriptor file, open_file(path, O_RDONLY));
  return read_all(file, path, bytes_max);
}

Result<void> write_at(const FileDescriptor& file, const std::string& path, std::string_view bytes,
                      std::int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file.get(), bytes.data(), bytes.size(), offset);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file_failure("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += put;
  }
  return {};
}

Result<void> create_private_file(const std::string& path, std::string_view contents) {
  CF_LET(const FileDescriptor file, open_file(path, O_WRONLY | O_CREAT | O_EXCL));
  auto written = write_at(file, path, contents, 0);
  if (written && ::fsync(file.get()) != 0) written = file_failure("sync", path);
  if (written) written = sync_folder(parent_folder(path));
  if (!written) ::unlink(path.c_str());
  return written;
}

Result<void> replace_with(const std::string& path, const std::string& beside) {
  CF_LET(const FileDescriptor file, open_file(beside, O_RDONLY));
  if (::fsync(file.get()) != 0) return file_failure("sync", beside);
  if (::rename(beside.c_str(), path.c_str()) != 0) return file_failure("replace", path);
  return sync_folder(parent_folder(path));
}

Result<void> replace_file(const std::string& path, std::string_view contents, unsigned mode) {
  const std::string beside = path + ".new";
  CF_LET(const FileDescriptor file, open_file(beside, O_WRONLY | O_CREAT | O_TRUNC, mode));
  auto written = write_at(file, beside, contents, 0);
  if (written) written = replace_with(path, beside);
  if (!written) ::unlink(beside.c_str());
  return written;
}

Result<std::string> read_private_file(const std::string& path) {
  CF_LET(const FileDescriptor file, open_file(path, O_RDONLY));
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return file_failure("look at", path);
  if ((about.st_mode & 077) != 0)
    return fail(ErrorCode::denied,
                "{} is a secret, and its mode {:04o} opens it to others: run `chmod 600 {}`, and "
                "replace it if somebody may have read it",
                path, about.st_mode & 07777, path);
  return read_all(file, path);
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return file_failure("remove", path);
  }
  return sync_folder(parent_folder(path));
}

Result<void> make_folders(const std::string& path) {
  CF_LET(const bool is_there, file_exists(path));
  if (is_there) return {};
  const std::string parent = parent_folder(path);
  CF_TRY(make_folders(parent));
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
    return file_failure("make the folder", path);
  return sync_folder(parent);
}

Result<void> sync_folder(const std::string& path) {
  CF_LET(const FileDescriptor folder, open_file(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(folder.get()) != 0) return file_failure("sync", path);
  return {};
}

std::string parent_folder(const std::string& path) {
  auto whole = std::filesystem::absolute(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // "/a/b/" is "/a/b"
  return whole.parent_path().string();
}

}  // namespace counterfoil
