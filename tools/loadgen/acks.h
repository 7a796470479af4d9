#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil::loadgen {

/// Where each command's fate is written as soon as it is known, one line each, fields set apart by
/// spaces. A line has reached the kernel before the connection that wrote it sends again, so the
/// file holds every promise that the ledger made.
///
///   recorded ID FIRST COUNT    durable now
///   again ID FIRST COUNT       recorded earlier; the same answer as then
///   failed ID CODE             answered, and not recorded
///   lost ID                    sent, and the connection ended before the answer
class Acks {
 public:
  /// Lines are added to the end of the file; an empty path keeps the count alone.
  static Result<std::unique_ptr<Acks>> open(const std::string& path);

  void recorded(std::string_view id, std::uint64_t first, std::uint32_t count);
  void again(std::string_view id, std::uint64_t first, std::uint32_t count);
  void failed(std::string_view id, std::string_view code);
  void lost(std::string_view id);
  /// Hands the lines to the kernel.
  Result<void> flush();

  struct Counts {
    std::uint64_t recorded = 0;
    std::uint64_t again = 0;
    std::uint64_t failed = 0;
    std::uint64_t lost = 0;
    std::uint64_t events = 0;  // of the commands recorded
  };
  Counts counts() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  explicit Acks(std::FILE* file) : file_(file) {}
  void write(const std::string& line);

  mutable std::mutex mutex_;  // guards all below
  std::unique_ptr<std::FILE, Close> file_;
  Counts counts_;
};

}  // namespace counterfoil::loadgen
