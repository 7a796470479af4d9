#include "proof/note.h"

#include "codec/binary_text.h"
#include "core/limits.h"
#include "proof/suite.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

// The published example of golang.org/x/mod/sumdb/note (note_test.go, TestSign and TestOpen).
const std::string text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string peter_line =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const std::string enoch_line =
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/"
    "5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
const std::string note = text + "\n" + peter_line + enoch_line;

VerifierKey peter() {
  return must(
      VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
}
VerifierKey enoch() {
  return must(
      VerifierKey::parse("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"));
}

Result<std::vector<VerifierKey>> signers_of(const std::string& bytes,
                                            const std::vector<VerifierKey>& keys) {
  CF_LET(const Note parsed, parse_note(bytes));
  return verify_note(parsed, keys);
}

}  // namespace

TEST_CASE("the published example of a note verifies, and is written again as it was") {
  CHECK(format_note(must(parse_note(note))) == note);
  CHECK(must(signers_of(note, {peter(), enoch()})).size() == 2);
  const auto one = must(signers_of(note, {enoch()}));
  REQUIRE(one.size() == 1);
  CHECK(one.front() == enoch());
}

TEST_CASE("the published example's key gives the published signature") {
  // The seed of its private key, PRIVATE+KEY+PeterNeumann+c74f20a3+AYEK…, in PKCS #8 (RFC 8410).
  const std::string seed =
      must(from_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")).substr(1);
  const std::string der = must(from_hex("302e020100300506032b657004220420")) + seed;
  const std::string pem =
      "-----BEGIN PRIVATE KEY-----\n" + to_base64(der) + "\n-----END PRIVATE KEY-----\n";
  const SigningKey key = must(SigningKey::from_pem("PeterNeumann", pem));
  CHECK(key.verifier() == peter());
  CHECK(format_signature(must(sign_note(text, key))) == peter_line);
}

TEST_CASE("a note that none of the trusted keys signed is refused") {
  const VerifierKey stranger = must(SigningKey::generate(default_suite, "PeterNeumann")).verifier();
  const Error error = error_of(signers_of(note, {stranger}));
  CHECK(error.code == ErrorCode::refused);
  CHECK(error.message.find(stranger.text()) != std::string::npos);
  CHECK(error_of(signers_of(note, {})).code == ErrorCode::refused);
}

TEST_CASE("every changed byte of a note is refused, but for those of unknown signatures") {
  for (std::size_t at = 0; at < note.size(); ++at) {
    std::string changed = note;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto found = signers_of(changed, {peter()});
    const bool in_unknown = at >= text.size() + 1 + peter_line.size();
    INFO("byte " << at << " of " << note.size());
    CHECK((!found || in_unknown));
  }
}

TEST_CASE("a note cut off at any byte is refused") {
  for (std::size_t size = 0; size < note.size(); ++size) {
    // Cut behind the first signature, it is a note with one signature.
    if (size == text.size() + 1 + peter_line.size()) continue;
    CHECK_FALSE(parse_note(note.substr(0, size)));
  }
}

TEST_CASE("malformed notes are refused with the reason") {
  const auto refusal = [](const std::string& bytes) { return error_of(parse_note(bytes)).message; };
  std::string with_cr = note;
  with_cr.insert(with_cr.find('\n'), "\r");
  CHECK(refusal(with_cr).find("a CR at the end") != std::string::npos);
  CHECK(refusal(note.substr(0, note.size() - 1)).find("cut off") != std::string::npos);
  CHECK(refusal(text + peter_line).find("no empty line") != std::string::npos);
  CHECK(refusal(text + "\n").find("nobody signed") != std::string::npos);
  CHECK(refusal("\xff" + note).find("not UTF-8") != std::string::npos);
  CHECK(refusal(note + "\n").find("nobody signed") != std::string::npos);
  CHECK(refusal(note + "trailing\n").find("no signature line") != std::string::npos);
  for (const std::string& line :
       {std::string("- PeterNeumann x08go/ZJ\n"), std::string("— Peter+Neumann x08go/ZJ\n"),
        std::string("—  x08go/ZJ\n"), std::string("— PeterNeumann\n"),
        std::string("— PeterNeumann x08go/Z\n"), std::string("— PeterNeumann x08goA==\n"),
        std::string("— Peter\u3000Neumann x08go/ZJ\n")})
    CHECK(refusal(text + "\n" + line).find("no signature line") != std::string::npos);
}

TEST_CASE("two signatures by one key are refused, also where both are right") {
  const Error error = error_of(signers_of(note + peter_line, {peter()}));
  CHECK(error.message.find("two signatures") != std::string::npos);
  // Of a key that nobody asked for, they are ignored like any other.
  CHECK(signers_of(note + peter_line, {enoch()}));
}

TEST_CASE("the text ends at the last empty line") {
  const SigningKey key = must(SigningKey::generate(default_suite, "a"));
  const std::string lines = "one\n\n\ntwo\n\nthree\n";
  const Note made{lines, {must(sign_note(lines, key))}};
  CHECK(must(parse_note(format_note(made))).text == lines);
}

TEST_CASE("a note with 16 signatures of 5 kB is read, one with a megabyte of them is not") {
  const std::string big = format_signature({"pq.example", 1, std::string(5'000, 's')});
  std::string sixteen = text + "\n" + peter_line;
  for (int i = 0; i < 15; ++i) sixteen += big;
  CHECK(signers_of(sixteen, {peter()}));
  std::string many = text + "\n" + peter_line;
  while (many.size() < 1'000'000) many += enoch_line;
  CHECK(error_of(parse_note(many)).code == ErrorCode::limit);
  std::string more = text + "\n";
  for (std::size_t i = 0; i <= limits::note_signatures; ++i)
    more += format_signature({"x", 1, "s"});
  CHECK(error_of(parse_note(more)).code == ErrorCode::limit);
}
