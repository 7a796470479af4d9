#include "codec/canonical.h"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstring>
#include <string>

#include "codec/fill.h"
#include "codec/json.h"
#include "codec/text.h"
#include "core/limits.h"
#include "support/catch.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

constexpr unsigned facts = 14;

/// A record as it is written, with a fact of that kind and nearly every field set.
std::string record_bytes(unsigned fact = 8) {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  fill(record, Extreme::highest);
  fill(record.initFact(), Extreme::highest, fact);
  record.setFormat(record_format);
  return std::string(bytes_of(canonical(record.asReader())));
}

Error load_error(std::string_view bytes) {
  RecordBuffer buffer;
  const auto record = buffer.load(bytes);
  return record ? Error{ErrorCode::io, "loaded"} : record.error();
}

Error canonical_error(std::string_view bytes) {
  const auto checked = check_canonical(bytes);
  return checked ? Error{ErrorCode::io, "canonical"} : checked.error();
}

/// The message's only segment as it was built: not canonical.
std::string segment_of(capnp::MessageBuilder& message) {
  const auto segments = message.getSegmentsForOutput();
  REQUIRE(segments.size() == 1);
  const auto bytes = segments[0].asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

/// The words read again and made canonical once more.
template <typename T>
std::string again(std::string_view canonical_bytes) {
  auto words = kj::heapArray<capnp::word>(canonical_bytes.size() / sizeof(capnp::word));
  std::memcpy(words.begin(), canonical_bytes.data(), canonical_bytes.size());
  const kj::ArrayPtr<const capnp::word> segment = words;
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1));
  return std::string(bytes_of(canonical(reader.getRoot<T>())));
}

void set_some(schema::Record::Builder record) {
  record.setFormat(1);
  record.setSequence(7);
  record.setActor("clerk");
  auto adjusted = record.initFact().initBudgetAdjusted();
  adjusted.setKind(schema::BudgetAdjusted::Kind::SUPPLEMENT);
  auto legs = adjusted.initLegs(2);
  legs[0].setLine("line/2024/P/general/net/-");
  legs[1].setAmount(5);
}

void set_empty(schema::Record::Builder record) {
  record.setReason("");
  record.setCommandDigest(capnp::Data::Reader());
  record.initEvidence(0);
  record.initDocuments(0);
  auto adjusted = record.getFact().getBudgetAdjusted();
  adjusted.setRequest("");
  adjusted.getLegs()[0].setSourceTag("");
}

void set_some(schema::Command::Builder command) {
  command.setCommandId("c-1");
  command.initFacts(1)[0].initTargetSubmitted().setAbout("project/P");
}

void set_empty(schema::Command::Builder command) {
  command.setReason("");
  command.initEvidence(0);
  command.initExpectations(0);
  command.getFacts()[0].getTargetSubmitted().initIndicators(0);
  command.getFacts()[0].getTargetSubmitted().setUnit("");
}

template <typename T>
void check_empty_left_out() {
  capnp::MallocMessageBuilder plain;
  set_some(plain.initRoot<T>());
  capnp::MallocMessageBuilder with_empty;
  auto root = with_empty.initRoot<T>();
  set_some(root);
  set_empty(root);
  const Words expected = canonical(plain.getRoot<T>().asReader());
  CHECK(bytes_of(canonical(root.asReader())) == bytes_of(expected));
}

}  // namespace

TEST_CASE("canonical form leaves out what is set but empty") {
  check_empty_left_out<schema::Record>();
  check_empty_left_out<schema::Command>();
}

TEST_CASE("canonical form of canonical form is itself, with every field and every fact") {
  for (unsigned fact = 0; fact < facts; ++fact) {
    for (const Extreme extreme : {Extreme::lowest, Extreme::highest}) {
      capnp::MallocMessageBuilder message;
      auto record = message.initRoot<schema::Record>();
      fill(record, extreme, fact);
      const Words words = canonical(record.asReader());
      CHECK(again<schema::Record>(bytes_of(words)) == bytes_of(words));
      auto command = message.initRoot<schema::Command>();
      fill(command, extreme, fact);
      const Words command_words = canonical(command.asReader());
      CHECK(again<schema::Command>(bytes_of(command_words)) == bytes_of(command_words));
    }
    CHECK(canonical_error(record_bytes(fact)).message == "canonical");
  }
}

TEST_CASE("leaving out what is empty changes nothing else, of no fact") {
  for (unsigned fact = 0; fact < facts; ++fact) {
    capnp::MallocMessageBuilder message;
    auto record = message.initRoot<schema::Record>();
    fill(record, Extreme::lowest, fact);
    fill(record.initFact(), Extreme::lowest, fact);
    record.setFormat(record_format);
    auto expected = to_json(record.asReader()).as_object();
    expected.erase("reason");
    record.setReason("");
    RecordBuffer buffer;
    const Words words = canonical(record.asReader());
    const auto loaded = buffer.load(bytes_of(words));
    REQUIRE(loaded.has_value());
    CHECK(to_json(*loaded) == expected);
  }
}

TEST_CASE("a fact with nothing set stays the fact that it is") {
  // Where something else was empty, a fact whose pointer was null came out as no fact at all.
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  record.setFormat(1);
  record.setReason("");
  record.initFact().initEventReversed();
  capnp::AnyStruct::Builder fact = capnp::toAny(record.getFact());
  fact.getPointerSection()[0].clear();
  REQUIRE(record.getFact().which() == schema::Fact::EVENT_REVERSED);
  RecordBuffer buffer;
  const Words words = canonical(record.asReader());
  CHECK(buffer.load(bytes_of(words))->getFact().which() == schema::Fact::EVENT_REVERSED);
}

TEST_CASE("an empty text in a list of texts has one encoding") {
  // One that was null became a text of its NUL alone where something else was empty.
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  auto subjects = record.initFact().initEventReversed().initSubjects(2);
  subjects.set(0, "fund/2024/general");
  const std::string null(bytes_of(canonical(record.asReader())));
  subjects.set(1, "");
  CHECK(bytes_of(canonical(record.asReader())) == null);
  record.setReason("");
  CHECK(bytes_of(canonical(record.asReader())) == null);
}

TEST_CASE("a decimal of 0 is kept: a target of none is another than no target") {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  record.setFormat(1);
  record.initFact().initTargetSubmitted().initIndicators(1)[0].initTarget();
  RecordBuffer buffer;
  const Words words = canonical(record.asReader());
  CHECK(
      buffer.load(bytes_of(words))->getFact().getTargetSubmitted().getIndicators()[0].hasTarget());
  CHECK(canonical_error(bytes_of(words)).message == "canonical");
}

// Cause: a command whose binary form had a struct with nothing in it got other bytes than the same
// command in JSON, so that sending it both ways was a conflict.
TEST_CASE("a struct that is there with nothing in it means what a missing one means") {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setCommandId("c");
  const std::string without(bytes_of(canonical(command.asReader())));
  SECTION("and is left out") {
    command.initOverride();
    CHECK(bytes_of(canonical(command.asReader())) == without);
  }
  SECTION("whatever empty things it holds") {
    command.initOverride().setDocument("");
    CHECK(bytes_of(canonical(command.asReader())) == without);
  }
  SECTION("and it is kept where something is in it") {
    command.initOverride().setDocument("D1");
    CHECK(bytes_of(canonical(command.asReader())) != without);
  }
}

TEST_CASE("a buffer reads record after record, long and short, from unaligned bytes") {
  RecordBuffer buffer;
  for (unsigned fact = 0; fact < facts; ++fact) {
    const std::string unaligned = "x" + record_bytes(fact);
    const auto record = buffer.load(std::string_view(unaligned).substr(1));
    REQUIRE(record.has_value());
    CHECK(static_cast<unsigned>(record->getFact().which()) == fact + 1);
  }
}

TEST_CASE("a buffer refuses bytes that are no whole words, and too many") {
  const std::string bytes = record_bytes();
  CHECK(load_error("").code == ErrorCode::corrupt);
  for (std::size_t cut = 1; cut < 8; ++cut)
    CHECK_THAT(load_error(bytes.substr(0, bytes.size() - cut)).message,
               Contains("not a whole number of words"));
  const std::string most = bytes + std::string(limits::record_bytes - bytes.size(), '\0');
  CHECK(load_error(most).message == "loaded");
  CHECK_THAT(load_error(most + std::string(8, '\0')).message, Contains("65536 bytes are more"));
}

TEST_CASE("a buffer refuses a root pointer that leads nowhere or to no struct") {
  std::string bytes = record_bytes();
  const auto with_root = [&](std::uint64_t pointer) {
    std::memcpy(bytes.data(), &pointer, sizeof pointer);
    return load_error(bytes);
  };
  CHECK(with_root(0x0001'0001'0000'fffc).code == ErrorCode::corrupt);  // far behind the end
  CHECK(with_root(0x0001'0001'ffff'fff0).code == ErrorCode::corrupt);  // before the start
  CHECK(with_root(0xffff'ffff'0000'0000).code == ErrorCode::corrupt);  // a struct too long
  CHECK(with_root(0x0000'0001'0000'0001).code == ErrorCode::corrupt);  // a list
  CHECK(with_root(0x0000'0000'0000'0002).code == ErrorCode::corrupt);  // into another segment
  CHECK(with_root(0x0000'0000'0000'0003).code == ErrorCode::corrupt);  // a capability
}

TEST_CASE("a buffer refuses words of zeros, and a record without a format") {
  // Nothing but zeros is a struct with nothing set, and it was taken for a record of format 0.
  CHECK(load_error(std::string(8, '\0')).code == ErrorCode::corrupt);
  CHECK(load_error(std::string(256, '\0')).code == ErrorCode::corrupt);
}

TEST_CASE("a buffer refuses a format newer than this build, by its number") {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  record.setFormat(record_format + 1);
  record.setSequence(41);
  const Words words = canonical(record.asReader());
  const Error error = load_error(bytes_of(words));
  CHECK(error.code == ErrorCode::unsupported);
  CHECK_THAT(error.message, Contains("record 41 has format 2") && Contains("install a newer one"));
}

TEST_CASE("no part of a record passes for a whole one") {
  for (unsigned fact = 0; fact < facts; ++fact) {
    const std::string bytes = record_bytes(fact);
    for (std::size_t size = 8; size < bytes.size(); size += 8)
      CHECK(canonical_error(bytes.substr(0, size)).code == ErrorCode::corrupt);
  }
}

TEST_CASE("damaged bytes are refused, or read as another record; they end nothing") {
  const std::string bytes = record_bytes();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    const Error error = canonical_error(damaged);
    CHECK((error.code == ErrorCode::corrupt || error.code == ErrorCode::unsupported ||
           error.message == "canonical"));
  }
}

TEST_CASE("only the one encoding of a record is canonical") {
  capnp::MallocMessageBuilder message(4'096);
  auto record = message.initRoot<schema::Record>();
  set_some(record);
  const std::string untrimmed = segment_of(message);
  CHECK(load_error(untrimmed).message == "loaded");
  CHECK_THAT(canonical_error(untrimmed).message, Contains("record 7 is not in canonical form"));

  const std::string good(bytes_of(canonical(record.asReader())));
  CHECK(canonical_error(good).message == "canonical");
  CHECK(canonical_error(good + std::string(8, '\0')).code == ErrorCode::corrupt);

  record.initEvidence(0);
  const Words with_empty = capnp::canonicalize(record.asReader());
  CHECK_THAT(canonical_error(bytes_of(with_empty)).message, Contains("not in canonical form"));
}

// The untyped walk that makes canonical form took such bytes as they were, and whoever read the
// field then met an exception.
// Cause: of the word that counts a list's structs, no reader looks at the topmost bit.
TEST_CASE("what passes by its encoding is encoded so, and all that is canonical passes") {
  std::string bytes = record_bytes(GENERATE(8u, 9u, 13u));
  unsigned passed = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto flip = [&] {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ static_cast<char>(1 << bit % 8));
    };
    flip();
    RecordBuffer buffer;
    if (const auto record = buffer.load(bytes)) {
      const bool passes = buffer.check_encoding().has_value();
      passed += passes ? 1 : 0;
      if (passes ? bytes_of(capnp::canonicalize(*record)) != bytes
                 : check_canonical(bytes).has_value())
        FAIL_CHECK("bit " << bit << ": " << passes);
    }
    flip();
  }
  CHECK(passed > 1'000);  // most bits are of numbers and texts
}

TEST_CASE("a record whose text has no NUL, or whose pointer leads to another type, is refused") {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  set_some(record);
  const std::string good(bytes_of(canonical(record.asReader())));
  CHECK(canonical_error(good).message == "canonical");
  std::string no_nul = good;
  no_nul[good.find("clerk") + 5] = 'x';
  CHECK_THAT(canonical_error(no_nul).message, Contains("not a record"));
  constexpr unsigned subjects = 11;  // pointer
  capnp::toAny(record).getPointerSection()[subjects].setAs<capnp::Text>("no list of structs");
  const Words words = capnp::canonicalize(record.asReader());
  CHECK(canonical_error(bytes_of(words)).code == ErrorCode::corrupt);
}
