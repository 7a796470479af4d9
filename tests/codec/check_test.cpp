#include "codec/check.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <schema/views.capnp.h>

#include <cstring>

#include "codec/fill.h"
#include "codec/json.h"
#include "codec/shape.h"
#include "support/catch.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A command as a client builds it; `message()` is what check_command says to it.
struct Sent {
  capnp::MallocMessageBuilder builder;
  schema::Command::Builder command = builder.initRoot<schema::Command>();

  schema::Fact::Builder fact() { return command.initFacts(1)[0]; }
  Error error() {
    const auto checked = check_command(command.asReader());
    return checked ? Error{ErrorCode::io, "accepted"} : checked.error();
  }
  std::string message() { return error().message; }
};

}  // namespace

TEST_CASE("a command with every field that a client may set is accepted in binary form") {
  const StructShape& facts = shape_of(capnp::Schema::from<schema::Fact>());
  for (unsigned kind = 0; kind + 1 < facts.fields.size(); ++kind) {
    Sent sent;
    fill(sent.command, Extreme::highest);
    fill(sent.command.initFacts(1)[0], Extreme::highest, kind);
    sent.command.setCommandId("c-1");
    CHECK(sent.message() == "accepted");
  }
}

TEST_CASE("binary input is refused for the same reasons as JSON, with the same paths") {
  Sent sent;
  auto legs = sent.fact().initBudgetAdjusted().initLegs(2);
  legs[0].setLine("line/A");
  SECTION("a missing subject") {
    CHECK(sent.message() == "facts[0].budgetAdjusted.legs[1].line: is missing");
  }
  legs[1].setLine("line/B");
  CHECK(sent.message() == "accepted");

  SECTION("a wrong subject") {
    legs[1].setLine("line//B");
    CHECK_THAT(sent.message(), StartsWith("facts[0].budgetAdjusted.legs[1].line: "));
  }
  SECTION("a field of the ledger") {
    legs[1].setBalanceAfter(1);
    CHECK_THAT(sent.message(),
               StartsWith("facts[0].budgetAdjusted.legs[1].balanceAfter: only the ledger"));
  }
  SECTION("overlong UTF-8") {
    sent.command.setReason("\xc0\xaf");
    CHECK(sent.message() == "reason: is not UTF-8 text without NUL");
  }
  SECTION("a NUL within a text") {
    sent.command.setReason(capnp::Text::Reader("a\0b", 3));
    CHECK(sent.message() == "reason: is not UTF-8 text without NUL");
  }
  SECTION("a text beyond its limit") {
    sent.command.setReason(std::string(4'001, 'x').c_str());
    CHECK(sent.error().code == ErrorCode::limit);
    CHECK(sent.message() == "reason: has 4001 bytes; the limit is 4000");
  }
  SECTION("a list beyond its limit") {
    sent.command.initEvidence(257);
    CHECK(sent.error().code == ErrorCode::limit);
    CHECK(sent.message() == "evidence: has 257 elements; the limit is 256");
  }
  SECTION("a day without a date") {
    sent.command.setHasEffectiveOn(true);
    sent.command.setEffectiveOn(2'932'897);
    CHECK_THAT(sent.message(), StartsWith("effectiveOn: 2932897 lies outside"));
  }
  SECTION("a day whose flag is not set") {
    sent.command.setEffectiveOn(1);
    CHECK(sent.message() == "effectiveOn: is set, but hasEffectiveOn is not");
  }
  SECTION("a role of a newer schema") {
    sent.command.setRole(static_cast<schema::Role>(99));
    CHECK_THAT(sent.message(), StartsWith("role: 99 is a value"));
  }
  SECTION("a command id with a space") {
    sent.command.setCommandId("a b");
    CHECK_THAT(sent.message(), StartsWith("commandId: "));
  }
}

TEST_CASE("a fact without a kind is refused") {
  Sent sent;
  sent.command.initFacts(1);
  CHECK_THAT(sent.message(), StartsWith("facts[0]: name exactly one of ledgerOpened, "));
}

TEST_CASE("a decimal with a scale that is not exact is refused") {
  Sent sent;
  auto submitted = sent.fact().initTargetSubmitted();
  submitted.setAbout("unit/u");
  submitted.setUnit("u");
  submitted.initIndicators(1)[0].initTarget().setScale(19);
  CHECK_THAT(sent.message(),
             StartsWith("facts[0].targetSubmitted.indicators[0].target: has scale 19"));
}

TEST_CASE("a fact of a newer schema is refused") {
  // Three facts in one list: the tag of the second is a number that no member of the union has.
  capnp::MallocMessageBuilder builder;
  auto fact = builder.initRoot<schema::Fact>();
  fact.initEventReversed();
  auto data = capnp::AnyStruct::Builder(capnp::DynamicStruct::Builder(fact)).getDataSection();
  data[0] = 0xff;
  CHECK(check_struct(fact.asReader()).error().message ==
        "the whole: is of a kind that this build does not know");
}

TEST_CASE("a field that this build does not know is refused, wherever it is in the message") {
  // A newer client's struct is longer: BudgetRow stands in for what Override may become.
  capnp::MallocMessageBuilder builder;
  auto row = builder.initRoot<schema::BudgetRow>();
  row.setProject("authority");
  const auto as_override = [&] {
    return check_struct(
        builder.getRoot<capnp::AnyStruct>().asReader().as<schema::Command::Override>());
  };
  CHECK(as_override().has_value());
  SECTION("a number behind the known ones") {
    row.setSpent(1);
  }
  SECTION("a text behind the known ones") {
    row.setItem("x");
  }
  CHECK_THAT(as_override().error().message,
             Contains("a field of Command.Override that this build does not know"));
}

TEST_CASE("bits in the gaps between fields are refused") {
  Sent sent;
  auto data =
      capnp::AnyStruct::Builder(capnp::DynamicStruct::Builder(sent.command)).getDataSection();
  for (auto& byte : data) byte = 0;
  data[12] = 2;  // beside the bit of hasEffectiveOn
  CHECK_THAT(sent.message(), Contains("does not know"));
}

// Cause: a Decimal is checked as the one value that it stands for, and what lay beside its two
// fields was not looked at: it was recorded unseen, and lost where the command went through JSON.
TEST_CASE("a bit of a decimal that no field uses is refused") {
  Sent sent;
  auto target = sent.command.initFacts(1)[0].initTargetSubmitted();
  target.setFiscalYear(2024);
  target.setAbout("project/p");
  target.setUnit("u");
  auto decimal = target.initIndicators(1)[0].initTarget();
  decimal.setCoefficient(1250);
  decimal.setScale(2);
  CHECK_THAT(sent.message(), !Contains("does not know"));
  capnp::AnyStruct::Builder(capnp::DynamicStruct::Builder(decimal)).getDataSection()[9] = 1;
  CHECK_THAT(sent.message(), Contains("does not know"));
}

// Cause: such a list kept its encoding, and the same command in JSON got another.
TEST_CASE("a list of structs is refused where it is encoded as one of numbers") {
  Sent sent;
  sent.command.initFacts(1)[0].initUnitRegistered().setUnit("u");
  capnp::DynamicStruct::Builder command(sent.command);
  command.init("documents", 2);
  CHECK_THAT(sent.message(), !Contains("not encoded as a list of structs"));
  capnp::AnyStruct::Builder any(command);
  any.getPointerSection()[2].initAs<capnp::List<capnp::Void>>(2);
  CHECK_THAT(sent.message(), Contains("documents: is not encoded as a list of structs"));
}

TEST_CASE("a message cut short or damaged is refused and never throws") {
  Sent sent;
  fill(sent.command, Extreme::highest);
  const auto words = capnp::canonicalize(sent.command.asReader());
  unsigned malformed = 0;
  for (std::size_t i = 0; i < words.size() * 64; ++i) {
    kj::Array<capnp::word> damaged = kj::heapArray<capnp::word>(words.size());
    std::memcpy(damaged.begin(), words.begin(), words.size() * sizeof(capnp::word));
    damaged.asBytes()[i / 8] = static_cast<kj::byte>(damaged.asBytes()[i / 8] ^ (1u << i % 8));
    const kj::ArrayPtr<const capnp::word> segments[] = {damaged};
    capnp::SegmentArrayMessageReader reader(segments);
    schema::Command::Reader command;
    try {
      command = reader.getRoot<schema::Command>();
    } catch (const kj::Exception&) {
      continue;  // the root pointer itself; whoever asks for the root sees to it
    }
    // Whatever is accepted can be printed: nothing is left for a later reader to trip over.
    const auto checked = check_command(command);
    if (checked) CHECK(to_json(command).is_object());
    if (!checked && checked.error().message.starts_with("the message is malformed: ")) ++malformed;
  }
  CHECK(malformed > 100);
}
