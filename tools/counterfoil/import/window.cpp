#include "counterfoil/import/window.h"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace counterfoil::intake {
namespace {

constexpr std::size_t chunk_bytes = 64u << 10;

}  // namespace

Result<Window> Window::open(const std::filesystem::path& path) {
  Window window;
  window.name_ = path.string();
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return fail(ErrorCode::io, "{} is a folder; name the files in it", window.name_);
  window.file_.reset(std::fopen(path.c_str(), "rb"));
  if (!window.file_)
    return fail(ErrorCode::io, "{} cannot be opened: {}", window.name_, std::strerror(errno));
  std::setvbuf(window.file_.get(), nullptr, _IONBF, 0);
  const auto size = std::filesystem::file_size(path, error);
  window.file_bytes_ = error ? 0 : size;
  return window;
}

Result<bool> Window::extend() {
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + chunk_bytes) buffer_.resize(end_ + chunk_bytes);
  const std::size_t count = std::fread(buffer_.data() + end_, 1, chunk_bytes, file_.get());
  if (count == 0 && std::ferror(file_.get()) != 0)
    return fail(ErrorCode::io, "{} cannot be read on: {}", name_, std::strerror(errno));
  end_ += count;
  read_ += count;
  return count != 0;
}

}  // namespace counterfoil::intake
