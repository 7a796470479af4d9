#include "proof/key.h"

#include "codec/binary_text.h"
#include "proof/suite.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

TEST_CASE("verifier keys are read and written as golang.org/x/mod/sumdb/note writes its own") {
  const std::string known =
      GENERATE("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
               "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");
  const VerifierKey key = must(VerifierKey::parse(known));
  CHECK(key.text() == known);
  CHECK(key.name() == known.substr(0, known.find('+')));
  CHECK(key.type() == KeyType::ed25519);
}

TEST_CASE("a key signs what its verifier key verifies, and nothing else") {
  const auto suite = GENERATE(default_suite, national_suite);
  const auto use = GENERATE(KeyUse::log, KeyUse::witness);
  const SigningKey key = must(SigningKey::generate(suite, "ledger.example.org/city", use));
  const VerifierKey verifier = must(VerifierKey::parse(key.verifier().text()));
  CHECK(suite_of(verifier.type()) == suite);
  CHECK(is_cosignature(verifier.type()) == (use == KeyUse::witness));
  const std::string signature = must(key.sign("a message"));
  CHECK(verifier.verifies("a message", signature));
  CHECK_FALSE(verifier.verifies("a massage", signature));
  CHECK_FALSE(verifier.verifies("a message", signature + '\0'));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string wrong = signature;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    CHECK_FALSE(verifier.verifies("a message", wrong));
  }
}

TEST_CASE("a key comes back from its PEM as the same key") {
  const auto suite = GENERATE(default_suite, national_suite);
  const SigningKey key = must(SigningKey::generate(suite, "ledger.example.org/city"));
  const std::string pem = must(key.to_pem());
  CHECK(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
  CHECK(must(SigningKey::from_pem("ledger.example.org/city", pem)).verifier() == key.verifier());
  CHECK(error_of(SigningKey::from_pem("a", "")).code == ErrorCode::corrupt);
  CHECK(error_of(SigningKey::from_pem("a", pem.substr(0, pem.size() / 2))).code ==
        ErrorCode::corrupt);
}

TEST_CASE("each generated key is another one") {
  const auto suite = GENERATE(default_suite, national_suite);
  CHECK_FALSE(must(SigningKey::generate(suite, "a")).verifier() ==
              must(SigningKey::generate(suite, "a")).verifier());
}

TEST_CASE("the key id of an SM2 key is made of name, type, identifier and point") {
  const VerifierKey key = must(SigningKey::generate(national_suite, "city")).verifier();
  const std::string text = key.text();
  const std::string typed = must(from_base64(text.substr(std::string("city+01234567+").size())));
  const std::string identifier =
      "\xff"
      "counterfoil/sm2-sm3/v1";
  REQUIRE(typed.starts_with(identifier));
  REQUIRE(typed.size() == identifier.size() + 65);
  const Hash id = Hasher::sha256().digest("city\n" + typed);
  CHECK(text.substr(5, 8) == to_hex(bytes_of(id).substr(0, 4)));
}

TEST_CASE("a verifier key with a wrong id, type, length, point or spelling is refused") {
  const std::string good = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  for (const std::string& wrong :
       {std::string(), std::string("PeterNeumann"), std::string("PeterNeumann+c74f20a3"),
        "x" + good, std::string("PeterNeumann+c74f20a4") + good.substr(21),
        std::string("PeterNeumann+C74F20A3") + good.substr(21), good + "A", good + "\n",
        good.substr(0, good.size() - 4), "Peter Neumann" + good.substr(12)})
    CHECK(error_of(VerifierKey::parse(wrong)).code == ErrorCode::invalid);
  const std::string typed = std::string("\x02").append(32, 'k');
  const std::string id = to_hex(bytes_of(Hasher::sha256().digest("a\n" + typed)).substr(0, 4));
  CHECK(error_of(VerifierKey::parse("a+" + id + "+" + to_base64(typed))).code ==
        ErrorCode::unsupported);
}

TEST_CASE("an origin has no space, no plus sign and at most 96 printable characters") {
  CHECK(check_origin("ledger.example.org/city"));
  for (const std::string& wrong : {std::string(), std::string("a b"), std::string("a+b"),
                                   std::string("a\n"), std::string("城"), std::string(97, 'a')})
    CHECK(error_of(SigningKey::generate(default_suite, wrong)).code == ErrorCode::invalid);
}

TEST_CASE("Ed25519 verifies RFC 8032, 7.1, test 2") {
  const std::string typed =
      "\x01" + must(from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  const std::string id = to_hex(bytes_of(Hasher::sha256().digest("a\n" + typed)).substr(0, 4));
  const VerifierKey key = must(VerifierKey::parse("a+" + id + "+" + to_base64(typed)));
  const std::string signature =
      must(from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
  CHECK(key.verifies("\x72", signature));
  CHECK_FALSE(key.verifies("\x73", signature));
}

TEST_CASE("SM2 verifies GM/T 0003.5-2012, annex A") {
  const std::string typed =
      "\xff"
      "counterfoil/sm2-sm3/v1" +
      must(from_hex("0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"));
  const std::string id = to_hex(bytes_of(Hasher::sha256().digest("a\n" + typed)).substr(0, 4));
  const VerifierKey key = must(VerifierKey::parse("a+" + id + "+" + to_base64(typed)));
  const std::string signature =
      must(from_hex("3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                    "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"));
  CHECK(key.verifies("message digest", signature));
  CHECK_FALSE(key.verifies("message digests", signature));
}
