#pragma once

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// An open file descriptor, closed at the end of its life.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return fd_; }
  int release();

 private:
  int fd_;
};

/// The errno of a failed call as a sentence: what could not be done to which file, why, and what
/// helps.
tl::unexpected<Error> file_failure(std::string_view what, const std::string& path,
                                   int error_number = errno);

/// Whether there is something at the path; an error where that cannot be told.
Result<bool> file_exists(const std::string& path);

Result<FileDescriptor> open_file(const std::string& path, int flags, unsigned mode = 0600);
/// All of it; `limit` where it is longer than that, of which no more is read.
Result<std::string> read_file(const std::string& path,
                              std::size_t bytes_max = std::numeric_limits<std::size_t>::max());
/// Writes all the bytes at that place of the file.
Result<void> write_at(const FileDescriptor& file, const std::string& path, std::string_view bytes,
                      std::int64_t offset);
/// Creates a file that must not exist yet, with these contents, readable by its owner alone. The
/// file and its name are synced when it returns; after a failure it is not there.
Result<void> create_private_file(const std::string& path, std::string_view contents);
/// Puts a file in the place of whatever has that name, so that a reader, and a crash, finds the old
/// one or the new one, whole. Durable when it returns.
Result<void> replace_file(const std::string& path, std::string_view contents, unsigned mode = 0600);
/// Gives a file that is written whole the name of whatever has it; durable when it returns.
Result<void> replace_with(const std::string& path, const std::string& beside);
/// Reads a private file; one that others than its owner may read or write is refused.
Result<std::string> read_private_file(const std::string& path);
/// Removes a file, durably; one that is not there is removed already.
Result<void> remove_file(const std::string& path);
/// Makes the folder and those that it stands in where they are missing, durably.
Result<void> make_folders(const std::string& path);
/// Makes the names in a folder survive a crash.
Result<void> sync_folder(const std::string& path);
/// The folder that the path's last name stands in.
std::string parent_folder(const std::string& path);

}  // namespace counterfoil
