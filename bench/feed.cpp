// The feed live: how late events are, and what a subscriber who reads nothing does to the others.

#include <CLI/CLI.hpp>
#include <memory>

#include "codec/canonical.h"
#include "codec/text.h"
#include "support/daemon.h"
#include "support/report.h"
#include "support/workload.h"

using namespace counterfoil;
using namespace counterfoil::bench;

namespace {

struct Arrival {
  std::uint64_t sequence;
  double at_us;
};

/// Remembers when each event arrived.
class ArrivalSink final : public schema::EventSink::Server {
 public:
  explicit ArrivalSink(std::vector<Arrival>& arrivals) : arrivals_(arrivals) {}
  kj::Promise<void> events(EventsContext context) override {
    const double now = clock_now_us();
    for (const auto bytes : context.getParams().getRecords()) {
      const auto record = must(buffer_.load(view(bytes)));
      arrivals_.push_back({record.getSequence(), now});
    }
    return kj::READY_NOW;
  }
  kj::Promise<void> ended(EndedContext) override { return kj::READY_NOW; }

 private:
  std::vector<Arrival>& arrivals_;
  RecordBuffer buffer_;
};

/// Records at a steady rate, and how long each request takes.
class Clerk {
 public:
  Clerk(AsioLoop& loop, Client& client, unsigned number, unsigned events_per_second)
      : loop_(loop),
        client_(client),
        workload_(number, 4 * in_request),
        interval_(kj::SECONDS * in_request / events_per_second) {}

  kj::Promise<void> run(kj::TimePoint end) {
    due_ = loop_.timer().now();
    return go_on(end);
  }
  std::vector<double>& answers() { return answers_; }

 private:
  static constexpr unsigned in_request = 100;

  kj::Promise<void> go_on(kj::TimePoint end) {
    if (due_ >= end) return kj::READY_NOW;
    auto request = client_.recorder.recordRequest();
    for (auto command : request.initCommands(in_request)) workload_.next(command);
    due_ += interval_;
    return request.send()
        .then([this, watch = Stopwatch()](auto response) {
          answers_.push_back(watch.seconds() * 1e6);
          for (const auto answer : response.getAnswers()) {
            if (answer.isFailed()) give_up(answer.getFailed().getMessage().cStr());
            workload_.recorded(Sequence{answer.getAccepted().getFirst()});
          }
          return loop_.timer().atTime(due_);
        })
        .then([this, end] { return go_on(end); });
  }

  AsioLoop& loop_;
  Client& client_;
  Workload workload_;
  kj::Duration interval_;
  kj::TimePoint due_ = kj::origin<kj::TimePoint>();
  std::vector<double> answers_;
};

auto subscribe(AsioLoop& loop, Client& client, std::uint64_t from, std::vector<Arrival>& arrivals) {
  auto request = client.feed.subscribeRequest();
  request.setFrom(from);
  request.setSink(kj::heap<ArrivalSink>(arrivals));
  return request.send().wait(loop.scope());
}

/// A subscriber on a thread whose loop is not run: its machine takes bytes, and it reads none.
class Stopped {
 public:
  Stopped(const Address& address, std::uint64_t from) {
    std::promise<void> subscribed;
    auto ready = subscribed.get_future();
    thread_ = std::thread([this, &subscribed, address, from] {
      AsioLoop loop;
      Client client(loop, address);
      std::vector<Arrival> unused;
      const auto subscription = subscribe(loop, client, from, unused);
      subscribed.set_value();
      end_.get_future().wait();
    });
    ready.wait();
  }
  ~Stopped() {
    end_.set_value();
    thread_.join();
  }

 private:
  std::promise<void> end_;
  std::thread thread_;
};

struct Times {
  std::vector<double> delivery;  // microseconds from when an event was shown to its arrival
  std::vector<double> answers;
};

Times follow(const Daemon& daemon, unsigned subscribers, unsigned rate, double seconds,
             unsigned number) {
  AsioLoop loop;
  Times times;
  std::vector<Arrival> arrivals;
  std::vector<std::unique_ptr<Client>> clients;
  kj::Vector<capnp::Response<schema::Feed::SubscribeResults>> subscriptions;
  for (unsigned i = 0; i < subscribers; ++i) {
    clients.push_back(std::make_unique<Client>(loop, daemon.address()));
    subscriptions.add(subscribe(loop, *clients.back(), daemon.size(), arrivals));
  }
  Client recording(loop, daemon.address());
  Clerk clerk(loop, recording, number, rate);
  const auto duration = static_cast<std::int64_t>(seconds * 1e6) * kj::MICROSECONDS;
  clerk.run(loop.timer().now() + duration).wait(loop.scope());
  times.answers = std::move(clerk.answers());
  for (const Arrival& arrival : arrivals)
    times.delivery.push_back(arrival.at_us - daemon.shown_us(arrival.sequence));
  if (times.delivery.empty() || times.answers.empty()) give_up("nothing arrived");
  return times;
}

double empty_call_us(const Daemon& daemon, double share) {
  AsioLoop loop;
  Client client(loop, daemon.address());
  std::vector<double> samples;
  for (int i = 0; i < 500; ++i) {
    const Stopwatch watch;
    auto request = client.recorder.acceptedRequest();
    request.initCommandIds(1).set(0, "none");
    request.send().wait(loop.scope());
    samples.push_back(watch.seconds() * 1e6);
  }
  return percentile(samples, share);
}

/// Seconds until a subscriber was told that it has everything.
double look_through(const Daemon& daemon, const char* fact) {
  class PositionSink final : public schema::EventSink::Server {
   public:
    PositionSink(std::uint64_t end, kj::Own<kj::PromiseFulfiller<void>> done)
        : end_(end), done_(kj::mv(done)) {}
    kj::Promise<void> events(EventsContext context) override {
      if (context.getParams().getPosition() >= end_ && done_->isWaiting()) done_->fulfill();
      return kj::READY_NOW;
    }

   private:
    std::uint64_t end_;
    kj::Own<kj::PromiseFulfiller<void>> done_;
  };
  AsioLoop loop;
  Client client(loop, daemon.address());
  const Stopwatch watch;
  auto done = kj::newPromiseAndFulfiller<void>();
  auto request = client.feed.subscribeRequest();
  if (*fact != '\0') request.initFilter().initFacts(1).set(0, fact);
  request.setSink(kj::heap<PositionSink>(daemon.size(), kj::mv(done.fulfiller)));
  const auto subscription = request.send().wait(loop.scope());
  done.promise.wait(loop.scope());
  return watch.seconds();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The feed live over RPC on loopback: delays, a subscriber who reads nothing."};
  double seconds = 5;
  unsigned rate = 20'000;
  unsigned subscribers = 20;
  bool json = false;
  bool tiny = false;
  app.add_option("--seconds", seconds, "How long each load lasts")->capture_default_str();
  app.add_option("--rate", rate, "Events a second")->capture_default_str();
  app.add_option("--subscribers", subscribers, "Who follow live")->capture_default_str();
  app.add_flag("--json", json, "Print JSON");
  app.add_flag("--tiny", tiny, "Only show that it runs");
  CLI11_PARSE(app, argc, argv);
  if (tiny) {
    seconds = 0.3;
    rate = 2'000;
    subscribers = 4;
  }

  Report report("feed");
  const Scratch scratch;
  create(scratch / "ledger");
  const Daemon daemon(scratch / "ledger");
  const auto before = daemon.size();
  Times live = follow(daemon, subscribers, rate, seconds, 1);
  const double reached = static_cast<double>(daemon.size() - before) / seconds;
  for (const double share : {0.50, 0.99})
    report.add(
        {fmt::format("live delivery to {} at {:.0f}/s, p{:.0f}", subscribers, reached, 100 * share),
         percentile(live.delivery, share), "µs", "an empty call", empty_call_us(daemon, share),
         share > 0.9 ? "≤ 5000 µs" : ""});

  Times without = follow(daemon, 3, rate / 2, seconds, 2);
  Times with;
  {
    const Stopped stopped(daemon.address(), 0);
    with = follow(daemon, 3, rate / 2, seconds, 3);
  }
  report.add({"delivery to 3 of 4, one of them stopped, p99", percentile(with.delivery, 0.99), "µs",
              "without the stopped one", percentile(without.delivery, 0.99), ""});
  report.add({"the writer's answers meanwhile, p99", percentile(with.answers, 0.99), "µs",
              "without the stopped one", percentile(without.answers, 0.99), ""});

  const auto size = static_cast<double>(daemon.size());
  report.add({"looked at for a filter that lets little through",
              size / look_through(daemon, "gradeAssigned"), "events/s", "the same without a filter",
              size / look_through(daemon, ""), ""});
  report.print(json ? Report::Form::json : Report::Form::table);
}
