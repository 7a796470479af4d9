#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "proof/suite.h"

namespace counterfoil {

/// Draws that anybody can repeat from the seed, as in the `sampler.py` that Ronald Rivest published
/// for election audits: draw i, counted from 1, is SHA-256 over the text `SEED,i`, read as an
/// unsigned big-endian number.
class Draws {
 public:
  explicit Draws(std::string seed);
  /// The next draw modulo `bound`, which must be above 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::string seed_;
  std::uint64_t count_ = 0;
  Hasher hasher_;
};

/// What was drawn of a population, in its order.
struct Pick {
  std::size_t index = 0;
  std::uint32_t hits = 1;  // sampling units that fell on it
  bool is_certain = false;
};

/// Monetary unit sampling (ISA 530, appendix 4; probability proportional to size), by systematic
/// selection with a random start. The sizes, in the smallest unit of money, are laid end to end in
/// their order: units 0 to total - 1. The start s is the first draw modulo the total, and of
/// `count` sampling units the one with the number j, from 0, is floor((s + j × total) ÷ count): the
/// interval is total ÷ count, never rounded. What is not smaller than the interval is always hit,
/// and may be several times; what has no size, never.
///
/// Fails where the total is below `count`, or does not fit 63 bits.
Result<std::vector<Pick>> monetary_unit_sample(std::span<const std::uint64_t> sizes,
                                               std::uint32_t count, const std::string& seed);

/// Simple random sampling without replacement: the draws modulo the population, those that fell
/// before left out. Fails where the population is smaller than `count`.
Result<std::vector<Pick>> random_sample(std::size_t population, std::uint32_t count,
                                        const std::string& seed);

/// The sum of the sizes, or nothing where it does not fit 63 bits.
std::optional<std::uint64_t> total_of(std::span<const std::uint64_t> sizes);

}  // namespace counterfoil
