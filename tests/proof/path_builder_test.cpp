#include "proof/path_builder.h"

#include "memory_hashes.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

TEST_CASE("a path that is made while the leaves go by is the audit path") {
  Hasher hasher = Hasher::sha256();
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const auto leaves = numbered_leaves(size, hasher);
    MemoryHashes reader(leaves, hasher);
    for (std::uint64_t index = 0; index < size; ++index) {
      PathBuilder builder(index, size);
      for (const Hash& leaf : leaves) builder.add(leaf, hasher);
      CHECK(builder.path(hasher) == must(prove_inclusion(index, size, reader, hasher)));
    }
  }
}
