#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil::intake {

/// A stretch of a file that slides forward, contiguous in memory. It holds what was extended and
/// not dropped yet, so its owner decides how much memory a file may take.
class Window {
 public:
  static Result<Window> open(const std::filesystem::path& path);

  /// What is held; valid until the next extend.
  std::string_view bytes() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Reads on behind it. False: the file has ended.
  Result<bool> extend();
  /// Forgets that many bytes at its front.
  void drop(std::size_t count) { begin_ += count; }

  /// The file's bytes up to the window's front, and all of them when it was opened.
  std::uint64_t offset() const { return read_ - (end_ - begin_); }
  std::uint64_t file_bytes() const { return file_bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Window() = default;

  std::unique_ptr<std::FILE, Close> file_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t file_bytes_ = 0;
};

}  // namespace counterfoil::intake
