#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "core/files.h"
#include "support/must.h"

namespace counterfoil {

/// The open descriptor of the file whose path ends so.
inline int descriptor_of(const std::string& end) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (!error && target.ends_with(end)) return std::stoi(entry.path().filename().string());
  }
  throw std::runtime_error("no descriptor of " + end);
}

/// Makes writing to an open file fail, by putting another one under its descriptor.
inline void spoil(int descriptor, const std::string& other, int flags) {
  const FileDescriptor replacement = must(open_file(other, flags));
  if (::dup2(replacement.get(), descriptor) != descriptor)
    throw std::runtime_error("cannot replace a descriptor");
}

}  // namespace counterfoil
