#include "proof/rotation.h"

#include <capnp/message.h>

#include "codec/text.h"
#include "proof/suite.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

/// A log with its keys, and the records that would open it and rotate its key.
struct Log {
  explicit Log(std::string_view algorithms)
      : suite(algorithms), first(key()), second(key()), recovery(key()) {}
  SigningKey key() const { return must(SigningKey::generate(suite, "example.org/log")); }

  Result<void> open(LogKeys& keys, std::uint32_t epoch = 0, std::uint64_t sequence = 0) const {
    capnp::MallocMessageBuilder message;
    auto record = message.initRoot<schema::Record>();
    record.setSequence(sequence);
    auto opened = record.initFact().initLedgerOpened();
    opened.setOrigin("example.org/log");
    opened.setSuite(text_of(suite));
    opened.setEpoch(epoch);
    opened.setVerifierKey(text_of(first.verifier().text()));
    opened.setRecoveryKey(text_of(recovery.verifier().text()));
    return keys.fold(record.asReader());
  }
  /// Rotates `from` to `to` at record 7; an authority signs as the old key or as the recovery key.
  Result<void> rotate(LogKeys& keys, const SigningKey& from, const SigningKey& to,
                      const SigningKey* by_old, const SigningKey* by_recovery,
                      std::uint64_t signed_size = 7) const {
    capnp::MallocMessageBuilder message;
    auto record = message.initRoot<schema::Record>();
    record.setSequence(7);
    auto rotated = record.initFact().initKeyRotated();
    rotated.setOldKey(text_of(from.verifier().text()));
    rotated.setNewKey(text_of(to.verifier().text()));
    const std::string text =
        rotation_message("example.org/log", 0, signed_size, from.verifier(), to.verifier());
    rotated.setNewSignature(data_of(must(to.sign(text))));
    if (by_old) rotated.setOldSignature(data_of(must(by_old->sign(text))));
    if (by_recovery) rotated.setRecoverySignature(data_of(must(by_recovery->sign(text))));
    return keys.fold(record.asReader());
  }

  std::string suite;
  SigningKey first;
  SigningKey second;
  SigningKey recovery;
};

}  // namespace

TEST_CASE("the old key hands over to the new one, and a lost one is replaced by the recovery key") {
  const Log log(GENERATE(default_suite, national_suite));
  const bool lost = GENERATE(false, true);
  LogKeys keys;
  must(log.open(keys));
  CHECK(keys.current() == log.first.verifier());
  must(log.rotate(keys, log.first, log.second, lost ? nullptr : &log.first,
                  lost ? &log.recovery : nullptr));
  CHECK(keys.current() == log.second.verifier());
  REQUIRE(keys.all().size() == 2);
  CHECK(keys.all()[1].from == 7);
  CHECK(keys.all()[1].by_recovery == lost);
}

TEST_CASE("a rotation that nobody entitled signed is refused") {
  const Log log(default_suite);
  const SigningKey stranger = log.key();
  LogKeys keys;
  must(log.open(keys));
  const auto refused = [&](const Result<void>& result) {
    CHECK(error_of(result).code == ErrorCode::corrupt);
    CHECK(keys.current() == log.first.verifier());
  };
  refused(log.rotate(keys, log.first, log.second, nullptr, nullptr));
  refused(log.rotate(keys, log.first, log.second, &stranger, nullptr));
  refused(log.rotate(keys, log.first, log.second, nullptr, &stranger));
  refused(log.rotate(keys, log.first, log.second, &log.recovery, nullptr));
  refused(log.rotate(keys, stranger, log.second, &stranger, nullptr));
  refused(log.rotate(keys, log.first, log.second, &log.first, nullptr, 8));
}

TEST_CASE("the new key must sign too, and be one of the log's suite and name") {
  const Log log(default_suite);
  LogKeys keys;
  must(log.open(keys));
  const SigningKey other_suite = must(SigningKey::generate(national_suite, "example.org/log"));
  CHECK_FALSE(log.rotate(keys, log.first, other_suite, &log.first, nullptr));
  const SigningKey other_name = must(SigningKey::generate(default_suite, "example.org/other"));
  CHECK_FALSE(log.rotate(keys, log.first, other_name, &log.first, nullptr));
  CHECK(keys.all().size() == 1);
}

TEST_CASE("a log is opened once an epoch") {
  const Log log(default_suite);
  LogKeys keys;
  CHECK_FALSE(log.rotate(keys, log.first, log.second, &log.first, nullptr));
  must(log.open(keys));
  CHECK_FALSE(log.open(keys, 0, 3));
  must(log.open(keys, 1, 9));
  CHECK(keys.epoch() == 1);
  CHECK(keys.all().front().from == 9);
}
