// What a ledger of a thousand records proves, and that every change of it is found.

#include "proof/checkpoint.h"
#include "proof/memory_hashes.h"
#include "proof/tile.h"
#include "storage/journal_tree.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

using namespace counterfoil;

namespace {

constexpr std::uint64_t size = 1'000;

/// Tiles as the journal has them, in memory, so that one can be changed.
class Tiles final : public TileSource {
 public:
  explicit Tiles(JournalTree& tree) {
    for (const TileId& id : new_tiles(0, size)) tiles[id] = must(tree.read_tile(id));
  }
  Result<std::string> read_tile(const TileId& id) override { return tiles.at(id); }
  std::map<TileId, std::string> tiles;
};

/// A real ledger, read once for every test here.
struct Thousand {
  explicit Thousand(std::string_view suite) : hasher(must(Hasher::of_suite(suite))) {
    kit::create_ledger_in(temp / "ledger", "observe", suite);
    const LedgerFolder folder = must(LedgerFolder::open(temp / "ledger"));
    Journal journal = must(Journal::open(folder));
    Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
    for (const PreparedCommand& command : kit::story(4, 30, 1'200)) {
      if (journal.size() == size) break;
      (void)kit::record(sequencer, command);
    }
    REQUIRE(journal.size() == size);
    std::string bytes;
    for (Sequence next{0}; next.value < size; next = next.next()) {
      must(journal.read(next, bytes));
      records.push_back(bytes);
      leaves.push_back(hasher.leaf(bytes));
    }
    JournalTree tree = journal.tree();
    root = tree.root();
    tiles = std::make_unique<Tiles>(tree);
    TileHashReader reader(*tiles, size, hasher);
    for (std::uint64_t i = 0; i < size; ++i)
      proofs.push_back(must(prove_inclusion(i, size, reader, hasher)));
  }

  /// What the tile's hashes amount to: a full one's root, or that of the tree.
  Hash root_of(const TileId& id) {
    TileHashReader reader(*tiles, size, hasher);
    if (!id.is_full()) return must(tree_root(size, reader, hasher));
    // Of its halves, because the root itself is read from the tile above.
    const unsigned half = tile_height * (id.level + 1) - 1;
    const auto halves = must(reader.read({{half, id.index * 2}, {half, id.index * 2 + 1}}));
    return hasher.node(halves[0], halves[1]);
  }

  TempFolder temp;
  Hasher hasher;
  std::vector<std::string> records;
  std::vector<Hash> leaves;
  std::vector<std::vector<Hash>> proofs;  // of each record at the whole size
  Hash root{};
  std::unique_ptr<Tiles> tiles;
};

Hash root_of(const std::vector<Hash>& leaves, Hasher& hasher) {
  TreeEdge edge;
  for (const Hash& leaf : leaves) edge.append(leaf, hasher);
  return edge.root(hasher);
}

}  // namespace

TEST_CASE("every record of a thousand is proved at every later size") {
  const auto suite = GENERATE(default_suite, national_suite);
  Thousand ledger(suite);
  MemoryHashes reader(ledger.leaves, ledger.hasher);
  const SigningKey key = kit::signing_key(suite);
  std::uint64_t checked = 0;
  for (std::uint64_t of = 1; of <= size; ++of) {
    const Checkpoint now{std::string(kit::origin), of, must(tree_root(of, reader, ledger.hasher))};
    const auto opened = must(open_checkpoint(must(sign_checkpoint(now, {&key})), {key.verifier()}));
    for (std::uint64_t i = 0; i < of; ++i, ++checked)
      must(check_inclusion(i, of, ledger.leaves[i],
                           must(prove_inclusion(i, of, reader, ledger.hasher)),
                           opened.checkpoint.root, ledger.hasher));
  }
  CHECK(checked == size * (size + 1) / 2);
}

TEST_CASE("every changed byte of every record is found") {
  const auto suite = GENERATE(default_suite, national_suite);
  Thousand ledger(suite);
  std::uint64_t changed = 0;
  std::uint64_t missed = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    must(check_inclusion(i, size, ledger.leaves[i], ledger.proofs[i], ledger.root, ledger.hasher));
    for (char& byte : ledger.records[i]) {
      byte = static_cast<char>(byte ^ (1 << changed % 8));
      if (check_inclusion(i, size, ledger.hasher.leaf(ledger.records[i]), ledger.proofs[i],
                          ledger.root, ledger.hasher))
        ++missed;
      byte = static_cast<char>(byte ^ (1 << changed % 8));
      ++changed;
    }
  }
  CHECK(changed > 100 * size);
  CHECK(missed == 0);
}

TEST_CASE("every changed byte of every tile is found") {
  const auto suite = GENERATE(default_suite, national_suite);
  Thousand ledger(suite);
  std::uint64_t changed = 0;
  std::uint64_t missed = 0;
  for (auto& [id, hashes] : ledger.tiles->tiles) {
    const Hash right = ledger.root_of(id);
    for (char& byte : hashes) {
      byte = static_cast<char>(byte ^ (1 << changed % 8));
      if (ledger.root_of(id) == right) ++missed;
      byte = static_cast<char>(byte ^ (1 << changed % 8));
      ++changed;
    }
    CHECK(ledger.root_of(id) == right);
  }
  CHECK(changed == (size + size / tile_width) * sizeof(Hash));
  CHECK(missed == 0);
}

TEST_CASE("a record that is removed, duplicated or swapped gives another root, wherever it was") {
  Thousand ledger(default_suite);
  std::uint64_t missed = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    std::vector<Hash> leaves = ledger.leaves;
    leaves.erase(leaves.begin() + at);
    missed += root_of(leaves, ledger.hasher) == ledger.root;
    leaves = ledger.leaves;
    leaves.insert(leaves.begin() + at, ledger.leaves[i]);
    missed += root_of(leaves, ledger.hasher) == ledger.root;
    leaves.pop_back();  // of the same size: those behind are moved
    missed += i + 1 != size && root_of(leaves, ledger.hasher) == ledger.root;
    leaves = ledger.leaves;
    std::swap(leaves[i], leaves[(i + 1) % size]);
    missed += root_of(leaves, ledger.hasher) == ledger.root;
  }
  CHECK(missed == 0);
}

TEST_CASE("a journal that was cut at any size does not extend a later checkpoint") {
  Thousand ledger(default_suite);
  MemoryHashes reader(ledger.leaves, ledger.hasher);
  for (std::uint64_t cut = 0; cut < size; ++cut) {
    const Hash root = must(tree_root(cut, reader, ledger.hasher));
    CHECK(root != ledger.root);
    CHECK_FALSE(prove_consistency(size, cut, reader, ledger.hasher));
    CHECK_FALSE(check_consistency(size, cut, ledger.root, root, {}, ledger.hasher));
  }
}

TEST_CASE("every changed byte of the ledger's checkpoint is found") {
  const auto suite = GENERATE(default_suite, national_suite);
  Thousand ledger(suite);
  const SigningKey key = kit::signing_key(suite);
  std::string note = must(sign_checkpoint({std::string(kit::origin), size, ledger.root}, {&key}));
  must(open_checkpoint(note, {key.verifier()}));
  for (std::size_t i = 0; i < note.size(); ++i) {
    note[i] = static_cast<char>(note[i] ^ (1 << i % 8));
    CHECK_FALSE(open_checkpoint(note, {key.verifier()}));
    note[i] = static_cast<char>(note[i] ^ (1 << i % 8));
  }
}
