#include "storage/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
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

tl::unexpected<Error> file_failure(std::string_view what, const std::string& path) {
  const auto code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return fail(code, "cannot {} {}: {}", what, path, std::generic_category().message(errno));
}

Result<FileDescriptor> open_file(const std::string& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return file_failure("open", path);
  return FileDescriptor(fd);
}

Result<std::string> read_file(const std::string& path) {
  CF_LET(const FileDescriptor file, open_file(path, O_RDONLY));
  std::string contents;
  std::array<char, 65'536> buffer;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_failure("read", path);
    if (got == 0) return contents;
    contents.append(buffer.data(), static_cast<std::size_t>(got));
  }
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
  CF_TRY(write_at(file, path, contents, 0));
  if (::fsync(file.get()) != 0) return file_failure("sync", path);
  return sync_folder(parent_folder(path));
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
