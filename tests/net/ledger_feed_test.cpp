#include <unistd.h>

#include <fstream>

#include "codec/text.h"
#include "core/limits.h"
#include "ledger_rig.h"
#include "net/gate.h"
#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Rig : ServedLedger {
  std::uint64_t size() { return server.ledger().journal().size(); }
  bool arrives(const Subscribed& subscribed) {
    return eventually(loop, [&] { return subscribed.seen->next >= size(); }) &&
           subscribed.seen->in_order && subscribed.seen->next == size();
  }
};

}  // namespace

// Cause: the promise that told of growth was replaced from within its own callback. With nobody
// waiting for it, nothing else kept it, and it destroyed itself while it ran.
TEST_CASE("a journal that grew while nobody followed is followed like any other") {
  Rig rig;
  for (int i = 0; i < 5; ++i) {
    must_record(rig.loop, rig.client, {unit(fmt::format("early-{}", i))});
    rig.server.on_loop([](Server&) {});
  }
  const auto subscribed = subscribe(rig.loop, rig.client, 0);
  CHECK(rig.arrives(subscribed));
  must_record(rig.loop, rig.client, {unit("late")});
  CHECK(rig.arrives(subscribed));
}

TEST_CASE("a subscription starts at the beginning, in the middle or at the end, not beyond") {
  Rig rig;
  record_units(rig.loop, rig.client, "a", 3'000);
  const std::uint64_t size = rig.size();
  const auto all = subscribe(rig.loop, rig.client, 0);
  const auto half = subscribe(rig.loop, rig.client, size / 2);
  const auto live = subscribe(rig.loop, rig.client, size);
  CHECK(rig.arrives(all));
  CHECK(rig.arrives(half));
  must_record(rig.loop, rig.client, {unit("live")});
  for (const Subscribed* each : {&all, &half, &live}) CHECK(rig.arrives(*each));
  CHECK(live.seen->next == size + 1);
  CHECK(live.seen->head == size + 1);

  auto beyond = rig.client.feed().subscribeRequest();
  beyond.setFrom(size + 2);
  beyond.setSink(kj::heap<Collector>(std::make_shared<Collector::Seen>()));
  CHECK(error_of(beyond.send(), rig.loop).code == ErrorCode::not_found);
  CHECK(error_of(rig.client.feed().subscribeRequest().send(), rig.loop).code == ErrorCode::invalid);
  CHECK(rig.server.subscribers() == 3);
}

TEST_CASE("50 subscribers who start anywhere see each record once while others are appended") {
  Rig rig;
  record_units(rig.loop, rig.client, "old", 2'000);
  std::vector<Subscribed> all;
  std::vector<std::unique_ptr<LedgerClient>> clients;
  std::vector<kj::Promise<RecordResponse>> under_way;
  for (unsigned i = 0; i < 50; ++i) {
    if (i % 10 == 0)
      clients.push_back(
          std::make_unique<LedgerClient>(rig.loop, rig.server.address(), rig.place.token()));
    std::vector<Fill> commands;
    for (int k = 0; k < 40; ++k) commands.push_back(unit(fmt::format("new-{}-{}", i, k)));
    under_way.push_back(record(rig.client.recorder(), commands));
    all.push_back(subscribe(rig.loop, *clients.back(), i * 40));
  }
  for (auto& promise : under_way) promise.wait(rig.loop.scope());
  CHECK(rig.size() == 2 + 2'000 + 50 * 40);
  for (const auto& each : all) CHECK(rig.arrives(each));
}

// The bound comes from Cap'n Proto's flow control; what is measured is that it is in force, and
// that it holds against socket buffers of any size.
TEST_CASE("a subscriber who never answers is sent no more than the limit and holds up nobody") {
  Rig rig;
  LedgerClient slow_client(rig.loop, rig.server.address(), rig.place.token());
  const auto slow = subscribe(rig.loop, slow_client, 0, true);
  const auto quick = subscribe(rig.loop, rig.client, 0);
  record_units(rig.loop, rig.client, "large", 6'000, 3'900);
  CHECK(rig.arrives(quick));
  CHECK(quick.seen->bytes > 2 * limits::unacknowledged_bytes);
  rig.loop.timer().afterDelay(300 * kj::MILLISECONDS).wait(rig.loop.scope());
  CHECK(slow.seen->bytes > 0);
  CHECK(slow.seen->bytes <= limits::unacknowledged_bytes);
  // It takes up again where it was.
  slow.seen->hold = false;
  for (auto& held : slow.seen->held) held->fulfill();
  slow.seen->held.clear();
  CHECK(rig.arrives(slow));
}

TEST_CASE("a subscriber whose socket is never read holds up nobody") {
  Rig rig;
  AsioLoop& loop = rig.loop;
  auto stuck = std::make_unique<LedgerClient>(loop, rig.server.address(), rig.place.token());
  std::thread blocked;  // a loop that is not run reads nothing
  const auto quick = subscribe(loop, rig.client, 0);
  auto other_loop_done = std::make_unique<std::promise<void>>();
  auto subscribed = std::make_unique<std::promise<void>>();
  blocked = std::thread([&] {
    AsioLoop theirs;
    LedgerClient client(theirs, rig.server.address(), rig.place.token());
    const auto seen = subscribe(theirs, client, 0);
    subscribed->set_value();
    other_loop_done->get_future().wait();
  });
  subscribed->get_future().wait();
  CHECK(eventually(loop, [&] { return rig.server.subscribers() == 2; }));
  record_units(loop, rig.client, "large", 4'000, 3'900);
  CHECK(rig.arrives(quick));
  other_loop_done->set_value();
  blocked.join();
  CHECK(eventually(loop, [&] { return rig.server.subscribers() == 1; }));
}

/// Bytes of the process that lie in memory.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Both ends are in this process, so what it grows by is more than what the server does.
TEST_CASE("10,000 idle subscribers fit, a record reaches all of them, and one more is refused") {
  Rig rig;
  const std::size_t before = resident_bytes();
  std::vector<std::shared_ptr<Collector::Seen>> all;
  kj::Vector<kj::Promise<schema::Subscription::Client>> subscribing;
  for (std::size_t i = 0; i < limits::subscribers; ++i) {
    all.push_back(std::make_shared<Collector::Seen>());
    auto request = rig.client.feed().subscribeRequest();
    request.setFrom(rig.size());
    request.setSink(kj::heap<Collector>(all.back()));
    subscribing.add(request.send().then([](auto response) { return response.getSubscription(); }));
  }
  const auto kept = kj::joinPromises(subscribing.releaseAsArray()).wait(rig.loop.scope());
  CHECK(rig.server.subscribers() == limits::subscribers);
  const std::size_t each = (resident_bytes() - before) / limits::subscribers;
  INFO(each << " bytes for each");
  CHECK(each < 32'768);
  auto one_more = rig.client.feed().subscribeRequest();
  one_more.setSink(kj::heap<Collector>(std::make_shared<Collector::Seen>()));
  CHECK(error_of(one_more.send(), rig.loop).code == ErrorCode::busy);
  must_record(rig.loop, rig.client, {unit("news")});
  CHECK(eventually(rig.loop, [&] {
    return std::all_of(all.begin(), all.end(), [](const auto& seen) { return seen->calls > 0; });
  }));
}

TEST_CASE("a subscription ends when it is dropped") {
  Rig rig;
  auto subscribed = subscribe(rig.loop, rig.client, 0);
  CHECK(rig.arrives(subscribed));
  subscribed.subscription = nullptr;
  CHECK(eventually(rig.loop, [&] { return rig.server.subscribers() == 0; }));
  CHECK(eventually(rig.loop, [&] { return subscribed.seen->gone; }));
  must_record(rig.loop, rig.client, {unit("after")});
  CHECK(subscribed.seen->next == 2);
}

// Cause: the place was held until the capability was dropped, which a subscriber whose sink has
// failed need not do.
TEST_CASE("a subscription whose sink fails gives its place back") {
  Rig rig;
  class Failing final : public schema::EventSink::Server {
    kj::Promise<void> events(EventsContext) override { KJ_FAIL_REQUIRE("this sink takes nothing"); }
  };
  auto request = rig.client.feed().subscribeRequest();
  request.setSink(kj::heap<Failing>());
  const auto kept = request.send().wait(rig.loop.scope());
  must_record(rig.loop, rig.client, {unit("next")});  // a failed call is learnt of by the next one
  CHECK(eventually(rig.loop, [&] { return rig.server.subscribers() == 0; }));
}

TEST_CASE("subscribers who vanish in the middle of the stream give their places back") {
  Rig rig;
  record_units(rig.loop, rig.client, "large", 2'000, 3'900);
  for (const bool reset : {false, true}) {
    for (int i = 0; i < 10; ++i) {
      auto vanishing =
          std::make_unique<LedgerClient>(rig.loop, rig.server.address(), rig.place.token());
      const auto subscribed = subscribe(rig.loop, *vanishing, 0, true);
      if (reset) {
        const linger at_once{1, 0};
        KJ_SYSCALL(::setsockopt(vanishing->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
      }
    }
  }
  CHECK(eventually(rig.loop, [&] { return rig.server.subscribers() == 0; }));
  const auto still = subscribe(rig.loop, rig.client, 0);
  CHECK(rig.arrives(still));
}

// Cause: subscribers were counted by each session's feed for itself, so that the limit held for
// none of those who log in again.
TEST_CASE("the limit of subscribers holds over all sessions together") {
  const LedgerPlace place;
  AsioLoop loop;
  auto ledger = Ledger::open(
      place.ledger(), [] { return Instant{}; }, [](const std::string&) {});
  REQUIRE(ledger.has_value());
  counterfoil::Background background;
  Feeds feeds(
      **ledger, loop.timer(), [](const std::string&) {}, 2);
  const Access access{**ledger, feeds, background, loop.timer()};
  const auto subscribe_anew = [&] {
    auto session = make_session(access, or_throw(opener_of(**ledger)));
    auto feed = session.openRequest().send().getFeed();
    auto request = feed.subscribeRequest();
    request.setSink(kj::heap<Collector>(std::make_shared<Collector::Seen>()));
    return request.send();
  };
  auto first = subscribe_anew().wait(loop.scope());
  {
    const auto second = subscribe_anew().wait(loop.scope());
    const Error error = error_of(subscribe_anew(), loop);
    CHECK(error.code == ErrorCode::busy);
    CHECK(error.message.find("2 subscribers") != std::string::npos);
  }
  run_what_is_ready(loop);
  CHECK(feeds.subscribers.size() == 1);
  const auto third = subscribe_anew().wait(loop.scope());
  CHECK(feeds.subscribers.size() == 2);
}
