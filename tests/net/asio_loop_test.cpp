#include "net/asio_loop.h"

#include <kj/debug.h>
#include <kj/thread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "background.h"
#include "support/catch.h"

using namespace counterfoil;
namespace asio = boost::asio;

namespace {

// Far more turns than fairness needs, so that a starved side fails the test instead of hanging it.
constexpr int plenty = 5'000'000;

}  // namespace

TEST_CASE("a KJ timer ends the loop's sleep") {
  AsioLoop loop;
  loop.timer().afterDelay(2 * kj::MILLISECONDS).wait(loop.scope());
  // An earlier timer set after a later one, and one that is dropped.
  auto late = loop.timer().afterDelay(1 * kj::HOURS);
  CHECK_FALSE(late.poll(loop.scope()));
  auto early = loop.timer().afterDelay(1 * kj::MILLISECONDS);
  early.wait(loop.scope());
  late = nullptr;
  loop.timer().afterDelay(1 * kj::MILLISECONDS).wait(loop.scope());
}

TEST_CASE("KJ timers fire in their order") {
  AsioLoop loop;
  std::vector<int> order;
  const auto after = [&](int delay_ms) {
    return loop.timer()
        .afterDelay(delay_ms * kj::MILLISECONDS)
        .then([&order, delay_ms] { order.push_back(delay_ms); })
        .eagerlyEvaluate(nullptr);
  };
  auto promises = kj::heapArrayBuilder<kj::Promise<void>>(3);
  promises.add(after(9));
  promises.add(after(1));
  promises.add(after(5));
  kj::joinPromises(promises.finish()).wait(loop.scope());
  CHECK(order == std::vector<int>{1, 5, 9});
}

TEST_CASE("an Asio timer and a KJ timer both progress on one thread") {
  AsioLoop loop;
  int asio_ticks = 0;
  int kj_ticks = 0;
  auto paf = kj::newPromiseAndFulfiller<void>();
  asio::steady_timer timer(loop.context());
  std::function<void()> arm = [&] {
    timer.expires_after(std::chrono::milliseconds(1));
    timer.async_wait([&](const boost::system::error_code& error) {
      if (error) return;
      if (++asio_ticks == 5) return paf.fulfiller->fulfill();
      arm();
    });
  };
  std::function<kj::Promise<void>()> tick = [&]() -> kj::Promise<void> {
    if (kj_ticks == 5) return kj::READY_NOW;
    return loop.timer().afterDelay(1 * kj::MILLISECONDS).then([&] {
      ++kj_ticks;
      return tick();
    });
  };
  arm();
  tick().wait(loop.scope());
  paf.promise.wait(loop.scope());
  CHECK(asio_ticks == 5);
  CHECK(kj_ticks == 5);
}

TEST_CASE("endless KJ events do not starve Asio handlers") {
  AsioLoop loop;
  bool handled = false;
  int turns = 0;
  std::function<kj::Promise<void>()> spin = [&]() -> kj::Promise<void> {
    if (handled || ++turns == plenty) return kj::READY_NOW;
    return kj::evalLater([&] { return spin(); });
  };
  asio::post(loop.context(), [&] { handled = true; });
  spin().wait(loop.scope());
  CHECK(handled);
}

TEST_CASE("endless Asio handlers do not starve KJ events") {
  AsioLoop loop;
  bool done = false;
  int handled = 0;
  auto paf = kj::newPromiseAndFulfiller<void>();
  std::function<void()> spin = [&] {
    if (++handled == 10) paf.fulfiller->fulfill();
    if (!done && handled < plenty) asio::post(loop.context(), spin);
  };
  asio::post(loop.context(), spin);
  paf.promise.then([&] { done = true; }).wait(loop.scope());
  CHECK(handled < plenty);
}

TEST_CASE("a handler that throws is reported and the loop goes on") {
  std::vector<std::string> reports;
  AsioLoop loop([&](std::string_view sentence) { reports.emplace_back(sentence); });
  auto paf = kj::newPromiseAndFulfiller<void>();
  asio::post(loop.context(), [] { throw std::runtime_error("boom"); });
  asio::post(loop.context(), [] { KJ_FAIL_REQUIRE("bang"); });
  asio::post(loop.context(), [] { throw 1; });
  asio::post(loop.context(), [&] { paf.fulfiller->fulfill(); });
  paf.promise.wait(loop.scope());
  REQUIRE(reports.size() == 3);
  CHECK(reports[0].find("boom") != std::string::npos);
  CHECK(reports[1].find("bang") != std::string::npos);
  CHECK(reports[2].find("unknown") != std::string::npos);
}

TEST_CASE("stopping the io_context does not stop the loop") {
  AsioLoop loop;
  asio::post(loop.context(), [&] { loop.context().stop(); });
  loop.timer().afterDelay(1 * kj::MILLISECONDS).wait(loop.scope());
}

TEST_CASE("a cross-thread fulfiller wakes a sleeping loop") {
  AsioLoop loop;
  for (int round = 0; round < 100; ++round) {
    auto paf = kj::newPromiseAndCrossThreadFulfiller<int>();
    kj::Thread other([round, fulfiller = kj::mv(paf.fulfiller)]() mutable {
      // Every other round gives the loop time to fall asleep; both orders must work.
      if (round % 2) std::this_thread::sleep_for(std::chrono::microseconds(300));
      fulfiller->fulfill(kj::cp(round));
    });
    CHECK(paf.promise.wait(loop.scope()) == round);
  }
}

TEST_CASE("two loops call each other through their executors") {
  std::promise<const kj::Executor*> theirs;
  auto executor = theirs.get_future();
  test::Background background([&theirs](AsioLoop&) {
    theirs.set_value(&kj::getCurrentThreadExecutor());
    return nullptr;
  });
  const kj::Executor& other = *executor.get();
  AsioLoop loop;
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < 500; ++i)
    sum +=
        other.executeAsync([i] { return kj::evalLater([i] { return 2 * i; }); }).wait(loop.scope());
  CHECK(sum == 499 * 500);
  CHECK(other.executeSync([] { return 7; }) == 7);
}

TEST_CASE("many threads wake one loop and no wake is lost") {
  AsioLoop loop;
  std::vector<std::thread> threads;
  auto promises = kj::heapArrayBuilder<kj::Promise<void>>(800);
  std::vector<std::vector<kj::Own<kj::CrossThreadPromiseFulfiller<void>>>> fulfillers(4);
  for (std::size_t i = 0; i < 800; ++i) {
    auto paf = kj::newPromiseAndCrossThreadFulfiller<void>();
    promises.add(kj::mv(paf.promise));
    fulfillers[i % 4].push_back(kj::mv(paf.fulfiller));
  }
  for (auto& mine : fulfillers)
    threads.emplace_back([&mine] {
      for (auto& fulfiller : mine) fulfiller->fulfill();
    });
  kj::joinPromises(promises.finish()).wait(loop.scope());
  for (auto& thread : threads) thread.join();
}
