// The same over real RPC on loopback: appends, catching up with the feed, and reads of one project.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "codec/text.h"
#include "core/files.h"
#include "support/daemon.h"
#include "support/journal_limit.h"
#include "support/report.h"
#include "support/scratch.h"
#include "support/workload.h"

using namespace counterfoil;
using namespace counterfoil::bench;

namespace {

struct Load {
  unsigned clients;
  unsigned commands;  // in a request
  double seconds;
};

/// A client that sends one request after the other for as long as the load lasts.
struct Sender {
  Client client;
  Workload workload;

  kj::Promise<void> run(const Load& load, const Stopwatch& watch) {
    if (watch.seconds() > load.seconds) return kj::READY_NOW;
    auto request = client.recorder.recordRequest();
    for (auto command : request.initCommands(load.commands)) workload.next(command);
    return request.send().then([this, &load, &watch](auto response) {
      for (const auto answer : response.getAnswers()) {
        if (answer.isFailed()) give_up(answer.getFailed().getMessage().cStr());
        workload.recorded(Sequence{answer.getAccepted().getFirst()});
      }
      return run(load, watch);
    });
  }
};

void measure_append(const Load& load, Report& report) {
  const Scratch scratch;
  create(scratch / "ledger");
  double events = 0;
  std::vector<std::uint64_t> groups;
  {
    const Daemon daemon(scratch / "ledger");
    AsioLoop loop;
    std::vector<std::unique_ptr<Sender>> senders;
    for (unsigned i = 0; i < load.clients; ++i)
      senders.emplace_back(
          new Sender{Client(loop, daemon.address()), Workload(i, load.commands + 4)});
    const Stopwatch watch;
    kj::Vector<kj::Promise<void>> runs;
    for (auto& sender : senders) runs.add(sender->run(load, watch));
    kj::joinPromises(runs.releaseAsArray()).wait(loop.scope());
    events = static_cast<double>(daemon.size() - daemon.groups().front()) / watch.seconds();
    groups = daemon.groups();
  }
  const double limit = synced_batches_per_second(scratch / "ledger", scratch / "limit", groups);
  report.add({fmt::format("append, {} connections, {} command{} a request", load.clients,
                          load.commands, load.commands == 1 ? "" : "s"),
              events, "events/s", "RocksDB, same batches", limit, ""});
}

class CountingSink final : public schema::EventSink::Server {
 public:
  CountingSink(std::uint64_t wanted, kj::Own<kj::PromiseFulfiller<void>> done)
      : wanted_(wanted), done_(kj::mv(done)) {}
  kj::Promise<void> events(EventsContext context) override {
    seen_ += context.getParams().getRecords().size();
    if (seen_ == wanted_ && done_->isWaiting()) done_->fulfill();
    return kj::READY_NOW;
  }
  kj::Promise<void> ended(EndedContext) override { give_up("the feed ended"); }

 private:
  std::uint64_t wanted_;
  std::uint64_t seen_ = 0;
  kj::Own<kj::PromiseFulfiller<void>> done_;
};

/// Both ends of a TCP connection over loopback.
std::pair<FileDescriptor, FileDescriptor> connected_sockets() {
  const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  FileDescriptor far(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), any, size) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), any, &size) != 0 || ::connect(far.get(), any, size) != 0)
    give_up("cannot connect to itself");
  return {FileDescriptor(::accept(listener.get(), nullptr, nullptr)), std::move(far)};
}

/// Seconds that bare sockets on loopback take for as many bytes, one thread at each end.
double loopback_seconds(double bytes) {
  const auto [near, far] = connected_sockets();
  const auto total = static_cast<std::uint64_t>(bytes);
  const Stopwatch watch;
  std::thread writer([total, fd = far.get()] {
    const std::vector<char> block(128 << 10, 'x');
    for (std::uint64_t left = total; left > 0;) {
      const auto sent = ::write(fd, block.data(), std::min<std::uint64_t>(block.size(), left));
      if (sent <= 0) give_up("cannot write to a socket");
      left -= static_cast<std::uint64_t>(sent);
    }
  });
  std::vector<char> block(128 << 10);
  for (std::uint64_t left = total; left > 0;) {
    const auto got = ::read(near.get(), block.data(), block.size());
    if (got <= 0) give_up("cannot read from a socket");
    left -= static_cast<std::uint64_t>(got);
  }
  writer.join();
  return watch.seconds();
}

double catch_up_seconds(AsioLoop& loop, Client& client, double events) {
  const Stopwatch watch;
  auto done = kj::newPromiseAndFulfiller<void>();
  auto request = client.feed.subscribeRequest();
  request.setFrom(0);
  request.setSink(
      kj::heap<CountingSink>(static_cast<std::uint64_t>(events), kj::mv(done.fulfiller)));
  auto subscription = request.send().wait(loop.scope());
  done.promise.wait(loop.scope());
  return watch.seconds();
}

/// The best of some rounds on both sides: the first one reads from the disk.
void measure_feed(AsioLoop& loop, Client& client, unsigned rounds, double events, double bytes,
                  Report& report) {
  double seconds = catch_up_seconds(loop, client, events);
  double limit = loopback_seconds(bytes);
  for (unsigned round = 1; round < rounds; ++round) {
    seconds = std::min(seconds, catch_up_seconds(loop, client, events));
    limit = std::min(limit, loopback_seconds(bytes));
  }
  report.add({"catch up with the feed, one subscriber", events / seconds, "events/s",
              "the same bytes through a socket", events / limit, "≥ 1.5 M/s"});
  report.add({"the same, in bytes", bytes / seconds / 1e6, "MB/s",
              "the same bytes through a socket", bytes / limit / 1e6, ""});
}

/// Microseconds of each call.
template <typename Call>
std::vector<double> time_calls(AsioLoop& loop, unsigned calls, Call call) {
  std::vector<double> samples;
  for (unsigned i = 0; i < calls; ++i) {
    const Stopwatch watch;
    call(i).wait(loop.scope());
    samples.push_back(watch.seconds() * 1e6);
  }
  return samples;
}

void measure_reads(AsioLoop& loop, Client& client, unsigned calls, unsigned projects,
                   Report& report) {
  const auto project = [&](unsigned i) {
    return fmt::format("{:08}T2023{:08}", 99'010'000, i * 7'919u % projects);
  };
  auto nothing = time_calls(loop, calls, [&](unsigned) {
    auto request = client.recorder.acceptedRequest();
    request.initCommandIds(1).set(0, "none");
    return request.send().ignoreResult();
  });
  auto history = time_calls(loop, calls, [&](unsigned i) {
    auto request = client.reader.historyRequest();
    request.setSubject(text_of("project/" + project(i)));
    return request.send().then([](auto response) {
      if (response.getRecords().size() == 0) give_up("a project without history");
    });
  });
  auto budgets = time_calls(loop, calls, [&](unsigned i) {
    auto request = client.reader.budgetsRequest();
    request.getFilter().setFiscalYear(2023);
    request.getFilter().setProject(text_of(project(i)));
    return request.send().then([](auto response) {
      if (response.getRows().size() == 0) give_up("a project without budgets");
    });
  });
  for (const double share : {0.50, 0.99}) {
    const auto name = [&](const char* what) {
      return fmt::format("{}, p{:.0f}", what, 100 * share);
    };
    const double limit = percentile(nothing, share);
    const char* const goal = share > 0.9 ? "≤ 1000 µs" : "";
    report.add({name("history of one project"), percentile(history, share), "µs", "an empty call",
                limit, goal});
    report.add({name("budgets of one project"), percentile(budgets, share), "µs", "an empty call",
                limit, goal});
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Appends, the feed and reads over RPC on loopback."};
  double seconds = 5;
  std::uint64_t events = 300'000;
  unsigned calls = 5'000;
  unsigned rounds = 5;
  bool json = false;
  bool tiny = false;
  app.add_option("--seconds", seconds, "How long each load of appends lasts")
      ->capture_default_str();
  app.add_option("--events", events, "Events that the feed sends")->capture_default_str();
  app.add_option("--rounds", rounds, "How often the feed is read")->capture_default_str();
  app.add_option("--calls", calls, "Reads of each kind")->capture_default_str();
  app.add_flag("--json", json, "Print JSON");
  app.add_flag("--tiny", tiny, "Only show that it runs");
  CLI11_PARSE(app, argc, argv);
  if (tiny) {
    seconds = 0.2;
    events = 8'000;
    calls = 20;
    rounds = 1;
  }

  Report report("rpc");
  measure_append({tiny ? 4u : 64u, 1, seconds}, report);
  measure_append({tiny ? 2u : 16u, tiny ? 10u : 100u, seconds}, report);

  const Scratch scratch;
  create(scratch / "ledger");
  const double count = static_cast<double>(fill(scratch / "ledger", events));
  double bytes = 0;
  {
    const LedgerFolder folder = must(LedgerFolder::open(scratch / "ledger"));
    const Journal journal = must(Journal::open(folder));
    auto scan = journal.scan(Sequence{0});
    while (const auto record = must(scan.next())) bytes += static_cast<double>(record->size());
  }
  const Daemon daemon(scratch / "ledger");
  AsioLoop loop;
  Client client(loop, daemon.address());
  measure_reads(loop, client, calls, 1'024, report);
  measure_feed(loop, client, rounds, count, bytes, report);
  report.print(json ? Report::Form::json : Report::Form::table);
}
