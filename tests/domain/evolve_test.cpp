#include "domain/evolve.h"

#include <capnp/serialize.h>

#include <cstring>

#include "domain/effects.h"
#include "domain/support/rule_book.h"
#include "support/catch.h"

// Folding takes records as they were stored, also ones that this build would not have accepted.

using namespace counterfoil;
using namespace counterfoil::test;
using Catch::Matchers::Contains;

namespace {

/// A record of that fact, with no subjects.
struct Stored {
  explicit Stored(const FactOf& fact, std::uint64_t sequence = 50) {
    record.setFormat(1);
    record.setSequence(sequence);
    fact.fill(record.initFact());
  }
  capnp::MallocMessageBuilder message;
  schema::Record::Builder record = message.initRoot<schema::Record>();
};

Error folding(MemoryLedger& ledger, Stored& stored) {
  Book book(ledger);
  const auto folded = evolve(book, stored.record.asReader());
  return folded ? Error{ErrorCode::io, "folded"} : folded.error();
}

FactOf with_effect(schema::Component component) {
  return but(reverse(0), [=](schema::Fact::Builder fact) {
    auto effect = fact.getEventReversed().initEffects(1)[0];
    effect.setLine(A);
    effect.setComponent(component);
  });
}

}  // namespace

TEST_CASE("folding stops at a fact that this build does not know") {
  // It went on: the fact's effects were lost, and every page behind it was wrong without a word.
  MemoryLedger ledger;
  Stored unspecified({[](schema::Fact::Builder) {}});
  CHECK(folding(ledger, unspecified).code == ErrorCode::unsupported);

  Stored newer(monitor("unit/U"));
  const auto tag = static_cast<std::uint16_t>(newer.record.getFact().which());
  auto words = capnp::canonicalize(newer.record.getFact().asReader());
  auto bytes = words.asBytes();
  std::uint16_t found = 0;
  std::memcpy(&found, bytes.begin() + 8, sizeof found);
  REQUIRE(found == tag);
  const std::uint16_t unknown = 999;
  std::memcpy(bytes.begin() + 8, &unknown, sizeof unknown);
  const kj::ArrayPtr<const capnp::word> segment = words;
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1));
  newer.record.setFact(reader.getRoot<schema::Fact>());
  const Error error = folding(ledger, newer);
  CHECK(error.code == ErrorCode::unsupported);
  CHECK_THAT(error.message, Contains("record 50") && Contains("tag 999"));
  const auto no_visit = [](const auto&) -> Result<void> { return {}; };
  const auto fact = newer.record.asReader().getFact();
  CHECK(for_each_line_effect(fact, no_visit).error().code == ErrorCode::unsupported);
  CHECK(for_each_pool_effect(fact, no_visit).error().code == ErrorCode::unsupported);
}

TEST_CASE("folding stops at a kind or a component that this build does not know") {
  MemoryLedger ledger;
  Stored kind(adjust(static_cast<Kind>(10), {{A, 1, ""}}));
  CHECK(folding(ledger, kind).code == ErrorCode::unsupported);
  Stored component(with_effect(static_cast<schema::Component>(12)));
  CHECK(folding(ledger, component).code == ErrorCode::unsupported);
}

TEST_CASE("folding refuses a record that is not the next of a subject") {
  // It ended the process: but what is folded comes from a disk, and may be damaged.
  MemoryLedger ledger;
  Stored stored(unit("U"));
  auto entry = stored.record.initSubjects(1)[0];
  entry.setId("unit/U");
  entry.setOrdinal(3);
  const Error error = folding(ledger, stored);
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Contains("record 50") && Contains("unit/U"));
}

TEST_CASE(
    "folding adds amounts that no decision would have let pass, or says that they do not fit") {
  // The amount was negated without a check, which INT64_MIN has no answer to.
  MemoryLedger ledger;
  Stored stored(refund(A, INT64_MIN, 9));
  CHECK(folding(ledger, stored).code == ErrorCode::limit);
  Stored settled(pay(A, INT64_MIN, 9));
  CHECK(folding(ledger, settled).code == ErrorCode::limit);
  Stored pooled(adjust(Kind::CLAWBACK, {{A, INT64_MIN, ""}}, "p"));
  CHECK(folding(ledger, pooled).code == ErrorCode::limit);
}

TEST_CASE("a reversal of an approval that is not in force changes nothing") {
  // The count of approvals went below 0, and wrapped.
  MemoryLedger ledger;
  REQUIRE(ledger.submit(city()));
  REQUIRE(ledger.submit(target("project/P", "U")));
  REQUIRE(ledger.submit(approve(next)));
  REQUIRE(ledger.submit(reverse(next + 1)));
  Stored again(reverse(next + 1));
  Book book(ledger);
  REQUIRE(evolve(book, again.record.asReader()));
  CHECK(book.state<EventState>(event_key(Sequence{next}))->approvals == 0);
}

TEST_CASE("kinds of adjustments and components have the same numbers and names") {
  for (const auto kind : capnp::Schema::from<Kind>().getEnumerants()) {
    if (kind.getOrdinal() == 0) continue;
    const auto component = component_of(static_cast<Kind>(kind.getOrdinal()));
    const auto named =
        capnp::Schema::from<schema::Component>().getEnumerantByName(kind.getProto().getName());
    REQUIRE(component.has_value());
    CHECK(static_cast<std::uint16_t>(*component) == named.getOrdinal());
    CHECK(is_part_of_current(*component));
  }
  CHECK_FALSE(is_part_of_current(schema::Component::COMMITTED));
  CHECK_FALSE(is_part_of_current(schema::Component::SPENT));
  CHECK(is_part_of_current(schema::Component::ORIGINAL));
}
