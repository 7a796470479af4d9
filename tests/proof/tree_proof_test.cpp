#include "proof/tree_proof.h"

#include <string>
#include <utility>

#include "memory_hashes.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

constexpr std::uint64_t sizes = 130;

Hasher any_suite() {
  const auto suite = GENERATE(default_suite, national_suite);
  CAPTURE(suite);
  return must(Hasher::of_suite(suite));
}

Hash flipped(Hash hash, std::size_t bit = 0) {
  hash[bit / 8] = static_cast<std::uint8_t>(hash[bit / 8] ^ 1U << bit % 8);
  return hash;
}

/// What may be done to a proof: each hash changed, left out and doubled, neighbours exchanged, one
/// added in front and behind.
std::vector<std::vector<Hash>> spoilt(const std::vector<Hash>& proof) {
  std::vector<std::vector<Hash>> all;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    all.push_back(proof);
    all.back()[i] = flipped(proof[i], (7 * i) % 256);
    all.push_back(proof);
    all.back().erase(all.back().begin() + at);
    all.push_back(proof);
    all.back().insert(all.back().begin() + at, proof[i]);
    if (i == 0) continue;
    all.push_back(proof);
    std::swap(all.back()[i - 1], all.back()[i]);
  }
  all.push_back(proof);
  all.back().push_back(Hash{});
  all.push_back(proof);
  all.back().insert(all.back().begin(), Hash{});
  return all;
}

}  // namespace

TEST_CASE("a split is the largest aligned subtrees, from left to right") {
  for (std::uint64_t begin = 0; begin <= sizes; ++begin) {
    for (std::uint64_t end = begin; end <= sizes; ++end) {
      std::vector<Subtree> expected;
      for (std::uint64_t at = begin; at < end;) {
        unsigned height = 0;
        while (at % (2ULL << height) == 0 && at + (2ULL << height) <= end) ++height;
        expected.push_back({height, at >> height});
        at += 1ULL << height;
      }
      REQUIRE(split(begin, end) == expected);
    }
  }
  CHECK(split(0, std::uint64_t{1} << 63) == std::vector<Subtree>{{63, 0}});
  CHECK(split(0, ~std::uint64_t{0}).size() == 64);
  CHECK(split(5, 5).empty());
  CHECK(split(6, 5).empty());
}

TEST_CASE("the root out of subtrees is that of RFC 6962 for every size up to 130") {
  Hasher hasher = any_suite();
  const auto leaves = numbered_leaves(sizes, hasher);
  MemoryHashes reader(leaves, hasher);
  for (std::uint64_t size = 0; size <= sizes; ++size)
    CHECK(must(tree_root(size, reader, hasher)) == naive_root(leaves, 0, size, hasher));
}

TEST_CASE("every inclusion proof of every tree up to 130 verifies, and no changed one does") {
  Hasher hasher = any_suite();
  const auto leaves = numbered_leaves(sizes, hasher);
  MemoryHashes reader(leaves, hasher);
  std::uint64_t wrongly_accepted = 0;
  for (std::uint64_t size = 1; size <= sizes; ++size) {
    const Hash root = naive_root(leaves, 0, size, hasher);
    for (std::uint64_t index = 0; index < size; ++index) {
      reader.reads = 0;
      const auto proof = must(prove_inclusion(index, size, reader, hasher));
      REQUIRE(reader.reads == 1);
      must(check_inclusion(index, size, leaves[index], proof, root, hasher));
      const auto accepts = [&](std::uint64_t at, std::uint64_t of, const Hash& leaf,
                               const std::vector<Hash>& path, const Hash& to) {
        if (check_inclusion(at, of, leaf, path, to, hasher).has_value()) ++wrongly_accepted;
      };
      for (const auto& path : spoilt(proof)) accepts(index, size, leaves[index], path, root);
      accepts(index, size, flipped(leaves[index]), proof, root);
      accepts(index, size, leaves[index], proof, flipped(root, 255));
      accepts(index + 1, size, leaves[index], proof, root);
      accepts(index - 1, size, leaves[index], proof, root);  // of 0: the last of all numbers
      accepts(size, size, leaves[index], proof, root);
      accepts(index, index, leaves[index], proof, root);
    }
  }
  CHECK(wrongly_accepted == 0);
}

TEST_CASE("every consistency proof up to 130 verifies, and no changed one does") {
  Hasher hasher = any_suite();
  const auto leaves = numbered_leaves(sizes, hasher);
  MemoryHashes reader(leaves, hasher);
  std::vector<Hash> roots;
  for (std::uint64_t size = 0; size <= sizes; ++size)
    roots.push_back(naive_root(leaves, 0, size, hasher));
  std::uint64_t wrongly_accepted = 0;
  for (std::uint64_t newer = 0; newer <= sizes; ++newer) {
    for (std::uint64_t older = 0; older <= newer; ++older) {
      reader.reads = 0;
      const auto proof = must(prove_consistency(older, newer, reader, hasher));
      REQUIRE(reader.reads <= 1);
      REQUIRE(proof.empty() == (older == 0 || older == newer));
      must(check_consistency(older, newer, roots[older], roots[newer], proof, hasher));
      const auto accepts = [&](std::uint64_t from, std::uint64_t to, const Hash& old_root,
                               const Hash& new_root, const std::vector<Hash>& path) {
        if (check_consistency(from, to, old_root, new_root, path, hasher).has_value())
          ++wrongly_accepted;
      };
      for (const auto& path : spoilt(proof))
        accepts(older, newer, roots[older], roots[newer], path);
      accepts(older, newer, flipped(roots[older]), roots[newer], proof);
      if (older != 0) accepts(older, newer, roots[older], flipped(roots[newer]), proof);
      if (older != newer) accepts(newer, older, roots[newer], roots[older], proof);
      if (older != newer) accepts(older, newer, roots[newer], roots[older], proof);
      if (older != 0) accepts(older - 1, newer, roots[older], roots[newer], proof);
      accepts(older + 1, newer, roots[older], roots[newer], proof);
    }
  }
  CHECK(wrongly_accepted == 0);
}

TEST_CASE("a proof in one tree is none in the trees of the sizes beside it") {
  // No hash tells the size: a root counts only together with the size that it is signed with.
  Hasher hasher = any_suite();
  const auto leaves = numbered_leaves(sizes + 1, hasher);
  MemoryHashes reader(leaves, hasher);
  unsigned wrongly_accepted = 0;
  for (std::uint64_t size = 2; size <= sizes; ++size) {
    for (const std::uint64_t other : {size - 1, size + 1}) {
      const Hash other_root = naive_root(leaves, 0, other, hasher);
      for (std::uint64_t at = 0; at < size; ++at) {
        const auto path = must(prove_inclusion(at, size, reader, hasher));
        if (check_inclusion(at, other, leaves[at], path, other_root, hasher).has_value())
          ++wrongly_accepted;
        if (at == 0) continue;
        const Hash old_root = must(tree_root(at, reader, hasher));
        const auto proof = must(prove_consistency(at, size, reader, hasher));
        if (check_consistency(at, other, old_root, other_root, proof, hasher).has_value())
          ++wrongly_accepted;
      }
    }
  }
  CHECK(wrongly_accepted == 0);
}

TEST_CASE("sizes and indexes that cannot be are refused with a sentence") {
  Hasher hasher = any_suite();
  const auto leaves = numbered_leaves(8, hasher);
  MemoryHashes reader(leaves, hasher);
  const Hash root = naive_root(leaves, 0, 8, hasher);
  CHECK(error_of(prove_inclusion(8, 8, reader, hasher)).message ==
        "there is no record 8 in a tree of 8 records");
  CHECK(error_of(prove_inclusion(0, 0, reader, hasher)).code == ErrorCode::invalid);
  CHECK(error_of(root_of_inclusion(8, 8, root, {}, hasher)).code == ErrorCode::invalid);
  CHECK(error_of(root_of_inclusion(0, 0, root, {}, hasher)).code == ErrorCode::invalid);
  CHECK(error_of(root_of_inclusion(3, 8, root, {}, hasher)).message ==
        "the proof has 0 hashes, but record 3 of 8 is proved by 3: it was cut or added to, or is "
        "that of another record or size");
  CHECK(error_of(prove_consistency(8, 7, reader, hasher)).message ==
        "a tree of 7 records cannot begin with one of 8: give the smaller one first");
  CHECK(error_of(check_consistency(8, 7, root, root, {}, hasher)).code == ErrorCode::invalid);
  CHECK(error_of(check_consistency(8, 8, root, flipped(root), {}, hasher)).message ==
        "two roots are given for the tree of 8 records: the log showed two histories");
  CHECK(error_of(check_consistency(8, 8, root, root, {root}, hasher)).code == ErrorCode::invalid);
  CHECK(error_of(check_consistency(0, 8, hasher.empty_root(), root, {root}, hasher)).code ==
        ErrorCode::invalid);
  CHECK(error_of(check_consistency(0, 8, root, root, {}, hasher)).code == ErrorCode::corrupt);
  CHECK(error_of(check_consistency(0, 0, root, root, {}, hasher)).code == ErrorCode::corrupt);
}

TEST_CASE("no size overflows a check") {
  Hasher hasher = any_suite();
  const Hash hash = hasher.leaf("");
  const Hash other = hasher.leaf("other");
  constexpr std::uint64_t half = std::uint64_t{1} << 63;
  for (const std::uint64_t size : {half - 1, half, half + 1, ~std::uint64_t{0}}) {
    for (const std::uint64_t index : {std::uint64_t{0}, half - 2, half - 1, half, size - 1}) {
      for (std::size_t length = 0; length <= 66; ++length) {
        const std::vector<Hash> proof(length, hash);
        CHECK_FALSE(check_inclusion(index, size, hash, proof, hash, hasher).has_value());
        CHECK_FALSE(check_consistency(index, size, hash, other, proof, hasher).has_value());
      }
    }
  }
  // 2^63 copies of one leaf: every subtree of a height has the same root.
  std::vector<Hash> path;
  Hash root = hash;
  for (unsigned height = 0; height < 63; ++height) {
    path.push_back(root);
    root = hasher.node(root, root);
  }
  must(check_inclusion(half - 1, half, hash, path, root, hasher));
  must(check_inclusion(half / 3, half, hash, path, root, hasher));
  auto longer = path;
  longer.push_back(hash);  // the one leaf behind them
  must(check_inclusion(half / 3, half + 1, hash, longer, hasher.node(root, hash), hasher));
  must(check_inclusion(half, half + 1, hash, {root}, hasher.node(root, hash), hasher));
  must(check_consistency(half, half + 1, root, hasher.node(root, hash), {hash}, hasher));
  const std::vector<Hash> last{path.back()};
  must(check_consistency(half / 2, half, path.back(), root, last, hasher));
}
