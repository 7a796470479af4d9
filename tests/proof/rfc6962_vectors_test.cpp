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

Result<Hash> hash_of(const boost::json::value& text) {
  CF_LET(const std::string bytes, from_base64(std::string(text.as_string())));
  Hash hash;
  if (bytes.size() != hash.size()) return fail(ErrorCode::invalid, "no hash of 32 bytes");
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

Result<std::vector<Hash>> proof_of(const boost::json::value& list) {
  std::vector<Hash> proof;
  if (list.is_null()) return proof;
  for (const auto& text : list.as_array()) {
    CF_LET(const Hash hash, hash_of(text));
    proof.push_back(hash);
  }
  return proof;
}

Result<void> check_inclusion_case(const boost::json::object& vector, Hasher& hasher) {
  CF_LET(const Hash root, hash_of(vector.at("root")));
  CF_LET(const Hash leaf, hash_of(vector.at("leafHash")));
  CF_LET(const auto proof, proof_of(vector.at("proof")));
  return check_inclusion(vector.at("leafIdx").to_number<std::uint64_t>(),
                         vector.at("treeSize").to_number<std::uint64_t>(), leaf, proof, root,
                         hasher);
}

Result<void> check_consistency_case(const boost::json::object& vector, Hasher& hasher) {
  CF_LET(const Hash older_root, hash_of(vector.at("root1")));
  CF_LET(const Hash newer_root, hash_of(vector.at("root2")));
  CF_LET(const auto proof, proof_of(vector.at("proof")));
  return check_consistency(vector.at("size1").to_number<std::uint64_t>(),
                           vector.at("size2").to_number<std::uint64_t>(), older_root, newer_root,
                           proof, hasher);
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
