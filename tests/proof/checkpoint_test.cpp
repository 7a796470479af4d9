#include "proof/checkpoint.h"

#include "codec/binary_text.h"
#include "proof/cosignature.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

// The example of C2SP tlog-checkpoint.
const std::string example =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

std::string with_size(const std::string& size) {
  return "example.com/behind-the-sofa\n" + size +
         "\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
}

}  // namespace

TEST_CASE("a checkpoint is read and written as C2SP tlog-checkpoint shows it") {
  const Checkpoint checkpoint = must(parse_checkpoint(example));
  CHECK(checkpoint.origin == "example.com/behind-the-sofa");
  CHECK(checkpoint.size == 20'852'163);
  CHECK(to_base64(bytes_of(checkpoint.root)) == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
  CHECK(format_checkpoint(checkpoint) == example);
  CHECK(must(parse_checkpoint(with_size("0"))).size == 0);
  CHECK(must(parse_checkpoint(example + "an extension line\n")) == checkpoint);
}

TEST_CASE("malformed checkpoints are refused") {
  for (const char* size : {"", "01", "-1", "+1", "1 ", "0x1", "1.0", "18446744073709551616"})
    CHECK(error_of(parse_checkpoint(with_size(size))).code == ErrorCode::invalid);
  for (const std::string& wrong :
       {std::string(), std::string("\n"), std::string("a\n"), std::string("a\n1\n"),
        std::string("\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"),
        std::string("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n"),
        std::string("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n"),
        std::string("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA\n"),
        example.substr(0, example.size() - 1), example + "\n", example + "x\n\n"})
    CHECK(error_of(parse_checkpoint(wrong)).code == ErrorCode::invalid);
}

TEST_CASE("a checkpoint counts where a key of its log signed it") {
  const auto suite = GENERATE(default_suite, national_suite);
  const Checkpoint checkpoint = must(parse_checkpoint(example));
  const SigningKey log = must(SigningKey::generate(suite, checkpoint.origin));
  const std::string bytes = must(sign_checkpoint(checkpoint, {&log}));
  const SignedCheckpoint opened = must(open_checkpoint(bytes, {log.verifier()}));
  CHECK(opened.checkpoint == checkpoint);
  CHECK(opened.signers == std::vector{log.verifier()});
  CHECK(format_note(opened.note) == bytes);

  // One that signs under another name is not its log, even where it is trusted for something.
  const SigningKey other = must(SigningKey::generate(suite, "example.com/other"));
  const std::string foreign = must(sign_checkpoint(checkpoint, {&other}));
  CHECK(error_of(open_checkpoint(foreign, {other.verifier()})).code == ErrorCode::refused);
}

TEST_CASE("every changed byte of a signed checkpoint is refused") {
  const auto suite = GENERATE(default_suite, national_suite);
  const SigningKey log = must(SigningKey::generate(suite, "example.com/behind-the-sofa"));
  const std::string bytes = must(sign_checkpoint(must(parse_checkpoint(example)), {&log}));
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int bit : {1, 32, 128}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      INFO("byte " << at << ", bit " << bit);
      CHECK_FALSE(open_checkpoint(changed, {log.verifier()}));
    }
}

TEST_CASE("a checkpoint signed by an old and a new key is trusted by whoever has one of them") {
  const Checkpoint checkpoint = must(parse_checkpoint(example));
  const SigningKey old_key = must(SigningKey::generate(default_suite, checkpoint.origin));
  const SigningKey new_key = must(SigningKey::generate(default_suite, checkpoint.origin));
  const std::string bytes = must(sign_checkpoint(checkpoint, {&old_key, &new_key}));
  CHECK(open_checkpoint(bytes, {old_key.verifier()}));
  CHECK(open_checkpoint(bytes, {new_key.verifier()}));
}

TEST_CASE("a witness's cosignature verifies with its time, and is no log's signature") {
  const auto suite = GENERATE(default_suite, national_suite);
  const Checkpoint checkpoint = must(parse_checkpoint(example));
  const SigningKey log = must(SigningKey::generate(suite, checkpoint.origin));
  const SigningKey witness = must(SigningKey::generate(suite, "w1.example.com", KeyUse::witness));
  Note note = must(parse_note(must(sign_checkpoint(checkpoint, {&log}))));
  note.signatures.push_back(must(cosign(note.text, 1'679'315'147, witness)));
  const auto opened =
      must(open_checkpoint(format_note(note), {log.verifier(), witness.verifier()}));
  CHECK(opened.signers.size() == 2);
  CHECK(must(check_cosignature(note.text, note.signatures[1], witness.verifier())) ==
        1'679'315'147);
  CHECK(error_of(open_checkpoint(format_note(note), {witness.verifier()})).code ==
        ErrorCode::refused);

  for (std::size_t at = 0; at < note.signatures[1].bytes.size(); ++at) {
    NoteSignature changed = note.signatures[1];
    changed.bytes[at] = static_cast<char>(changed.bytes[at] ^ 1);
    CHECK_FALSE(check_cosignature(note.text, changed, witness.verifier()));
  }
  CHECK_FALSE(check_cosignature(with_size("20852164"), note.signatures[1], witness.verifier()));
  for (std::size_t size = 0; size <= 8; ++size) {
    NoteSignature cut = note.signatures[1];
    cut.bytes.resize(size);
    CHECK_FALSE(check_cosignature(note.text, cut, witness.verifier()));
  }
}

TEST_CASE("what a witness signs is the message of C2SP tlog-cosignature") {
  CHECK(cosignature_message(example, 1'679'315'147) ==
        "cosignature/v1\ntime 1679315147\n" + example);
}
