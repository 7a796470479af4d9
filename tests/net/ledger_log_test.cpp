#include <limits>

#include "codec/canonical.h"
#include "codec/text.h"
#include "core/limits.h"
#include "ledger_rig.h"
#include "proof/checkpoint.h"
#include "proof/tree_proof.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Rig : ServedLedger {
  SignedCheckpoint checkpoint() {
    const auto response = client.log().checkpointRequest().send().wait(loop.scope());
    const auto keys = client.info().getVerifierKeys();
    return must(open_checkpoint(view(response.getNote()),
                                {must(VerifierKey::parse(view(keys[keys.size() - 1])))}));
  }
  std::vector<std::string> records(std::uint64_t from, std::uint32_t limit = 0) {
    auto request = client.log().recordsRequest();
    request.setFrom(from);
    request.setLimit(limit);
    const auto response = request.send().wait(loop.scope());
    std::vector<std::string> records;
    for (const auto record : response.getRecords()) records.emplace_back(view(record));
    return records;
  }
  auto tree_hashes(const std::vector<Subtree>& subtrees) {
    auto request = client.log().treeHashesRequest();
    auto list = request.initSubtrees(static_cast<unsigned>(subtrees.size()));
    for (unsigned i = 0; i < subtrees.size(); ++i) {
      list[i].setHeight(static_cast<std::uint8_t>(subtrees[i].height));
      list[i].setIndex(subtrees[i].index);
    }
    return request.send();
  }
};

}  // namespace

TEST_CASE("the records that the log gives are the leaves of the checkpoint that it signs") {
  Rig rig;
  record_units(rig.loop, rig.client, "u", 300);
  const Checkpoint now = rig.checkpoint().checkpoint;
  CHECK(now.size == 302);
  TreeEdge edge;
  Hasher hasher = must(Hasher::of_suite(default_suite));
  for (const std::string& record : rig.records(0)) edge.append(hasher.leaf(record), hasher);
  CHECK(edge.size() == now.size);
  CHECK(edge.root(hasher) == now.root);
  CHECK(rig.records(300, 1).size() == 1);
  CHECK(rig.records(302).empty());
  CHECK(rig.records(std::numeric_limits<std::uint64_t>::max()).empty());

  const auto response = rig.tree_hashes({{0, 5}, {8, 0}}).wait(rig.loop.scope());
  REQUIRE(response.getHashes().size() == 2);
  CHECK(view(response.getHashes()[0]) == bytes_of(hasher.leaf(rig.records(5, 1)[0])));
}

TEST_CASE("hashes that the tree does not have, or too many of them, are refused") {
  Rig rig;
  for (const Subtree& beyond : {Subtree{0, 2}, Subtree{2, 0}, Subtree{255, 0},
                                Subtree{63, std::numeric_limits<std::uint64_t>::max()}})
    CHECK_FALSE(error_of(rig.tree_hashes({beyond}), rig.loop).message == "there was none");
  const std::vector<Subtree> many(limits::rows_in_page + 1);
  CHECK(error_of(rig.tree_hashes(many), rig.loop).code == ErrorCode::limit);
}

TEST_CASE("verify answers with what it found, and with no for a checkpoint of another history") {
  Rig rig;
  record_units(rig.loop, rig.client, "u", 10);
  const SignedCheckpoint kept = rig.checkpoint();
  const auto verify = [&](const std::string& since) {
    auto request = rig.client.log().verifyRequest();
    request.initSince(1).set(0, text_of(since));
    return request.send();
  };
  const auto good = verify(format_note(kept.note)).wait(rig.loop.scope());
  CHECK(good.getVerified().getProblem().size() == 0);
  CHECK(good.getVerified().getSize() == 12);
  CHECK(good.getVerified().getCheckpoints() == 1);
  CHECK(good.getVerified().getSince() == 1);

  const SigningKey stranger = must(SigningKey::generate(default_suite, kept.checkpoint.origin));
  const std::string forged = must(sign_checkpoint(kept.checkpoint, {&stranger}));
  const auto bad = verify(forged).wait(rig.loop.scope());
  CHECK(bad.getVerified().getProblem().size() != 0);
}

TEST_CASE("checkpoints that are asked for while others record are all of one history") {
  Rig rig;
  std::vector<Checkpoint> seen;
  for (unsigned i = 0; i < 20; ++i) {
    record_units(rig.loop, rig.client, "u" + std::to_string(i), 1 + i % 3);
    seen.push_back(rig.checkpoint().checkpoint);
  }
  TreeEdge edge;
  Hasher hasher = must(Hasher::of_suite(default_suite));
  auto next = seen.begin();
  for (const std::string& record : rig.records(0)) {
    edge.append(hasher.leaf(record), hasher);
    if (next == seen.end() || next->size != edge.size()) continue;
    CHECK(next->root == edge.root(hasher));
    ++next;
  }
  CHECK(next == seen.end());
}
