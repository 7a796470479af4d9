#include "codec/text.h"
#include "ledger_rig.h"
#include "net/event_pump.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Rig : ServedLedger {
  std::uint64_t size() { return server.ledger().journal().size(); }

  using Narrow = std::function<void(schema::Feed::SubscribeParams::Builder)>;
  Subscribed subscribe(std::uint64_t from, const Narrow& narrow) {
    auto seen = std::make_shared<Collector::Seen>();
    auto request = client.feed().subscribeRequest();
    request.setFrom(from);
    request.setSink(kj::heap<Collector>(seen));
    narrow(request);
    return {seen, request.send().wait(loop.scope()).getSubscription()};
  }
  Error refused(const Narrow& narrow) {
    auto request = client.feed().subscribeRequest();
    request.setSink(kj::heap<Collector>(std::make_shared<Collector::Seen>()));
    narrow(request);
    return error_of(request.send(), loop);
  }
  /// A project of the unit with a line, an appropriation and some supplements.
  void record_project(const std::string& id, const std::string& of_unit, int supplements) {
    std::vector<Fill> commands = {project(id, of_unit), line(id),
                                  appropriation(id, 1'000, "a-" + id)};
    for (int i = 0; i < supplements; ++i)
      commands.push_back(supplement(id, 1, fmt::format("s-{}-{}", id, i)));
    must_record(loop, client, commands);
  }
};

void set(capnp::List<capnp::Text>::Builder list, std::string value) {
  list.set(0, text_of(value));
}

}  // namespace

TEST_CASE("a filtered subscriber gets what matches from the past and live, and nothing else") {
  Rig rig;
  must_record(rig.loop, rig.client, {unit("U1"), unit("U2")});
  rig.record_project("A", "U1", 50);
  rig.record_project("B", "U2", 50);
  const auto of_unit =
      rig.subscribe(0, [](auto params) { set(params.initFilter().initUnits(1), "U2"); });
  const auto of_line = rig.subscribe(0, [](auto params) {
    auto filter = params.initFilter();
    set(filter.initSubjects(1), "line/2024/A");
    set(filter.initFacts(1), "budgetAdjusted");
    filter.initFiscalYears(1).set(0, 2024);
  });
  CHECK(eventually(rig.loop, [&] { return of_unit.seen->sequences.size() == 54; }));
  CHECK(eventually(rig.loop, [&] { return of_line.seen->sequences.size() == 50; }));
  must_record(rig.loop, rig.client,
              {supplement("B", 1, "live-b"), supplement("A", 1, "live-a"), unit("U3")});
  CHECK(eventually(rig.loop, [&] { return of_unit.seen->sequences.size() == 55; }));
  CHECK(eventually(rig.loop, [&] { return of_line.seen->sequences.size() == 51; }));
  CHECK(of_unit.seen->sequences.back() == rig.size() - 3);
  CHECK(of_line.seen->sequences.back() == rig.size() - 2);
  CHECK(std::is_sorted(of_unit.seen->sequences.begin(), of_unit.seen->sequences.end()));
}

TEST_CASE("partitions over RPC together have each record once, each project's in order") {
  Rig rig;
  must_record(rig.loop, rig.client, {unit("U1")});
  for (int i = 0; i < 10; ++i) rig.record_project(fmt::format("P{}", i), "U1", 20);
  std::vector<Subscribed> all;
  for (std::uint32_t i = 0; i < 3; ++i)
    all.push_back(rig.subscribe(0, [i](auto params) {
      params.initPartition().setIndex(i);
      params.getPartition().setCount(3);
    }));
  const auto total = [&] {
    std::size_t count = 0;
    for (const auto& each : all) count += each.seen->sequences.size();
    return count;
  };
  CHECK(eventually(rig.loop, [&] { return total() == rig.size(); }));
  rig.record_project("P10", "U1", 20);
  CHECK(eventually(rig.loop, [&] { return total() == rig.size(); }));
  std::set<std::uint64_t> different;
  for (const auto& each : all) {
    CHECK(each.seen->sequences.size() > 10);
    CHECK(std::is_sorted(each.seen->sequences.begin(), each.seen->sequences.end()));
    different.insert(each.seen->sequences.begin(), each.seen->sequences.end());
  }
  CHECK(different.size() == rig.size());
}

TEST_CASE("a subscriber whom nothing matches is told how far it was looked for") {
  Rig rig;
  record_units(rig.loop, rig.client, "u", 2 * EventPump::records_in_beat + 5'000);
  const auto none =
      rig.subscribe(0, [](auto params) { set(params.initFilter().initFacts(1), "periodClosed"); });
  CHECK(eventually(rig.loop, [&] { return none.seen->beats >= 2; }));
  CHECK(none.seen->position >= 2 * EventPump::records_in_beat);
  // The rest is too little for a heartbeat by its number, and gets one by the time.
  CHECK(eventually(rig.loop, [&] { return none.seen->position == rig.size(); }));
  CHECK(none.seen->sequences.empty());
}

TEST_CASE("what no record could match, and positions of another epoch, are refused") {
  Rig rig;
  CHECK(rig.refused([](auto params) { set(params.initFilter().initFacts(1), "paid"); })
            .message.find("paid") != std::string::npos);
  CHECK(rig.refused([](auto params) { set(params.initFilter().initUnits(1), "a b"); }).code ==
        ErrorCode::invalid);
  CHECK(rig.refused([](auto params) {
             params.initPartition().setIndex(2);
             params.getPartition().setCount(2);
           })
            .code == ErrorCode::invalid);
  const Error other_epoch = rig.refused([](auto params) {
    params.setFrom(1);
    params.setEpoch(1);
  });
  CHECK(other_epoch.code == ErrorCode::refused);
  CHECK(other_epoch.message.find("e1:1") != std::string::npos);
  CHECK(rig.server.subscribers() == 0);
}
