#include "loadgen/acks.h"

#include <cerrno>
#include <system_error>

namespace counterfoil::loadgen {

Result<std::unique_ptr<Acks>> Acks::open(const std::string& path) {
  std::FILE* file = nullptr;
  if (!path.empty() && (file = std::fopen(path.c_str(), "a")) == nullptr)
    return fail(ErrorCode::io, "cannot open {}: {}", path, std::generic_category().message(errno));
  return std::unique_ptr<Acks>(new Acks(file));
}

void Acks::write(const std::string& line) {
  if (file_) std::fwrite(line.data(), 1, line.size(), file_.get());
}

void Acks::recorded(std::string_view id, std::uint64_t first, std::uint32_t count) {
  const std::lock_guard lock(mutex_);
  ++counts_.recorded;
  counts_.events += count;
  write(fmt::format("recorded {} {} {}\n", id, first, count));
}

void Acks::again(std::string_view id, std::uint64_t first, std::uint32_t count) {
  const std::lock_guard lock(mutex_);
  ++counts_.again;
  write(fmt::format("again {} {} {}\n", id, first, count));
}

void Acks::failed(std::string_view id, std::string_view code) {
  const std::lock_guard lock(mutex_);
  ++counts_.failed;
  write(fmt::format("failed {} {}\n", id, code));
}

void Acks::lost(std::string_view id) {
  const std::lock_guard lock(mutex_);
  ++counts_.lost;
  write(fmt::format("lost {}\n", id));
}

Result<void> Acks::flush() {
  const std::lock_guard lock(mutex_);
  if (file_ && (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0))
    return fail(ErrorCode::io, "cannot write the acknowledgements: {}",
                std::generic_category().message(errno));
  return {};
}

Acks::Counts Acks::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace counterfoil::loadgen
