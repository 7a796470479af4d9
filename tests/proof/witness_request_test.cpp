#include "proof/witness_request.h"

#include "codec/binary_text.h"
#include "core/limits.h"
#include "proof/checkpoint.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

// The example of C2SP tlog-witness, "add-checkpoint".
constexpr std::string_view published =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
    "\n";

ErrorCode code_of(const std::string& text) {
  return error_of(parse_witness_request(text)).code;
}

}  // namespace

TEST_CASE("the request that the specification shows reads, and is written again as it was") {
  const WitnessRequest request = must(parse_witness_request(published));
  CHECK(request.old_size == 20852014);
  CHECK(request.proof.size() == 4);
  CHECK(to_base64(bytes_of(request.proof[0])) == "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=");
  CHECK(must(parse_checkpoint(must(parse_note(request.checkpoint)).text)).size == 20852163);
  CHECK(format_witness_request(request) == published);
}

TEST_CASE("a request in another form is refused") {
  const std::string hash = to_base64(bytes_of(Hash{})) + "\n";
  CHECK(must(parse_witness_request("old 0\n\nnote")).checkpoint == "note");
  for (const std::string& text :
       {std::string(), std::string("old 0"), std::string("old 0\n"), std::string("old 00\n\nnote"),
        std::string("old -1\n\nnote"), std::string("older 0\n\nnote"),
        std::string("old  0\n\nnote"), std::string("old 0\r\n\nnote"), "old 1\n" + hash,
        std::string("old 1\nAAAA\n\nnote"), std::string("old 18446744073709551616\n\nnote")})
    CHECK(code_of(text) == ErrorCode::invalid);
  std::string proof;
  for (std::size_t i = 0; i < limits::proof_hashes; ++i) proof += hash;
  CHECK(must(parse_witness_request("old 1\n" + proof + "\nnote")).proof.size() ==
        limits::proof_hashes);
  CHECK(code_of("old 1\n" + proof + hash + "\nnote") == ErrorCode::limit);
  CHECK(code_of("old 1\n\n" + std::string(limits::witness_request_bytes, 'x')) == ErrorCode::limit);
}
