#include "net/event_pump.h"

#include <kj/time.h>

#include "ledger_rig.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// A ledger without a server, whose feeds go by a clock that the test turns.
struct Rig {
  LedgerPlace place;
  AsioLoop loop;
  std::unique_ptr<Ledger> ledger = must(Ledger::open(
      place.ledger(), [] { return Instant{}; }, [](const std::string&) {}));
  kj::TimePoint now = kj::origin<kj::TimePoint>() + 1 * kj::HOURS;
  kj::TimerImpl timer{now};
  std::vector<std::string> reports;
  Feeds feeds{*ledger, timer, [this](const std::string& report) { reports.push_back(report); }};

  std::uint64_t records = 0;
  std::uint64_t beats = 0;
  Sequence position;
  bool takes = true;
  kj::Own<kj::PromiseFulfiller<void>> taken;
  std::optional<Error> ended;

  kj::Own<EventPump> start(EventPump::Order order) {
    return must(EventPump::start(feeds, "somebody", std::move(order),
                                 {[this](const EventBatch& batch) { return deliver(batch); },
                                  [this](const Error& why) { ended = why; }}));
  }
  kj::Promise<void> deliver(const EventBatch& batch) {
    records += batch.size();
    beats += batch.size() == 0;
    position = batch.position;
    if (takes) return kj::READY_NOW;
    auto pair = kj::newPromiseAndFulfiller<void>();
    taken = kj::mv(pair.fulfiller);
    return kj::mv(pair.promise);
  }
  /// Lets so much time pass, and all that is due happen.
  void pass(kj::Duration time) {
    now += time;
    for (int turn = 0; turn < 20; ++turn) {
      timer.advanceTo(now);
      loop.scope().poll();
    }
  }
};

}  // namespace

TEST_CASE("a subscriber who takes nothing is cut off, and both sides are told where it stands") {
  Rig rig;
  rig.takes = false;
  const auto pump = rig.start({Sequence{0}});
  rig.pass(0 * kj::SECONDS);
  CHECK(rig.records == 2);
  rig.pass(EventPump::stuck_after - 1 * kj::SECONDS);
  CHECK_FALSE(rig.ended);
  CHECK(rig.feeds.subscribers.size() == 1);
  rig.pass(1 * kj::SECONDS);
  REQUIRE(rig.ended);
  CHECK(rig.ended->message.find("took nothing for 60 s") != std::string::npos);
  CHECK(rig.feeds.subscribers.size() == 0);
  REQUIRE(rig.reports.size() == 1);
  CHECK(rig.reports.front().find("somebody was cut off at 2") != std::string::npos);
}

TEST_CASE("a slow subscriber who takes something in time goes on") {
  Rig rig;
  rig.takes = false;
  const auto pump = rig.start({Sequence{0}});
  rig.pass(0 * kj::SECONDS);
  for (int i = 0; i < 5; ++i) {
    rig.pass(EventPump::stuck_after - 1 * kj::SECONDS);
    rig.taken->fulfill();
    rig.pass(0 * kj::SECONDS);  // and a heartbeat is due
  }
  CHECK_FALSE(rig.ended);
  CHECK(rig.beats == 5);
  CHECK(rig.reports.empty());
}

TEST_CASE("a subscriber to whom nothing happens hears that the ledger is there") {
  Rig rig;
  const auto pump = rig.start({Sequence{2}});
  rig.pass(EventPump::idle_beat - 1 * kj::SECONDS);
  CHECK(rig.beats == 0);
  rig.pass(1 * kj::SECONDS);
  CHECK(rig.beats == 1);
  rig.pass(EventPump::idle_beat);
  CHECK(rig.beats == 2);
  CHECK(rig.position == Sequence{2});
}

TEST_CASE("whom nothing matched learns at the end of what there is that he is there") {
  Rig rig;
  const auto pump = rig.start({Sequence{0}, {.facts = {"periodClosed"}}});
  rig.pass(0 * kj::SECONDS);
  CHECK(rig.records == 0);
  CHECK(rig.beats == 1);
  CHECK(rig.position == Sequence{2});
}
