#include "counterfoil/sampling.h"

#include <algorithm>
#include <map>

#include "support/catch.h"

using namespace counterfoil;

namespace {

std::vector<std::size_t> places(const std::vector<Pick>& picks) {
  std::vector<std::size_t> places;
  for (const Pick& pick : picks) places.push_back(pick.index);
  return places;
}

std::vector<Pick> must_draw(std::vector<std::uint64_t> sizes, std::uint32_t count,
                            const std::string& seed) {
  const auto picks = monetary_unit_sample(sizes, count, seed);
  REQUIRE(picks.has_value());
  return *picks;
}

}  // namespace

TEST_CASE("draw i is SHA-256 of SEED,i, a big-endian number") {
  // From Python: int(hashlib.sha256(b"12345678901234567890,1").hexdigest(), 16) % 1000003, …
  Draws draws("12345678901234567890");
  CHECK(draws.below(1'000'003) == 251'763);
  CHECK(draws.below(1'000'003) == 88'734);
  CHECK(draws.below(UINT64_MAX) == 2'015'681'668'940'009'623u);
}

TEST_CASE("monetary unit sampling lays amounts end to end and picks at the exact interval") {
  // Ten units of money, three sampling units: 10 ÷ 3 is not rounded. The start is draw 1 mod 10.
  const std::vector<std::uint64_t> ones(10, 1);
  for (const char* seed : {"a", "b", "c", "d"}) {
    const std::uint64_t start = Draws(seed).below(10);
    std::vector<std::size_t> expected;
    for (std::uint64_t j = 0; j < 3; ++j) expected.push_back((start + j * 10) / 3);
    CHECK(places(must_draw(ones, 3, seed)) == expected);
  }
}

TEST_CASE("what is not smaller than the interval is certain, and says how often it was hit") {
  for (int seed = 0; seed < 200; ++seed) {
    const auto picks = must_draw({5, 0, 40, 10, 45}, 10, std::to_string(seed));
    std::map<std::size_t, Pick> by_place;
    std::uint32_t hits = 0;
    for (const Pick& pick : picks) {
      by_place[pick.index] = pick;
      hits += pick.hits;
    }
    CHECK(hits == 10);
    CHECK_FALSE(by_place.contains(1));  // has no amount
    CHECK(by_place.at(2).hits == 4);
    CHECK(by_place.at(2).is_certain);
    CHECK(by_place.at(3).hits == 1);  // exactly the interval
    CHECK(by_place.at(3).is_certain);
    CHECK(by_place.at(4).hits >= 4);
    if (by_place.contains(0)) CHECK_FALSE(by_place.at(0).is_certain);
  }
}

TEST_CASE("amounts are picked in proportion to their size") {
  std::map<std::size_t, int> picked;
  for (int seed = 0; seed < 3'000; ++seed)
    for (const Pick& pick : must_draw({10, 20, 30, 40}, 1, std::to_string(seed)))
      ++picked[pick.index];
  CHECK(picked[0] + picked[1] + picked[2] + picked[3] == 3'000);
  for (std::size_t i = 0; i < 4; ++i) {
    const int expected = 300 * static_cast<int>(i + 1);
    CHECK(std::abs(picked[i] - expected) < 100);
  }
}

TEST_CASE("sums near the end of 64 bits do not wrap") {
  const auto picks = must_draw({INT64_MAX - 10, 10}, 1'000, "x");
  CHECK(picks.front().hits >= 999);
  CHECK_FALSE(monetary_unit_sample(std::vector<std::uint64_t>{INT64_MAX, 1}, 1, "x").has_value());
}

TEST_CASE("random sampling gives each place at most once, in order, and the same again") {
  const auto drawn = random_sample(50, 20, "seed");
  REQUIRE(drawn.has_value());
  const auto found = places(*drawn);
  CHECK(found.size() == 20);
  CHECK(std::is_sorted(found.begin(), found.end()));
  CHECK(std::adjacent_find(found.begin(), found.end()) == found.end());
  CHECK(places(*random_sample(50, 20, "seed")) == found);
  CHECK(places(*random_sample(50, 20, "seed 2")) != found);
  CHECK(places(*random_sample(3, 3, "seed")) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("a sample that is larger than what there is to draw from is refused") {
  CHECK_FALSE(random_sample(3, 4, "s").has_value());
  CHECK_FALSE(monetary_unit_sample(std::vector<std::uint64_t>{1, 1}, 3, "s").has_value());
  CHECK_FALSE(monetary_unit_sample(std::vector<std::uint64_t>{0, 0}, 1, "s").has_value());
}
