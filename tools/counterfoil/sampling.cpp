#include "counterfoil/sampling.h"

#include <algorithm>
#include <set>

#include "core/money.h"

namespace counterfoil {

Draws::Draws(std::string seed) : seed_(std::move(seed)), hasher_(Hasher::sha256()) {}

std::uint64_t Draws::below(std::uint64_t bound) {
  COUNTERFOIL_ASSERT(bound > 0);
  ++count_;
  const Hash hash = hasher_.digest(fmt::format("{},{}", seed_, count_));
  Wide rest = 0;
  for (const std::uint8_t byte : hash) rest = (rest * 256 + byte) % bound;
  return static_cast<std::uint64_t>(rest);
}

std::optional<std::uint64_t> total_of(std::span<const std::uint64_t> sizes) {
  Wide total = 0;
  for (const std::uint64_t size : sizes) total += size;
  if (total > INT64_MAX) return std::nullopt;
  return static_cast<std::uint64_t>(total);
}

Result<std::vector<Pick>> monetary_unit_sample(std::span<const std::uint64_t> sizes,
                                               std::uint32_t count, const std::string& seed) {
  const auto total = total_of(sizes);
  if (!total) return fail(ErrorCode::limit, "the amounts' sum does not fit 64 bits");
  if (*total < count || count == 0)
    return fail(ErrorCode::refused,
                "a sample of {} cannot be drawn from {} units of money: take a smaller --size",
                count, *total);
  const std::uint64_t start = Draws(seed).below(*total);
  const auto unit = [&](std::uint32_t j) {
    return (Wide{start} + Wide{j} * static_cast<Wide>(*total)) / count;
  };
  std::vector<Pick> picks;
  std::uint32_t next = 0;
  Wide end = 0;
  for (std::size_t index = 0; index < sizes.size() && next < count; ++index) {
    end += sizes[index];
    Pick pick{index, 0, Wide{count} * static_cast<Wide>(sizes[index]) >= static_cast<Wide>(*total)};
    for (; next < count && unit(next) < end; ++next) ++pick.hits;
    if (pick.hits != 0) picks.push_back(pick);
  }
  COUNTERFOIL_ASSERT(next == count);
  return picks;
}

Result<std::vector<Pick>> random_sample(std::size_t population, std::uint32_t count,
                                        const std::string& seed) {
  if (population < count || count == 0)
    return fail(ErrorCode::refused, "there are {} to draw from: a sample of {} cannot be drawn",
                population, count);
  Draws draws(seed);
  std::set<std::uint64_t> drawn;
  while (drawn.size() < count) drawn.insert(draws.below(population));
  std::vector<Pick> picks;
  for (const std::uint64_t index : drawn) picks.push_back({index, 1, population == count});
  return picks;
}

}  // namespace counterfoil
