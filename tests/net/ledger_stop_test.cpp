#include <chrono>

#include "codec/text.h"
#include "ledger_rig.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

using Steady = std::chrono::steady_clock;

/// Stops the server from a thread, while the clients' loop runs on the test's.
void stop_beside(AsioLoop& loop, LedgerServer& server) {
  auto stopped = std::async(std::launch::async, [&] { server.stop(); });
  CHECK(eventually(loop, [&] {
    return stopped.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }));
}

}  // namespace

// Cause: draining waited for a tenth of a second, whether or not the answers had been sent by then.
TEST_CASE("commands under way when the ledger stops are answered or refused, each of them") {
  for (int round = 0; round < 3; ++round) {
    const LedgerPlace place;
    auto server = std::make_unique<LedgerServer>(place);
    AsioLoop loop;
    std::vector<std::unique_ptr<LedgerClient>> clients;
    std::vector<kj::Promise<RecordResponse>> under_way;
    for (int c = 0; c < 5; ++c) {
      clients.push_back(std::make_unique<LedgerClient>(loop, server->address(), place.token()));
      for (int r = 0; r < 10; ++r) {
        std::vector<Fill> commands;
        for (int i = 0; i < 100; ++i) commands.push_back(unit(fmt::format("{}-{}-{}", c, r, i)));
        under_way.push_back(record(clients.back()->recorder(), commands));
      }
    }
    // What has been sent has been received when this later call of each client is answered.
    for (const auto& client : clients)
      client->recorder().acceptedRequest().send().wait(loop.scope());
    stop_beside(loop, *server);
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    for (auto& promise : under_way) {
      const auto response = promise.wait(loop.scope());
      for (const auto answer : response.getAnswers()) {
        ++(answer.isFailed() ? refused : accepted);
        if (answer.isFailed()) CHECK(std::string(answer.getFailed().getCode().cStr()) == "busy");
      }
    }
    CHECK(accepted + refused == 5'000);
    CHECK(server->ledger().journal().size() == 2 + accepted);
  }
}

TEST_CASE("a command that comes while the ledger has stopped and the server drains is refused") {
  const LedgerPlace place;
  LedgerServer server(place);
  AsioLoop loop;
  LedgerClient client(loop, server.address(), place.token());
  server.on_loop([&](Server&) { server.ledger().stop(); });
  const auto response = record(client.recorder(), {unit("late")}).wait(loop.scope());
  REQUIRE(response.getAnswers().size() == 1);
  REQUIRE(response.getAnswers()[0].isFailed());
  CHECK(std::string(response.getAnswers()[0].getFailed().getCode().cStr()) == "busy");
}

// Cause: nobody called `ended`, and a follower could not tell a ledger that stops from a network
// that fails.
TEST_CASE("subscribers are told when the ledger stops, after the last record") {
  const LedgerPlace place;
  auto server = std::make_unique<LedgerServer>(place);
  AsioLoop loop;
  LedgerClient client(loop, server->address(), place.token());
  const auto live = subscribe(loop, client, 0);
  must_record(loop, client, {unit("a")});
  stop_beside(loop, *server);
  CHECK(eventually(loop, [&] { return live.seen->gone; }));
  CHECK(live.seen->ended == "busy");
  CHECK(live.seen->in_order);
  CHECK(live.seen->next == 3);
  CHECK_THAT(live.seen->why, Catch::Matchers::Contains("subscribe again from 3"));
}

// Cause: rebuilding a view looked at nothing but the journal, and stopping waited for it to end.
TEST_CASE("a view is not rebuilt further once the ledger has stopped") {
  const LedgerPlace place;
  LedgerServer server(place);
  AsioLoop loop;
  LedgerClient client(loop, server.address(), place.token());
  server.on_loop([&](Server&) { server.ledger().stop(); });
  const Error error = error_of(client.admin().rebuildRequest().send(), loop);
  CHECK(error.code == ErrorCode::busy);
  CHECK(error.message.find("stopping") != std::string::npos);
}

TEST_CASE("stopping waits for no rebuild, no digest and no subscriber who takes nothing") {
  const LedgerPlace place;
  LedgerServer server(place);
  AsioLoop loop;
  LedgerClient client(loop, server.address(), place.token());
  record_units(loop, client, "large", 6'000, 3'900);
  const auto held = subscribe(loop, client, 0, true);
  auto rebuilding = client.admin().rebuildRequest().send();
  auto reading = client.reader().viewsRequest();
  reading.setDigests(true);
  auto digests = reading.send();
  rebuilding.poll(loop.scope());
  loop.timer().afterDelay(20 * kj::MILLISECONDS).wait(loop.scope());
  const auto before = Steady::now();
  stop_beside(loop, server);
  CHECK(Steady::now() - before < std::chrono::seconds(30));
  // Each is answered, refused or cut off; none is left waiting.
  error_of(kj::mv(rebuilding), loop);
  error_of(kj::mv(digests), loop);
}

TEST_CASE("a server goes with its clients still asking") {
  for (int round = 0; round < 5; ++round) {
    const LedgerPlace place;
    LedgerServer server(place);
    AsioLoop loop;
    LedgerClient client(loop, server.address(), place.token());
    std::vector<kj::Promise<void>> under_way;
    for (int i = 0; i < 50; ++i) {
      under_way.push_back(record(client.recorder(), {unit(std::to_string(i))}).ignoreResult());
      under_way.push_back(client.reader().budgetsRequest().send().ignoreResult());
      under_way.push_back(client.reader().viewsRequest().send().ignoreResult());
    }
    auto subscribed = subscribe(loop, client, 0);
    stop_beside(loop, server);
    for (auto& promise : under_way) error_of(kj::mv(promise), loop);
  }
}

TEST_CASE("a ledger serves its own process without a server, and ends with calls under way") {
  const LedgerPlace place;
  AsioLoop loop;
  auto ledger = Ledger::open(
      place.ledger(), [] { return Instant{}; }, [](const std::string&) {});
  REQUIRE(ledger.has_value());
  auto feeds = std::make_unique<Feeds>(**ledger, loop.timer(), [](const std::string&) {});
  auto background = std::make_unique<counterfoil::Background>();
  (*ledger)->start();
  auto session =
      make_session({**ledger, *feeds, *background, loop.timer()}, or_throw(opener_of(**ledger)));
  auto opened = session.openRequest().send().wait(loop.scope());
  auto seen = std::make_shared<Collector::Seen>();
  auto request = opened.getFeed().subscribeRequest();
  request.setSink(kj::heap<Collector>(seen));
  const auto subscription = request.send().wait(loop.scope());
  record(opened.getRecorder(), {unit("a")}).wait(loop.scope());
  CHECK(eventually(loop, [&] { return seen->next == 3; }));
  auto recording = record(opened.getRecorder(), {unit("b")});
  auto reading = opened.getReader().budgetsRequest().send();
  auto digests = opened.getReader().viewsRequest().send();
  recording.poll(loop.scope());
  { const auto dropped = kj::mv(digests); }
  // As the command line does it: what stands behind the capabilities goes before they do.
  background.reset();
  (*ledger)->stop();
  feeds.reset();
}
