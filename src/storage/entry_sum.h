#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// What the hashes of one comparison depend on: random, so that nobody can choose entries whose
/// sums agree.
class SumSecret {
 public:
  static Result<SumSecret> make();
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 192> bytes_{};
};

/// Compares two sets of entries without sorting or keeping them: the sum, modulo 2^128, of a keyed
/// 128-bit hash of each. Sums under one secret agree where the sets do, and else with a chance of
/// about 2^-64.
class EntrySum {
 public:
  /// The secret outlives it.
  explicit EntrySum(const SumSecret& secret) : secret_(&secret) {}
  void add(std::string_view entry);
  void add(const EntrySum& other);
  friend bool operator==(const EntrySum& a, const EntrySum& b) {
    return a.high_ == b.high_ && a.low_ == b.low_;
  }

 private:
  void add(std::uint64_t high, std::uint64_t low);
  const SumSecret* secret_;
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace counterfoil
