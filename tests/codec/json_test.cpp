#include "codec/json.h"

#include <capnp/message.h>
#include <capnp/schema.h>
#include <schema/event.capnp.h>
#include <schema/ledger.capnp.h>
#include <schema/views.capnp.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "codec/fill.h"
#include "codec/shape.h"
#include "support/catch.h"

using namespace counterfoil;

namespace {

template <typename Reader>
std::string canonical_bytes(Reader reader) {
  const auto words = capnp::canonicalize(reader);
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

std::string as_text(capnp::DynamicStruct::Reader reader) {
  const auto text = boost::json::serialize(to_json(reader));
  return {text.data(), text.size()};
}

/// What from_json makes of the text, printed by to_json again, or the error's message.
template <typename T>
std::string read_back(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return parsed.error().message;
  capnp::MallocMessageBuilder message;
  auto builder = message.initRoot<T>();
  if (const auto read = from_json(*parsed, builder); !read) return read.error().message;
  return as_text(builder.asReader());
}

/// Through JSON text and back: every step that a client's command takes.
template <typename T>
void check_round_trip(Extreme extreme, unsigned member) {
  capnp::MallocMessageBuilder message;
  auto original = message.initRoot<T>();
  fill(original, extreme, member);
  const std::string text = as_text(original.asReader());
  INFO(text);

  const auto parsed = parse_json(text);
  REQUIRE(parsed.has_value());
  capnp::MallocMessageBuilder copy_message;
  auto copy = copy_message.initRoot<T>();
  const auto read = from_json(*parsed, copy);
  INFO((read ? std::string() : read.error().message));
  REQUIRE(read.has_value());
  CHECK(canonical_bytes(copy.asReader()) == canonical_bytes(original.asReader()));
}

}  // namespace

TEST_CASE("every fact with every field set reads back from JSON as the same bytes") {
  const StructShape& facts = shape_of(capnp::Schema::from<schema::Fact>());
  unsigned kinds = 0;
  for (const FieldShape& field : facts.fields)
    if (StructShape::is_nameable(field)) ++kinds;
  REQUIRE(kinds >= 14);
  for (unsigned kind = 0; kind < kinds; ++kind) {
    check_round_trip<schema::Fact>(Extreme::lowest, kind);
    check_round_trip<schema::Fact>(Extreme::highest, kind);
  }
}

TEST_CASE("a command, a record and the rows of views read back from JSON as the same bytes") {
  for (const Extreme extreme : {Extreme::lowest, Extreme::highest}) {
    check_round_trip<schema::Command>(extreme, 0);
    check_round_trip<schema::Record>(extreme, 0);
    check_round_trip<schema::BudgetRow>(extreme, 0);
    check_round_trip<schema::AdjustmentRow>(extreme, 0);
    check_round_trip<schema::ViewInfo>(extreme, 0);
    check_round_trip<schema::Answer>(extreme, 0);  // its union holds a group
    check_round_trip<schema::Answer>(extreme, 1);
  }
}

TEST_CASE("a fact that only names its kind keeps it") {
  CHECK(read_back<schema::Fact>(R"({"monitoringChecked":{"about":"project/P"}})") ==
        R"({"monitoringChecked":{"about":"project/P"}})");
  CHECK(read_back<schema::Fact>(R"({"commitmentRecorded":{"line":"line/A"}})") ==
        R"({"commitmentRecorded":{"line":"line/A"}})");
}

TEST_CASE("JSON shows each kind of field in its own form") {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  record.setFormat(1);
  record.setEffectiveOn(19'783);
  record.setSequence(18'446'744'073'709'551'615u);
  record.setRecordedAt(1'709'280'000'000'001);
  record.setRole(schema::Role::FINANCE);
  const kj::byte hash[] = {0xab, 0x01};
  record.setCommandDigest(capnp::Data::Reader(hash, 2));
  auto sealed = record.initSealed(1)[0];
  sealed.setCiphertext(capnp::Data::Reader(hash, 2));
  auto checked = record.initFact().initMonitoringChecked();
  checked.setSpent(-9'223'372'036'854'775'807 - 1);
  checked.setFiscalYear(2024);
  auto actual = checked.initAttainments(2)[0].initActual();
  actual.setCoefficient(-1'250);
  actual.setScale(2);
  CHECK(
      as_text(record.asReader()) ==
      R"({"format":1,"role":"finance","effectiveOn":"2024-03-01",)"
      R"("sequence":"18446744073709551615","recordedAt":"2024-03-01T08:00:00.000001Z",)"
      R"("commandDigest":"ab01","sealed":[{"ciphertext":"qwE="}],"fact":{"monitoringChecked":)"
      R"({"fiscalYear":2024,"spent":"-9223372036854775808","attainments":[{"actual":"-12.50"},{}]}}})");
}

TEST_CASE("integers may come as numbers or as decimal strings, to the last one that fits") {
  CHECK(read_back<schema::Effect>(
            R"({"line":"line/A","amount":-9223372036854775808,"component":"spent"})") ==
        R"({"amount":"-9223372036854775808","component":"spent","line":"line/A"})");
  CHECK(read_back<schema::Effect>(R"({"line":"line/A","amount":"9223372036854775807"})") ==
        R"({"amount":"9223372036854775807","line":"line/A"})");
  CHECK(read_back<schema::SubjectEntry>(R"({"ordinal":18446744073709551615,"previous":"7"})") ==
        R"({"ordinal":"18446744073709551615","previous":"7"})");
  CHECK(read_back<schema::Leg>(R"({"line":"line/A","vintage":"2024"})") ==
        R"({"vintage":2024,"line":"line/A"})");
}

TEST_CASE("a decimal keeps its digits, and may come as an integer") {
  CHECK(read_back<schema::Indicator>(R"({"target":"12.50"})") == R"({"target":"12.50"})");
  CHECK(read_back<schema::Indicator>(R"({"target":12})") == R"({"target":"12"})");
  CHECK(read_back<schema::Indicator>(R"({"target":"0"})") == R"({"target":"0"})");
  CHECK(read_back<schema::Indicator>(R"({"target":"-9.223372036854775808"})") ==
        R"({"target":"-9.223372036854775808"})");
}

TEST_CASE("reading any struct checks it, not only a command") {
  CHECK(read_back<schema::Leg>(R"({"amount":1})") == "line: is missing");
  CHECK(read_back<schema::Fact>(R"({"unitRegistered":{"unit":"a b"}})")
            .starts_with("unitRegistered.unit: "));
  CHECK(read_back<schema::Fact>("{}").starts_with("the whole: name exactly one of "));
}

TEST_CASE("an empty list and an empty text are left unset") {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  const auto parsed = parse_json(R"({"evidence":[],"reason":"","facts":[]})");
  REQUIRE(from_json(*parsed, command).has_value());
  CHECK_FALSE(command.hasEvidence());
  CHECK_FALSE(command.hasReason());
  CHECK(canonical_bytes(command.asReader()).size() == 8);  // only the pointer to an empty struct
}

TEST_CASE("a command's effectiveOn is there or not, also on the day that counts as zero") {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  REQUIRE(command_from_json(*parse_json(R"({"effectiveOn":"1970-01-01"})"), command).has_value());
  CHECK(command.getHasEffectiveOn());
  CHECK(as_text(command.asReader()) == R"({"effectiveOn":"1970-01-01"})");

  capnp::MallocMessageBuilder other;
  auto without = other.initRoot<schema::Command>();
  REQUIRE(command_from_json(*parse_json(R"({"commandId":"a-1"})"), without).has_value());
  CHECK_FALSE(without.getHasEffectiveOn());
}
