#include "proof/tree.h"

#include <array>

#include "codec/binary_text.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

/// RFC 6962, section 2.1, word for word: slow, and easy to believe.
Hash naive_root(const std::vector<std::string>& entries, std::size_t from, std::size_t to,
                Hasher& hasher) {
  if (from == to) return hasher.digest("");
  if (to - from == 1) return hasher.digest(std::string(1, '\0') + entries[from]);
  std::size_t left = 1;
  while (left * 2 < to - from) left *= 2;
  std::string node(1, '\1');
  node += bytes_of(naive_root(entries, from, from + left, hasher));
  node += bytes_of(naive_root(entries, from + left, to, hasher));
  return hasher.digest(node);
}

TreeEdge edge_of(std::uint64_t size, Hasher& hasher) {
  TreeEdge edge;
  for (std::uint64_t i = 0; i < size; ++i) edge.append(hasher.leaf(std::to_string(i)), hasher);
  return edge;
}

}  // namespace

TEST_CASE("the edge's root is that of RFC 6962 for every size up to 130") {
  Hasher hasher = must(Hasher::of_suite(default_suite));
  std::vector<std::string> entries;
  TreeEdge edge;
  for (std::size_t size = 0; size <= 130; ++size) {
    CHECK(edge.size() == size);
    CHECK(edge.root(hasher) == naive_root(entries, 0, size, hasher));
    entries.push_back(std::string(size % 70, 'x') + std::to_string(size));
    edge.append(hasher.leaf(entries.back()), hasher);
  }
}

TEST_CASE("the roots are those that Certificate Transparency publishes for its test entries") {
  constexpr std::array entries = {"",
                                  "00",
                                  "10",
                                  "2021",
                                  "3031",
                                  "40414243",
                                  "5051525354555657",
                                  "606162636465666768696a6b6c6d6e6f"};
  constexpr std::array roots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Hasher hasher = must(Hasher::of_suite(default_suite));
  CHECK(to_hex(bytes_of(hasher.empty_root())) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  TreeEdge edge;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    edge.append(hasher.leaf(must(from_hex(entries[i]))), hasher);
    CHECK(to_hex(bytes_of(edge.root(hasher))) == roots[i]);
  }
}

TEST_CASE("an edge reads back as it was written, and can go on from there") {
  Hasher hasher = must(Hasher::of_suite(default_suite));
  for (std::uint64_t size = 0; size <= 130; ++size) {
    const TreeEdge edge = edge_of(size, hasher);
    TreeEdge read = must(TreeEdge::decode(edge.encode()));
    CHECK(read == edge);
    read.append(hasher.leaf(std::to_string(size)), hasher);
    CHECK(read == edge_of(size + 1, hasher));
  }
}

TEST_CASE("an edge of another length than its size asks for is refused") {
  Hasher hasher = must(Hasher::of_suite(default_suite));
  const std::string bytes = edge_of(11, hasher).encode();
  REQUIRE(bytes.size() == 8 + 3 * 32);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK(error_of(TreeEdge::decode(bytes.substr(0, length))).code == ErrorCode::corrupt);
  CHECK(error_of(TreeEdge::decode(bytes + '\0')).code == ErrorCode::corrupt);
  for (std::size_t bit = 0; bit < 64; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CHECK(error_of(TreeEdge::decode(damaged)).code == ErrorCode::corrupt);
  }
}

TEST_CASE("a changed hash in an edge gives another root") {
  Hasher hasher = must(Hasher::of_suite(default_suite));
  const TreeEdge edge = edge_of(11, hasher);
  const std::string bytes = edge.encode();
  for (std::size_t at = 8; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    CHECK(must(TreeEdge::decode(damaged)).root(hasher) != edge.root(hasher));
  }
}

TEST_CASE("a suite that this build does not have is named in the refusal") {
  const Error error = error_of(Hasher::of_suite("sha3-ed448"));
  CHECK(error.code == ErrorCode::unsupported);
  CHECK(error.message ==
        "this build has no suite \"sha3-ed448\"; it has sha256-ed25519 and sm3-sm2");
}

TEST_CASE("SM3 gives the digests of GM/T 0004-2012, annex A") {
  Hasher sm3 = must(Hasher::of_suite(national_suite));
  CHECK(to_hex(bytes_of(sm3.digest("abc"))) ==
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  std::string abcd;
  for (int i = 0; i < 16; ++i) abcd += "abcd";
  CHECK(to_hex(bytes_of(sm3.digest(abcd))) ==
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}
