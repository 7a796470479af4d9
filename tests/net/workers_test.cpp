#include <atomic>
#include <future>
#include <stdexcept>

#include "ledger_rig.h"
#include "net/workers.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

TEST_CASE("work is done beside the loop and its value comes back to it") {
  AsioLoop loop;
  Workers workers(2, 100);
  std::vector<kj::Promise<int>> all;
  for (int i = 0; i < 50; ++i) all.push_back(workers.run([i] { return i * i; }));
  for (int i = 0; i < 50; ++i) CHECK(all[static_cast<unsigned>(i)].wait(loop.scope()) == i * i);
}

// Cause: whatever the work threw (a row that cannot be read, no memory) left its thread, which ends
// the process.
TEST_CASE("work that throws fails its caller alone") {
  AsioLoop loop;
  Workers workers(1, 100);
  auto failing = workers.run([]() -> int { throw std::runtime_error("no such row"); });
  auto next = workers.run([] { return 1; });
  CHECK(error_of(kj::mv(failing), loop).message.find("no such row") != std::string::npos);
  CHECK(next.wait(loop.scope()) == 1);
}

// Cause: each piece of work had a thread of its own, as many as a peer cared to ask for.
TEST_CASE("more work than may wait is refused, and so is what waits when the workers go") {
  AsioLoop loop;
  std::promise<void> go;
  auto gone = std::make_unique<std::shared_future<void>>(go.get_future().share());
  auto workers = std::make_unique<Workers>(1, 1);
  std::promise<void> running;
  auto first = workers->run([&running, wait = *gone] {
    running.set_value();
    wait.wait();
    return 1;
  });
  running.get_future().wait();
  auto second = workers->run([] { return 2; });
  auto third = workers->run([] { return 3; });
  CHECK(error_of(kj::mv(third), loop).code == ErrorCode::busy);
  auto ended = std::async(std::launch::async, [&] { workers.reset(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  go.set_value();
  ended.wait();
  CHECK(first.wait(loop.scope()) == 1);
  const Error error = error_of(kj::mv(second), loop);
  CHECK(error.code == ErrorCode::busy);
  CHECK(error.message.find("stopping") != std::string::npos);
}

TEST_CASE("a caller who no longer waits does not keep work from ending") {
  AsioLoop loop;
  std::atomic<int> done{0};
  {
    Workers workers(2, 100);
    for (int i = 0; i < 20; ++i) auto dropped = workers.run([&] { return ++done; });
    workers.run([] { return 0; }).wait(loop.scope());
  }
  CHECK(done <= 20);
}

TEST_CASE("work whose promise is dropped is told, and is not begun where it waits") {
  const std::size_t waiting_max = GENERATE(2u, 3u);  // full, so that room is made, and not
  AsioLoop loop;
  Workers workers(1, waiting_max);
  std::promise<void> running;
  std::promise<void> told;
  auto first = workers.run_while_awaited([&](const Asker& asker) {
    running.set_value();
    while (!asker.is_gone()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    told.set_value();
    return 1;
  });
  running.get_future().wait();
  std::atomic<bool> begun{false};
  {
    auto second = workers.run_while_awaited([&](const Asker&) { return begun = true; });
    auto third = workers.run_while_awaited([&](const Asker&) { return begun = true; });
  }
  // Two wait already, and nobody waits for them.
  auto last = workers.run([] { return 4; });
  first = nullptr;
  told.get_future().wait();
  CHECK(last.wait(loop.scope()) == 4);
  CHECK_FALSE(begun);
}
