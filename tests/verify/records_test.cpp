#include "counterfoil-verify/records.h"

#include "counterfoil-verify/consistency.h"
#include "proof/cosignature.h"
#include "published_log.h"
#include "support/catch.h"
#include "support/fact_about.h"

using namespace counterfoil;

namespace {

constexpr std::uint64_t log_size = 40;

const At not_told = [](std::uint64_t, std::uint64_t) {};

bool says(const std::string& sentence, std::string_view part) {
  return sentence.find(part) != std::string::npos;
}

/// The checkpoint at the end of the bytes, with the witness's line behind it.
std::string cosigned(const std::string& bytes, const std::string& checkpoint,
                     const SigningKey& witness, std::uint64_t time_s) {
  return bytes + format_signature(must(cosign(must(parse_note(checkpoint)).text, time_s, witness)));
}

}  // namespace

TEST_CASE("a receipt says which record it proves, and in which log") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(log_size);
  TempFolder folder;
  const std::string path = write(folder / "r", log.receipt(7, log_size));
  std::string shown;
  const Answer answer = must(verify_receipt(
      path, {{log.first_key()}, {}},
      [&](std::string_view record) -> Result<void> {
        shown = must(record_line(record));
        return {};
      },
      not_told));
  CHECK(says(answer.proved,
             "record 7 (projectProposed, recorded 2023-11-14T22:13:20.000007Z) is in the log "
             "example.org/log, as its key example.org/log+"));
  CHECK(says(answer.proved, " signed it at 40 records."));
  CHECK(says(shown, R"("sequence":"7")"));
  const SigningKey stranger = must(SigningKey::generate(log.suite, log_origin));
  CHECK(error_of(verify_receipt(path, {{stranger.verifier()}, {}}, {}, not_told))
            .message.starts_with(path));
  CHECK(error_of(verify_receipt(folder / "none", {{log.first_key()}, {}}, {}, not_told)).code ==
        ErrorCode::not_found);
  std::string text = log.receipt(7, log_size);
  text[100] = text[100] == 'A' ? 'B' : 'A';
  CHECK_FALSE(verify_receipt(write(path, text), {{log.first_key()}, {}}, {}, not_told));
}

TEST_CASE("each witness that is named must have cosigned, and the answer says when") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(log_size);
  const SigningKey witness =
      must(SigningKey::generate(log.suite, "w.example.org", KeyUse::witness));
  TempFolder folder;
  const std::string receipt = log.receipt(7, log_size);
  const std::string checkpoint = receipt.substr(receipt.find("\n\n") + 2);
  const Trust trust{{log.first_key()}, {witness.verifier()}};
  const auto verify = [&](const std::string& bytes) {
    return verify_receipt(write(folder / "r", bytes), trust, {}, not_told);
  };
  CHECK(says(error_of(verify(receipt)).message, "w.example.org"));
  const Answer answer = must(verify(cosigned(receipt, checkpoint, witness, 1'700'000'000)));
  CHECK(says(answer.proved, "cosigned that checkpoint at 2023-11-14T22:13:20Z."));
  CHECK(says(answer.not_proved, "other witnesses"));
  CHECK(says(must(verify(cosigned(receipt, checkpoint, witness, 1ull << 62))).proved,
             "at second 4611686018427387904."));
  const std::string older = log.checkpoint(log_size - 1);
  CHECK_FALSE(verify(cosigned(receipt, older, witness, 1'700'000'000)));
}

TEST_CASE("a bundle is shown only when all of it is proved") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(log_size);
  TempFolder folder;
  const std::string text = log.bundle("project/3", log_size);
  const std::string path = write(folder / "b", text);
  std::uint64_t shown = 0;
  const ShowRecord show = [&](std::string_view) -> Result<void> {
    ++shown;
    return {};
  };
  const Trust trust{{log.first_key()}, {}};
  const Answer answer = must(verify_bundle(path, trust, show, not_told));
  CHECK(says(answer.proved, "the records 0 to 5 of the history of project/3, with none missing"));
  CHECK(says(answer.not_proved,
             "whether more was recorded about it until record 39, or under another subject"));
  CHECK(shown == log.histories["project/3"].size());
  shown = 0;
  std::string changed = text;
  changed[text.find("\n— ") - 20] ^= 1;  // in the root that is signed
  CHECK_FALSE(verify_bundle(write(path, changed), trust, show, not_told));
  CHECK(shown == 0);
}

TEST_CASE("of a record that only a newer build knows it is not proved whom it concerns") {
  PublishedLog log(default_suite);
  log.grow(10);
  log.append({"project/3", "unit/V"},
             [](schema::Record::Builder record) { make_unknown(record.initFact()); });
  TempFolder folder;
  const Trust trust{{log.first_key()}, {}};
  const auto receipt = [&](std::uint64_t index) {
    return must(verify_receipt(write(folder / "r", log.receipt(index, 11)), trust, {}, not_told));
  };
  const auto bundle = [&](const std::string& subject) {
    return must(verify_bundle(write(folder / "b", log.bundle(subject, 11)), trust, {}, not_told));
  };
  const std::string sentence = "Nor whom 1 record concerns: this program does not know its fact";
  CHECK(says(receipt(10).proved, "record 10 (a fact that this program is too old to name,"));
  CHECK(says(receipt(10).not_proved, sentence));
  CHECK(says(bundle("project/3").not_proved, sentence));
  CHECK_FALSE(says(receipt(9).not_proved, "concern"));
  CHECK_FALSE(says(bundle("project/2").not_proved, "concern"));
}

TEST_CASE("a newer checkpoint extends an older one, by a proof or by the log's tiles") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(600);
  TempFolder folder;
  log.publish(folder.path(), 600);
  const Trust trust{{log.first_key()}, {}};
  for (const std::uint64_t older : {0u, 1u, 255u, 256u, 300u, 599u, 600u}) {
    const std::string kept = write(folder / "kept", log.checkpoint(older));
    const std::string proof = write(folder / "proof", log.request(older, 600));
    for (const auto& answer :
         {verify_extension(kept, proof, trust), verify_extension_in(folder.path(), kept, "", trust),
          verify_extension_in(folder.path(), kept, folder / "checkpoint", trust)})
      CHECK(says(must(answer).proved, fmt::format("the {} records that {} signs", older, kept)));
  }
  const std::string middle = write(folder / "middle", log.checkpoint(520));
  must(verify_extension_in(folder.path(), write(folder / "kept", log.checkpoint(300)), middle,
                           trust));
}

TEST_CASE("a checkpoint that another one does not extend is told so") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(600);
  PublishedLog fork(log.suite, 2025);
  fork.grow(600);
  TempFolder folder;
  log.publish(folder.path(), 600);
  const Trust trust{{log.first_key()}, {}};
  const auto kept = [&](const std::string& bytes) { return write(folder / "kept", bytes); };
  const auto by_tiles = [&](const std::string& older) {
    return error_of(verify_extension_in(folder.path(), kept(older), "", trust)).message;
  };
  const auto by_proof = [&](const std::string& older, const std::string& proof) {
    return error_of(verify_extension(kept(older), write(folder / "proof", proof), trust)).message;
  };
  const std::string forked = fork.checkpoint(300, log.keys[0]);
  CHECK(says(by_tiles(forked), "the log shows two histories"));
  CHECK(says(by_proof(forked, log.request(300, 600)), "they were changed since"));
  const std::string forked_now = fork.checkpoint(600, log.keys[0]);
  CHECK(says(by_tiles(forked_now), "two roots of 600 records"));
  CHECK(says(by_proof(forked_now, log.request(600, 600)), "two roots of 600 records"));
  CHECK(says(by_tiles(fork.checkpoint(300)), "signed by none"));
  CHECK(says(by_proof(log.checkpoint(300), log.request(299, 600)), "what follows 299 records"));
  CHECK(says(by_proof(log.checkpoint(300), log.request(100, 200)), "never shrinks"));
  std::string proof = log.request(300, 600);
  proof.erase(proof.find('\n') + 1, 45);
  CHECK(says(by_proof(log.checkpoint(300), proof), "cut or added to"));
  // A tile that the proof is made of.
  write(folder / "tile/0/001", std::string(tile_bytes, 'x'));
  CHECK(says(by_tiles(log.checkpoint(300)), "counterfoil-verify log"));
}
