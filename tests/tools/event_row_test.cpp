#include "counterfoil/event_row.h"

#include <capnp/message.h>

#include "codec/text.h"
#include "support/catch.h"

using namespace counterfoil;

namespace {

/// The row's detail for a fact that `set` fills, in a currency with two decimals.
template <typename Set>
std::string detail_of(Set set) {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  set(record.initFact());
  capnp::MallocMessageBuilder row;
  fill(row.initRoot<schema::EventRow>(), record.asReader(), 2);
  return std::string(view(row.getRoot<schema::EventRow>().asReader().getDetail()));
}

}  // namespace

TEST_CASE("an event's detail has money in major units, and posts where the line counts posts") {
  CHECK(detail_of([](schema::Fact::Builder fact) {
          auto legs = fact.initBudgetAdjusted().initLegs(2);
          legs[0].setAmount(-1'400'000'050);
          legs[0].setVintage(2023);
          legs[0].setLine("line/2024/P1/general/net/-");
          legs[1].setAmount(12'500);
          legs[1].setLine("line/2024/P1/general/headcount/-");
        }) ==
        R"({"legs":[{"amount":"-14000000.50","vintage":2023,"line":"line/2024/P1/general/net/-"},)"
        R"({"amount":"12.500","line":"line/2024/P1/general/headcount/-"}]})");
  CHECK(detail_of([](schema::Fact::Builder fact) {
          fact.initEventReversed().initPoolEffects(1)[0].setIncoming(5);
        }) == R"({"poolEffects":[{"incoming":"0.05"}]})");
  CHECK(detail_of([](schema::Fact::Builder fact) {
          fact.initMonitoringChecked().setSpent(100);
          fact.getMonitoringChecked().setExecutionRate(5'000);
        }) == R"({"spent":"1.00","executionRate":"5000"})");
}

TEST_CASE("an event without a fact that this build knows still has a row") {
  CHECK(detail_of([](schema::Fact::Builder) {}).empty());
}
