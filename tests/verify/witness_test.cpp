#include "counterfoil-verify/witness.h"

#include <chrono>
#include <future>

#include "proof/cosignature.h"
#include "published_log.h"
#include "support/catch.h"

using namespace counterfoil;

namespace {

constexpr std::uint64_t now_s = 1'700'000'000;

/// A witness with its folder, and the log that it knows.
struct Rig {
  explicit Rig(std::string_view suite)
      : log(suite),
        key(must(SigningKey::generate(suite, "w.example.org", KeyUse::witness))),
        logs{log.first_key()} {
    log.grow(20);
  }
  Result<Cosigned> ask(const std::string& request) {
    WitnessMemory memory = must(WitnessMemory::open(folder.path()));
    return answer_request({key, logs}, memory, request, now_s);
  }
  std::string state() { return must(WitnessMemory::open(folder.path())).path_of(log_origin); }
  std::string remembered() { return must(read_file(state())); }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
      ++count;
    return count;
  }
  /// That the request is refused with that code, and nothing is remembered by it.
  std::string refused(const std::string& request, ErrorCode code) {
    const bool knew = must(file_exists(state()));
    const std::string before = knew ? remembered() : "";
    const Error error = error_of(ask(request));
    CAPTURE(error.message);
    CHECK(error.code == code);
    CHECK(must(file_exists(state())) == knew);
    if (knew) CHECK(remembered() == before);
    return error.message;
  }

  PublishedLog log;
  SigningKey key;
  std::vector<VerifierKey> logs;
  TempFolder folder;
};

bool says(const std::string& sentence, std::string_view part) {
  return sentence.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a witness cosigns a log as it grows, and remembers the newest checkpoint") {
  Rig rig(GENERATE(default_suite, national_suite));
  std::uint64_t before = 0;
  for (const std::uint64_t size : {3u, 3u, 8u, 13u, 20u, 20u}) {
    const std::string request = rig.log.request(before, size);
    const Cosigned cosigned = must(rig.ask(request));
    CHECK(cosigned.before == before);
    CHECK(request.ends_with(rig.remembered()));
    const Note note = must(parse_note(cosigned.checkpoint));
    CHECK(note.signatures.size() == 2);
    CHECK(must(check_cosignature(note.text, note.signatures.back(), rig.key.verifier())) == now_s);
    // What the log may publish: its own signature and the witness's.
    must(open_checkpoint(cosigned.checkpoint, {rig.log.first_key()}));
    CHECK(must(verify_note(note, {rig.log.first_key(), rig.key.verifier()})).size() == 2);
    before = size;
  }
}

TEST_CASE("a witness's own earlier cosignature is replaced, those of others stay") {
  Rig rig(default_suite);
  const SigningKey other =
      must(SigningKey::generate(default_suite, "o.example.org", KeyUse::witness));
  std::string request = rig.log.request(0, 5);
  const std::string text = must(parse_note(rig.log.checkpoint(5))).text;
  request += format_signature(must(cosign(text, 7, rig.key)));
  request += format_signature(must(cosign(text, 8, other)));
  const Note note = must(parse_note(must(rig.ask(request)).checkpoint));
  CHECK(note.signatures.size() == 3);
  CHECK(must(verify_note(note, {rig.key.verifier(), other.verifier()})).size() == 2);
  CHECK(must(check_cosignature(note.text, note.signatures.back(), rig.key.verifier())) == now_s);
}

TEST_CASE("a request that does not start where the witness is gets told where that is") {
  Rig rig(GENERATE(default_suite, national_suite));
  CHECK(says(rig.refused(rig.log.request(3, 8), ErrorCode::conflict), "`old 0`"));
  must(rig.ask(rig.log.request(0, 8)));
  CHECK(says(rig.refused(rig.log.request(0, 13), ErrorCode::conflict), "`old 8`"));
  CHECK(says(rig.refused(rig.log.request(9, 13), ErrorCode::conflict), "`old 8`"));
  CHECK(says(rig.refused(rig.log.request(0, 8), ErrorCode::conflict), "`old 8`"));
  // Back to what was before.
  rig.refused(rig.log.request(3, 5), ErrorCode::conflict);
  rig.refused("old 8\n\n" + rig.log.checkpoint(5), ErrorCode::invalid);
  must(rig.ask(rig.log.request(8, 13)));
  CHECK(rig.files() == 1);
}

TEST_CASE("two histories of one size are evidence, which the witness keeps") {
  Rig rig(GENERATE(default_suite, national_suite));
  must(rig.ask(rig.log.request(0, 8)));
  PublishedLog fork(rig.log.suite, 2025);
  fork.grow(20);
  const std::string forked = fork.checkpoint(8, rig.log.keys[0]);
  const std::string message = rig.refused("old 8\n\n" + forked, ErrorCode::corrupt);
  CHECK(says(message, "two histories"));
  CHECK(says(message, rig.state() + " and " + rig.state() + ".contradicts"));
  CHECK(must(read_file(rig.state() + ".contradicts")) == forked);
  // The first one is kept for good.
  PublishedLog third(rig.log.suite, 2026);
  third.grow(8);
  rig.refused("old 8\n\n" + third.checkpoint(8, rig.log.keys[0]), ErrorCode::corrupt);
  CHECK(must(read_file(rig.state() + ".contradicts")) == forked);
  // The remembered history may still go on.
  must(rig.ask(rig.log.request(8, 13)));
}

TEST_CASE("a larger checkpoint of another history is not cosigned, and kept") {
  Rig rig(GENERATE(default_suite, national_suite));
  must(rig.ask(rig.log.request(0, 8)));
  PublishedLog fork(rig.log.suite, 2025);
  fork.grow(20);
  const std::string forked = fork.checkpoint(13, rig.log.keys[0]);
  const std::string request = fork.request(8, 13);
  const std::string proof = request.substr(0, request.find("\n\n") + 2);
  const std::string message = rig.refused(proof + forked, ErrorCode::corrupt);
  CHECK(says(message, "two histories"));
  CHECK(says(message, rig.state() + ".unproved"));
  CHECK(must(read_file(rig.state() + ".unproved")) == forked);
}

TEST_CASE("a proof that is cut, added to or changed is refused") {
  Rig rig(GENERATE(default_suite, national_suite));
  must(rig.ask(rig.log.request(0, 7)));
  const std::string request = rig.log.request(7, 13);
  const std::size_t begin = request.find('\n') + 1;
  constexpr std::size_t line = 45;
  std::string changed = request;
  changed.erase(begin, line);
  CHECK(says(rig.refused(changed, ErrorCode::invalid), "cut or added to"));
  changed = request;
  changed.insert(begin, request.substr(begin, line));
  rig.refused(changed, ErrorCode::invalid);
  changed = request;
  changed[begin] = changed[begin] == 'A' ? 'B' : 'A';
  rig.refused(changed, ErrorCode::corrupt);
  rig.refused("old 7\n\n" + rig.log.checkpoint(13), ErrorCode::invalid);
  must(rig.ask(request));
}

TEST_CASE("a first request has no proof") {
  Rig rig(default_suite);
  const std::string request = rig.log.request(3, 8);
  rig.refused("old 0" + request.substr(request.find('\n')), ErrorCode::invalid);
  CHECK(rig.files() == 0);
}

TEST_CASE("only logs that the witness knows are cosigned, and only what they signed") {
  Rig rig(GENERATE(default_suite, national_suite));
  CHECK(says(rig.refused("old 0\n\n" + rig.log.checkpoint(8, must(SigningKey::generate(
                                                                 rig.log.suite, log_origin))),
                         ErrorCode::refused),
             "signed by none"));
  const SigningKey other = must(SigningKey::generate(rig.log.suite, "example.org/other"));
  const std::string of_other =
      must(sign_checkpoint({"example.org/other", 8, rig.log.root(8)}, {&other}));
  CHECK(says(rig.refused("old 0\n\n" + of_other, ErrorCode::refused), "unknown to this witness"));
  std::string changed = rig.log.request(0, 8);
  changed[changed.find("\n8\n") + 1] = '9';
  rig.refused(changed, ErrorCode::refused);
  rig.refused(rig.log.request(0, 8).substr(6), ErrorCode::invalid);
  rig.refused("old 0\n\nexample.org/log\n8\n", ErrorCode::invalid);
  CHECK(rig.files() == 0);
}

TEST_CASE("two logs of one witness do not know of each other") {
  Rig rig(default_suite);
  must(rig.ask(rig.log.request(0, 8)));
  const SigningKey other = must(SigningKey::generate(default_suite, "example.org/other"));
  rig.logs.push_back(other.verifier());
  must(rig.ask("old 0\n\n" +
               must(sign_checkpoint({"example.org/other", 5, rig.log.root(5)}, {&other}))));
  must(rig.ask(rig.log.request(8, 13)));
  CHECK(rig.files() == 2);
}

TEST_CASE("a witness whose memory is damaged does not start anew") {
  Rig rig(GENERATE(default_suite, national_suite));
  must(rig.ask(rig.log.request(0, 8)));
  const std::string good = rig.remembered();
  const SigningKey stranger = must(SigningKey::generate(rig.log.suite, log_origin));
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() - 1), good.substr(0, 20), good + "x",
        std::string(good.size(), '\0'), rig.log.checkpoint(8, stranger)}) {
    write(rig.state(), bad);
    CHECK(says(rig.refused(rig.log.request(0, 8), ErrorCode::corrupt), rig.state()));
    rig.refused(rig.log.request(8, 13), ErrorCode::corrupt);
  }
  write(rig.state(), good);
  must(rig.ask(rig.log.request(8, 13)));
  CHECK(error_of(WitnessMemory::open(rig.folder / "lost")).code == ErrorCode::not_found);
}

// It is remembered before it is printed, so a witness that was killed between knows more than the
// log heard of.
TEST_CASE("a witness that was ended before it could answer cosigns the same again") {
  Rig rig(default_suite);
  must(rig.ask(rig.log.request(0, 8)));
  must(rig.ask(rig.log.request(8, 13)));  // the answer is lost
  CHECK(says(rig.refused(rig.log.request(8, 13), ErrorCode::conflict), "`old 13`"));
  CHECK(must(rig.ask(rig.log.request(13, 13))).of.size == 13);
}

TEST_CASE("one process at a time has a witness's memory") {
  Rig rig(default_suite);
  std::optional<WitnessMemory> held = must(WitnessMemory::open(rig.folder.path()));
  auto other = std::async(std::launch::async,
                          [&] { return WitnessMemory::open(rig.folder.path()).has_value(); });
  CHECK(other.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  held.reset();
  CHECK(other.get());
}
