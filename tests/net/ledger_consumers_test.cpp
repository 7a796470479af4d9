#include <filesystem>
#include <fstream>

#include "codec/text.h"
#include "core/limits.h"
#include "ledger_rig.h"
#include "storage/consumer_store.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Reading {
  std::shared_ptr<Collector::Seen> seen;
  schema::Consumption::Client consumption;
  std::uint64_t position = 0;
  std::uint64_t generation = 0;
};

struct Rig {
  LedgerPlace place;
  std::optional<LedgerServer> server;
  std::optional<AsioLoop> loop_;
  std::optional<LedgerClient> client;

  Rig() {
    loop_.emplace();
    open();
  }
  ~Rig() { close(); }
  void open() {
    server.emplace(place);
    client.emplace(*loop_, server->address(), place.token());
  }
  void close() {
    client.reset();
    server.reset();
  }
  AsioLoop& loop() { return *loop_; }
  kj::WaitScope& scope() { return loop_->scope(); }
  std::uint64_t size() { return server->ledger().journal().size(); }
  schema::Feed::Client feed() { return client->feed(); }

  void create(const std::string& name, std::uint32_t partitions = 1, std::uint64_t from = 0,
              const std::string& fact = "") {
    auto request = feed().createConsumerRequest();
    request.setName(text_of(name));
    request.setPartitions(partitions);
    request.setFrom(from);
    if (!fact.empty()) request.initFilter().initFacts(1).set(0, text_of(fact));
    request.send().wait(scope());
  }
  auto consume_request(const std::string& name, std::shared_ptr<Collector::Seen> seen,
                       std::uint32_t partition = 0, bool take_over = false) {
    auto request = feed().consumeRequest();
    request.setName(text_of(name));
    request.setPartition(partition);
    request.setTakeOver(take_over);
    request.setSink(kj::heap<Collector>(std::move(seen)));
    return request;
  }
  Reading consume(const std::string& name, std::uint32_t partition = 0, bool take_over = false) {
    auto seen = std::make_shared<Collector::Seen>();
    auto response = consume_request(name, seen, partition, take_over).send().wait(scope());
    return {seen, response.getConsumption(), response.getPosition(), response.getGeneration()};
  }
  std::uint64_t acknowledge(Reading& reading, std::uint64_t position) {
    auto request = reading.consumption.acknowledgeRequest();
    request.setPosition(position);
    return request.send().wait(scope()).getPosition();
  }
  Error acknowledge_fails(Reading& reading, std::uint64_t position) {
    auto request = reading.consumption.acknowledgeRequest();
    request.setPosition(position);
    return error_of(request.send(), loop());
  }
  void park(Reading& reading, std::uint64_t sequence, const std::string& reason) {
    auto request = reading.consumption.parkRequest();
    request.setSequence(sequence);
    request.setReason(text_of(reason));
    request.send().wait(scope());
  }
  bool caught_up(const Reading& reading) {
    return eventually(loop(), [&] { return reading.seen->position == size(); });
  }
  std::vector<std::string> positions(const std::string& name) {
    const auto response = feed().consumersRequest().send().wait(scope());
    std::vector<std::string> all;
    for (const auto row : response.getRows())
      if (row.getConsumer() == name.c_str()) all.emplace_back(view(row.getPosition()));
    return all;
  }
};

using Positions = std::vector<std::string>;

}  // namespace

TEST_CASE("a consumer's cursor moves by acknowledgement alone, and survives a restart") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 500);
  rig.create("fin");
  {
    Reading first = rig.consume("fin");
    CHECK(first.position == 0);
    CHECK(rig.caught_up(first));
    CHECK(rig.positions("fin") == Positions{"0"});
    CHECK(rig.acknowledge(first, 200) == 200);
    CHECK(rig.acknowledge(first, 100) == 200);  // behind it: nothing happens
    CHECK(rig.positions("fin") == Positions{"200"});
    const Error ahead = rig.acknowledge_fails(first, rig.size() + 1);
    CHECK(ahead.code == ErrorCode::refused);
    CHECK(ahead.message.find(std::to_string(rig.size())) != std::string::npos);
  }
  rig.close();
  rig.open();
  Reading second = rig.consume("fin");
  CHECK(second.position == 200);
  CHECK(second.generation == 2);
  CHECK(rig.caught_up(second));
  CHECK(second.seen->sequences.front() == 200);
  CHECK(second.seen->sequences.size() == rig.size() - 200);
  must_record(rig.loop(), *rig.client, {unit("live")});
  CHECK(rig.caught_up(second));
  CHECK(rig.acknowledge(second, rig.size()) == rig.size());
}

// A crash leaves what a copy of the files holds at that moment, or more.
TEST_CASE("an acknowledgement is on disk when it is answered") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 60);
  rig.create("fin");
  Reading reading = rig.consume("fin");
  CHECK(rig.caught_up(reading));
  const LedgerPlace other;
  const LedgerFolder crashed = must(LedgerFolder::open(other.ledger()));
  for (std::uint64_t position = 1; position <= 40; ++position) {
    const std::uint64_t answered = rig.acknowledge(reading, position);
    std::filesystem::remove_all(crashed.consumers());
    std::filesystem::copy(rig.server->ledger().folder().consumers(), crashed.consumers());
    auto contents = must(must(ConsumerStore::open(crashed)).load());
    CHECK(contents.cursors[{"fin", 0}].next.value >= answered);
  }
}

TEST_CASE("what cannot be made durable is not answered as if it were, and the feed goes on") {
  Rig rig;
  const std::string in_the_way = rig.server->ledger().folder().consumers();
  rig.positions("fin");  // looked for, and not there
  { std::ofstream(in_the_way) << "a file where a folder is to be made"; }
  CHECK_THROWS(rig.create("fin"));
  CHECK_THROWS(rig.positions("fin"));
  CHECK_THROWS(rig.consume("fin"));
  const auto subscribed = subscribe(rig.loop(), *rig.client, 0);
  CHECK(eventually(rig.loop(), [&] { return subscribed.seen->next == rig.size(); }));
  std::filesystem::remove(in_the_way);
  rig.close();
  rig.open();
  rig.create("fin");
}

TEST_CASE("a filtered consumer's cursor advances by heartbeats while nothing matches") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 20'000);
  rig.create("closings", 1, 0, "periodClosed");
  Reading reading = rig.consume("closings");
  CHECK(rig.caught_up(reading));  // nothing but heartbeats brings it there
  CHECK(reading.seen->sequences.empty());
  CHECK(rig.acknowledge(reading, reading.seen->position) == reading.seen->position);
  CHECK(rig.positions("closings") == Positions{std::to_string(reading.seen->position)});
}

TEST_CASE("a second reader is refused, or takes over, and the first one moves nothing any more") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 300);
  rig.create("fin");
  Reading first = rig.consume("fin");
  CHECK(rig.caught_up(first));
  rig.acknowledge(first, 50);

  const Error busy =
      error_of(rig.consume_request("fin", std::make_shared<Collector::Seen>()).send(), rig.loop());
  CHECK(busy.code == ErrorCode::busy);
  CHECK(busy.message.find("since 20") != std::string::npos);
  CHECK(busy.message.find("--take-over") != std::string::npos);

  Reading second = rig.consume("fin", 0, true);
  CHECK(second.position == 50);
  CHECK(second.generation == first.generation + 1);
  CHECK(eventually(rig.loop(), [&] { return first.seen->ended == "conflict"; }));
  CHECK(first.seen->why.find("took") != std::string::npos);
  CHECK(rig.acknowledge_fails(first, 100).code == ErrorCode::refused);
  auto park = first.consumption.parkRequest();
  park.setSequence(60);
  CHECK(error_of(park.send(), rig.loop()).code == ErrorCode::refused);
  CHECK(rig.positions("fin") == Positions{"50"});

  // The first one goes at last, and takes nothing with it.
  first.consumption = nullptr;
  CHECK(rig.caught_up(second));
  CHECK(rig.acknowledge(second, 70) == 70);
  CHECK(rig.server->subscribers() == 1);
  // Whoever leaves makes room.
  second.consumption = nullptr;
  CHECK(eventually(rig.loop(), [&] { return rig.server->subscribers() == 0; }));
  CHECK(rig.consume("fin").position == 70);
}

TEST_CASE("partitions of a consumer are read side by side, each with its own cursor") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 600);
  rig.create("ledger-copy", 4);
  std::vector<Reading> all;
  for (std::uint32_t i = 0; i < 4; ++i) all.push_back(rig.consume("ledger-copy", i));
  std::set<std::uint64_t> different;
  const auto total = [&] {
    std::size_t count = 0;
    for (const auto& each : all) count += each.seen->sequences.size();
    return count;
  };
  CHECK(eventually(rig.loop(), [&] { return total() == rig.size(); }));
  for (auto& each : all) different.insert(each.seen->sequences.begin(), each.seen->sequences.end());
  CHECK(different.size() == rig.size());
  rig.acknowledge(all[2], all[2].seen->sequences.back() + 1);
  CHECK(rig.positions("ledger-copy") ==
        Positions{"0", "0", std::to_string(all[2].seen->sequences.back() + 1), "0"});
  CHECK(error_of(rig.consume_request("ledger-copy", std::make_shared<Collector::Seen>(), 4).send(),
                 rig.loop())
            .code == ErrorCode::invalid);
}

TEST_CASE("a parked event is set aside, delivered again when that is asked for, and forgotten") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 40);
  rig.create("fin");
  {
    Reading first = rig.consume("fin");
    CHECK(rig.caught_up(first));
    rig.park(first, 10, "no such account");
    rig.park(first, 20, "amount too large");
    rig.acknowledge(first, 5);
    auto beyond = first.consumption.parkRequest();
    beyond.setSequence(rig.size());
    CHECK(error_of(beyond.send(), rig.loop()).code == ErrorCode::not_found);
    auto wordy = first.consumption.parkRequest();
    wordy.setSequence(11);
    wordy.setReason(text_of(std::string(limits::text_bytes + 1, 'x')));
    CHECK(error_of(wordy.send(), rig.loop()).code == ErrorCode::limit);
  }
  rig.close();
  rig.open();
  // A reader that begins behind them gets the rest, and not these.
  Reading second = rig.consume("fin");
  CHECK(rig.caught_up(second));
  CHECK(second.seen->sequences.size() == rig.size() - 5 - 2);
  CHECK(second.seen->retried.empty());

  const auto list = [&] {
    auto request = rig.feed().parkedRequest();
    request.setName("fin");
    return request.send().wait(rig.scope());
  };
  const auto parked = list();
  REQUIRE(parked.getRows().size() == 2);
  CHECK(parked.getRows()[0].getSequence() == 10);
  CHECK(parked.getRows()[0].getTries() == 1);
  CHECK(parked.getRows()[0].getReason() == "no such account");

  auto retry = rig.feed().retryRequest();
  retry.setName("fin");
  retry.initSequences(1).set(0, 10);
  CHECK(retry.send().wait(rig.scope()).getCount() == 1);
  CHECK(eventually(rig.loop(), [&] { return second.seen->retried.size() == 1; }));
  CHECK(second.seen->retried.front() == 10);
  CHECK(second.seen->tries == 1);
  rig.park(second, 10, "still no such account");  // it fails once more
  auto again = rig.feed().retryRequest();
  again.setName("fin");
  CHECK(again.send().wait(rig.scope()).getCount() == 2);
  CHECK(eventually(rig.loop(), [&] { return second.seen->retried.size() == 3; }));
  for (const std::uint64_t done : {10u, 20u}) {
    auto unpark = second.consumption.unparkRequest();
    unpark.setSequence(done);
    unpark.send().wait(rig.scope());
  }
  CHECK(list().getRows().size() == 0);
  auto unknown = rig.feed().retryRequest();
  unknown.setName("fin");
  unknown.initSequences(1).set(0, 10);
  CHECK(error_of(unknown.send(), rig.loop()).code == ErrorCode::not_found);
}

TEST_CASE("what is due while nobody reads comes with the next reader") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 40);
  rig.create("fin");
  {
    Reading first = rig.consume("fin");
    CHECK(rig.caught_up(first));
    rig.park(first, 10, "later");
    rig.acknowledge(first, rig.size());
  }
  auto retry = rig.feed().retryRequest();
  retry.setName("fin");
  CHECK(retry.send().wait(rig.scope()).getCount() == 1);
  rig.close();
  rig.open();
  const Reading second = rig.consume("fin");
  CHECK(eventually(rig.loop(), [&] { return !second.seen->retried.empty(); }));
  CHECK(second.seen->sequences.empty());
}

TEST_CASE("a consumer is moved while nobody reads it, or its reader is ended") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 100);
  rig.create("fin", 2);
  Reading reading = rig.consume("fin", 1);
  const auto move = [&](std::uint64_t to, bool all, bool take_over) {
    auto request = rig.feed().moveConsumerRequest();
    request.setName("fin");
    request.setPartition(1);
    request.setAllPartitions(all);
    request.setTo(to);
    request.setTakeOver(take_over);
    return request.send();
  };
  CHECK(error_of(move(30, true, false), rig.loop()).code == ErrorCode::busy);
  CHECK(rig.positions("fin") == Positions{"0", "0"});
  CHECK(error_of(move(rig.size() + 1, true, true), rig.loop()).code == ErrorCode::not_found);
  move(30, true, true).wait(rig.scope());
  CHECK(rig.positions("fin") == Positions{"30", "30"});
  CHECK(eventually(rig.loop(), [&] { return reading.seen->ended == "conflict"; }));
  move(10, false, false).wait(rig.scope());
  CHECK(rig.positions("fin") == Positions{"30", "10"});
  CHECK(rig.consume("fin", 1).position == 10);
}

TEST_CASE("a consumer's name is taken once, and gone when it is dropped") {
  Rig rig;
  CHECK(rig.positions("fin").empty());  // nothing was ever stored
  CHECK(error_of(rig.consume_request("fin", std::make_shared<Collector::Seen>()).send(), rig.loop())
            .code == ErrorCode::not_found);
  rig.create("fin");
  const Reading reading = rig.consume("fin");
  CHECK_THROWS(rig.create("fin"));
  CHECK_THROWS(rig.create("a b"));
  CHECK_THROWS(rig.create("wide", limits::partitions + 1));
  CHECK_THROWS(rig.create("beyond", 1, rig.size() + 1));
  CHECK_THROWS(rig.create("odd", 1, 0, "nothingHappened"));
  auto drop = rig.feed().dropConsumerRequest();
  drop.setName("fin");
  drop.send().wait(rig.scope());
  CHECK(eventually(rig.loop(), [&] { return reading.seen->ended == "not found"; }));
  rig.close();
  rig.open();
  CHECK(rig.positions("fin").empty());
  rig.create("fin");
}

TEST_CASE("many acknowledgements at once share a few syncs, and each is answered") {
  Rig rig;
  record_units(rig.loop(), *rig.client, "u", 2'000);
  rig.create("fin");
  Reading reading = rig.consume("fin");
  CHECK(rig.caught_up(reading));
  std::vector<kj::Promise<std::uint64_t>> answers;
  for (std::uint64_t i = 1; i <= 2'000; ++i) {
    auto request = reading.consumption.acknowledgeRequest();
    request.setPosition(i);
    answers.push_back(request.send().then([](auto response) { return response.getPosition(); }));
  }
  for (std::uint64_t i = 1; i <= 2'000; ++i) CHECK(answers[i - 1].wait(rig.scope()) == i);
  CHECK(rig.positions("fin") == Positions{"2000"});
}
