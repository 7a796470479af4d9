#include "storage/rocks_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "core/files.h"

namespace counterfoil {
namespace {

constexpr off_t file_bytes_max = 4 << 20;
constexpr std::size_t line_bytes_max = 4'096;

class RocksLog final : public rocksdb::Logger {
 public:
  explicit RocksLog(std::string path) : path_(std::move(path)) {}

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, line_bytes_max> line;
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::size_t size = std::strftime(line.data(), line.size(), "%Y-%m-%dT%H:%M:%SZ ", &utc);
    const int wanted = std::vsnprintf(line.data() + size, line.size() - size, format, arguments);
    if (wanted < 0) return;
    size = std::min(size + static_cast<std::size_t>(wanted), line.size() - 1);
    if (line[size - 1] != '\n') line[size++] = '\n';
    write({line.data(), size});
  }

 private:
  void write(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (file_.get() < 0 || ::lseek(file_.get(), 0, SEEK_END) >= file_bytes_max) open();
    [[maybe_unused]] const ssize_t written = ::write(file_.get(), line.data(), line.size());
  }

  void open() {
    auto file = open_file(path_, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (file && ::lseek(file->get(), 0, SEEK_END) >= file_bytes_max) {
      ::rename(path_.c_str(), (path_ + ".old").c_str());
      file = open_file(path_, O_WRONLY | O_CREAT | O_APPEND, 0644);
    }
    if (file) file_ = std::move(*file);
  }

  const std::string path_;
  std::mutex mutex_;  // guards file_
  FileDescriptor file_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> open_rocks_log(const std::string& folder) {
  return std::make_shared<RocksLog>(folder + "/LOG");
}

}  // namespace counterfoil
