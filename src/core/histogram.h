#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace counterfoil {

/// How many of what was observed lie below each bound. Any thread may observe and read; a reading
/// may miss an observation that is made meanwhile.
class Histogram {
 public:
  /// The upper bounds, increasing; what lies above the last one is counted, too.
  explicit Histogram(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  void observe(double value) noexcept {
    std::size_t place = 0;
    while (place < bounds_.size() && value > bounds_[place]) ++place;
    counts_[place].fetch_add(1, std::memory_order_relaxed);
    double sum = sum_.load(std::memory_order_relaxed);
    while (!sum_.compare_exchange_weak(sum, sum + value, std::memory_order_relaxed)) {
    }
  }

  const std::vector<double>& bounds() const { return bounds_; }
  /// Between the bound before and this one; the last is what lies above all.
  std::uint64_t count(std::size_t place) const {
    return counts_[place].load(std::memory_order_relaxed);
  }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

}  // namespace counterfoil
