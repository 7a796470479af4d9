// Durable appends through the writer, in process, rules on: the most that any front door can reach.
// Held against RocksDB alone, which writes the same bytes in the same groups.

#include <CLI/CLI.hpp>
#include <atomic>
#include <future>
#include <thread>

#include "service/writer.h"
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

/// Sends one request after the other, each when the one before it was answered.
void run_client(Writer& writer, unsigned client, const Load& load, const std::atomic<bool>& stop) {
  Workload workload(client, load.commands + 4);
  Preparer preparer = must(Preparer::of_suite(default_suite));
  while (!stop) {
    std::vector<PreparedCommand> commands;
    for (unsigned i = 0; i < load.commands; ++i) {
      capnp::MallocMessageBuilder message;
      auto command = message.initRoot<schema::Command>();
      workload.next(command);
      commands.push_back(must(preparer.prepare(command.asReader())));
    }
    std::promise<std::vector<Answer>> promise;
    auto answers = promise.get_future();
    writer.submit({fmt::format("clerk-{}", client), schema::Role::FINANCE, ""}, std::move(commands),
                  [&](std::vector<Answer> decided) { promise.set_value(std::move(decided)); });
    for (Answer& answer : answers.get()) workload.recorded(must(std::move(answer)).first);
  }
}

/// Gives events a second, and the journal's sizes after each round of the writer.
double append(const std::string& ledger, const Load& load, std::vector<std::uint64_t>& groups) {
  const LedgerFolder folder = must(LedgerFolder::open(ledger));
  Journal journal = must(Journal::open(folder));
  groups.push_back(journal.size());
  Writer writer(journal, must(Zone::find("Asia/Shanghai")), clock_now,
                [&] { groups.push_back(journal.size()); });
  writer.start();
  std::atomic<bool> stop = false;
  const Stopwatch watch;
  std::vector<std::thread> clients;
  for (unsigned client = 0; client < load.clients; ++client)
    clients.emplace_back([&, client] { run_client(writer, client, load, stop); });
  std::this_thread::sleep_for(std::chrono::duration<double>(load.seconds));
  stop = true;
  for (std::thread& client : clients) client.join();
  const double seconds = watch.seconds();
  writer.stop();
  return static_cast<double>(journal.size() - groups.front()) / seconds;
}

void measure(const Load& load, Report& report) {
  const Scratch scratch;
  create(scratch / "ledger");
  std::vector<std::uint64_t> groups;
  const double events = append(scratch / "ledger", load, groups);
  const double limit = synced_batches_per_second(scratch / "ledger", scratch / "limit", groups);
  const std::string name = fmt::format("{} clients, {} command{} a request", load.clients,
                                       load.commands, load.commands == 1 ? "" : "s");
  report.add({"append, " + name, events, "events/s", "RocksDB, same batches", limit,
              load.commands == 1 ? "" : "≥ 40 %"});
  const TreeCost cost = tree_cost(scratch / "ledger", scratch / "tree", groups);
  report.add({"batches with the tree, " + name, cost.events_with, "events/s",
              "the same without hashes and tiles", cost.events_without, ""});
  if (load.commands != 1) return;
  const double rounds = static_cast<double>(groups.size() - 1) / load.seconds;
  report.add({"groups made durable, " + name, rounds, "groups/s", "fdatasync",
              fdatasyncs_per_second(scratch / ".", load.seconds / 4), ""});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Durable appends through the writer, against RocksDB's synced batches."};
  double seconds = 5;
  unsigned clients = 64;
  bool json = false;
  bool tiny = false;
  app.add_option("--seconds", seconds, "How long each load lasts")->capture_default_str();
  app.add_option("--clients", clients, "Clients that send one command a request")
      ->capture_default_str();
  app.add_flag("--json", json, "Print JSON");
  app.add_flag("--tiny", tiny, "Only show that it runs");
  CLI11_PARSE(app, argc, argv);
  if (tiny) {
    seconds = 0.2;
    clients = 4;
  }
  Report report("append");
  measure({clients, 1, seconds}, report);
  measure({tiny ? 2u : 16u, tiny ? 10u : 100u, seconds}, report);
  report.print(json ? Report::Form::json : Report::Form::table);
}
