#include "proof/note_key.h"

#include "codec/binary_text.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

TEST_CASE("verifier keys are written as golang.org/x/mod/sumdb/note writes its own") {
  const std::string known =
      GENERATE("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
               "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");
  const std::string name = known.substr(0, known.find('+'));
  const std::string typed = must(from_base64(known.substr(name.size() + 10)));
  REQUIRE(typed.size() == 33);
  CHECK(must(format_verifier_key(name, typed.substr(1))) == known);
}

TEST_CASE("each generated key is another one, under the log's name") {
  const NoteKey one = must(generate_note_key("ledger.example.org/city"));
  const NoteKey other = must(generate_note_key("ledger.example.org/city"));
  CHECK(one.verifier_key.starts_with("ledger.example.org/city+"));
  CHECK(one.verifier_key != other.verifier_key);
  CHECK(one.private_pem != other.private_pem);
  CHECK(one.private_pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
}

TEST_CASE("an origin has no space, no plus sign and at most 96 printable characters") {
  CHECK(check_origin("ledger.example.org/city"));
  for (const std::string& wrong : {std::string(), std::string("a b"), std::string("a+b"),
                                   std::string("a\n"), std::string("城"), std::string(97, 'a')})
    CHECK(error_of(generate_note_key(wrong)).code == ErrorCode::invalid);
}
