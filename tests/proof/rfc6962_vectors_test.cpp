#include <algorithm>
#include <boost/json/value.hpp>
#include <filesystem>

#include "codec/binary_text.h"
#include "codec/json.h"
#include "core/files.h"
#include "proof/tree_proof.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
namespace fs = std::filesystem;

namespace {

/// Where a vector has words ("don't care", "WrongLeaf") instead of 32 bytes, their digest stands
/// for them: it is as good as any other hash.
Hash hash_of(const boost::json::value& text, Hasher& hasher) {
  const std::string bytes = must(from_base64(std::string(text.as_string())));
  Hash hash;
  if (bytes.size() != hash.size()) return hasher.digest(bytes);
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

std::vector<Hash> proof_of(const boost::json::value& list, Hasher& hasher) {
  std::vector<Hash> proof;
  if (list.is_null()) return proof;
  for (const auto& text : list.as_array()) proof.push_back(hash_of(text, hasher));
  return proof;
}

Result<void> check_inclusion_case(const boost::json::object& vector, Hasher& hasher) {
  return check_inclusion(
      vector.at("leafIdx").to_number<std::uint64_t>(),
      vector.at("treeSize").to_number<std::uint64_t>(), hash_of(vector.at("leafHash"), hasher),
      proof_of(vector.at("proof"), hasher), hash_of(vector.at("root"), hasher), hasher);
}

Result<void> check_consistency_case(const boost::json::object& vector, Hasher& hasher) {
  const auto older = vector.at("size1").to_number<std::uint64_t>();
  const auto newer = vector.at("size2").to_number<std::uint64_t>();
  const auto& newer_root = vector.at("root2");
  // Every tree begins with the empty one, whatever its root is; but words are no root.
  if (older == 0 && newer != 0 && must(from_base64(newer_root.as_string())).size() != sizeof(Hash))
    return fail(ErrorCode::invalid, "the newer root is no hash");
  return check_consistency(older, newer, hash_of(vector.at("root1"), hasher),
                           hash_of(newer_root, hasher), proof_of(vector.at("proof"), hasher),
                           hasher);
}

}  // namespace

TEST_CASE("the published test vectors of RFC 6962 proofs are accepted and refused as they say") {
  const fs::path folder = fs::path(COUNTERFOIL_SOURCE_DIR) / "../shared/vectors/rfc6962";
  if (!fs::is_directory(folder)) {
    WARN("skipped: the vectors are not beside the project, in ../shared/vectors/rfc6962");
    return;
  }
  Hasher hasher = must(Hasher::of_suite(default_suite));
  unsigned inclusion = 0;
  unsigned consistency = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const fs::path name = fs::relative(entry.path(), folder);
    CAPTURE(name.string());
    const auto json = must(parse_json(must(read_file(entry.path().string()))));
    const auto& vector = json.as_object();
    const bool is_inclusion = *name.begin() == "inclusion";
    ++(is_inclusion ? inclusion : consistency);
    const auto checked = is_inclusion ? check_inclusion_case(vector, hasher)
                                      : check_consistency_case(vector, hasher);
    CAPTURE(error_of(checked).message);
    CHECK(checked.has_value() != vector.at("wantErr").as_bool());
  }
  CHECK(inclusion == 36);
  CHECK(consistency == 55);
}
