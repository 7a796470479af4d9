#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "core/histogram.h"

namespace counterfoil {

/// What the writer counts of its own work since the ledger was opened. Any thread reads.
struct WriterMeters {
  std::atomic<std::uint64_t> records{0};   // appended
  std::atomic<std::uint64_t> accepted{0};  // commands, without those sent again
  std::atomic<std::uint64_t> again{0};
  /// From the queue to the answer, of a request.
  Histogram append_s{{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}};
  /// Records that one synced write held.
  Histogram group_records{{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024, 4'096}};
  /// One synced write, with the file of what was shown.
  Histogram sync_s{{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5}};

  /// Commands that were not recorded, by the rule that forbade them, or the name of the code.
  void count_failed(const std::string& why) {
    const std::lock_guard lock(mutex_);
    ++failed_[why];
  }
  std::map<std::string, std::uint64_t> failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  mutable std::mutex mutex_;  // guards failed_
  std::map<std::string, std::uint64_t> failed_;
};

}  // namespace counterfoil
