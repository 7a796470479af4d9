// Rebuilding every projection of a long journal, against a plain scan; one subject's history in it,
// against a short one; and what a rebuild costs the writer.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>

#include "service/ledger.h"
#include "service/queries.h"
#include "support/report.h"
#include "support/scan.h"
#include "support/scratch.h"
#include "support/workload.h"

using namespace counterfoil;
using namespace counterfoil::bench;

namespace {

std::unique_ptr<Ledger> open_ledger(const std::string& path) {
  return must(Ledger::open(path, clock_now, [](const std::string&) {}));
}

/// Microseconds of each call.
std::vector<double> time_histories(const std::string& path, unsigned calls, unsigned projects) {
  const LedgerFolder folder = must(LedgerFolder::open(path));
  const Journal journal = must(Journal::open(folder));
  std::vector<double> samples;
  for (unsigned i = 0; i < calls; ++i) {
    const auto subject = fmt::format("project/{:08}T2023{:08}", 99'010'000, i * 7'919u % projects);
    const Stopwatch watch;
    if (must(read_history(journal, subject, {journal.size(), {}}, Ordinal{0}, 0)).records.empty())
      give_up("a project without history");
    samples.push_back(watch.seconds() * 1e6);
  }
  return samples;
}

/// All views side by side, as `counterfoil --ledger DIR rebuild` does it, then each by itself.
void measure_rebuild(const std::string& path, Report& report) {
  const double limit = scan_rate(path);
  std::vector<std::string> names;
  for (const Projection* one : all_projections()) names.emplace_back(one->name());
  const auto ledger = open_ledger(path);
  const auto records = static_cast<double>(ledger->journal().size());
  struct Rates {
    double clock;
    double core;
  };
  const auto rebuild = [&](const std::vector<std::string>& some) {
    const Stopwatch watch;
    const double before = processor_seconds();
    must(ledger->projector().rebuild(some, {}));
    return Rates{records / watch.seconds(), records / (processor_seconds() - before)};
  };
  const auto add = [&](const std::string& what, Rates rates) {
    report.add({fmt::format("rebuild {}, on the clock", what), rates.clock, "events/s", "", 0, ""});
    report.add({fmt::format("rebuild {}, a core", what), rates.core, "events/s", "scan a core",
                limit, what == "budgets" ? "≥ 50 %" : ""});
  };
  const Rates all = rebuild(names);
  add(fmt::format("all {} views", names.size()), all);
  report.add({"the same for each of them, a core", all.core * static_cast<double>(names.size()),
              "events/s", "scan a core", limit, "≥ 50 %"});
  std::string slowest;
  Rates least{};
  for (const std::string& name : names) {
    const Rates alone = rebuild({name});
    if (name == "budgets") add(name, alone);
    if (!slowest.empty() && alone.core >= least.core) continue;
    slowest = name;
    least = alone;
  }
  add(fmt::format("the slowest, {}", slowest), least);
}

/// Commands at a steady rate, each sent at its time whether or not those before it were answered.
class SteadyLoad {
 public:
  SteadyLoad(Writer& writer, unsigned client) : writer_(writer), workload_(client, 4'096) {}

  /// Milliseconds from the time that each was due to its answer.
  std::vector<double> run(double seconds, double commands_per_second) {
    const auto count = static_cast<std::size_t>(seconds * commands_per_second);
    samples_.assign(count, 0);
    Preparer preparer = must(Preparer::of_suite(default_suite));
    const Stopwatch watch;
    for (std::size_t i = 0; i < count; ++i) {
      const double due = static_cast<double>(i) / commands_per_second;
      std::this_thread::sleep_for(std::chrono::duration<double>(due - watch.seconds()));
      std::vector<PreparedCommand> commands;
      {
        const std::lock_guard lock(mutex_);
        capnp::MallocMessageBuilder message;
        auto command = message.initRoot<schema::Command>();
        workload_.next(command);
        commands.push_back(must(preparer.prepare(command.asReader())));
      }
      writer_.submit({"clerk", schema::Role::FINANCE, ""}, std::move(commands),
                     [this, i, due, &watch](std::vector<Answer> answers) {
                       samples_[i] = (watch.seconds() - due) * 1e3;
                       const std::lock_guard lock(mutex_);
                       workload_.recorded(must(std::move(answers.front())).first);
                       ++answered_;
                     });
    }
    while (answered_ < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::move(samples_);
  }

 private:
  Writer& writer_;
  std::mutex mutex_;  // guards the workload: answers come on the writer's thread
  Workload workload_;
  std::vector<double> samples_;
  std::atomic<std::size_t> answered_ = 0;
};

void measure_writer(const std::string& path, double seconds, Report& report) {
  constexpr unsigned rounds = 5;
  constexpr double commands_per_second = 2'000;
  std::vector<double> alone;
  std::vector<double> beside;
  std::uint64_t rebuilds = 0;
  const auto ledger = open_ledger(path);
  must(ledger->projector().catch_up());  // else what is empty is built when it starts
  ledger->start();
  unsigned client = 1 + static_cast<unsigned>(::getpid()) % 900;  // a kept ledger knows others
  const auto p99 = [&] {
    auto samples = SteadyLoad(ledger->writer(), client++).run(seconds, commands_per_second);
    return percentile(samples, 0.99);
  };
  for (unsigned round = 0; round < rounds; ++round) {
    alone.push_back(p99());
    std::atomic<bool> done{false};
    std::thread rebuilding([&] {
      while (!done) {
        must(ledger->projector().rebuild("budgets", {}));
        ++rebuilds;
      }
    });
    beside.push_back(p99());
    done = true;
    rebuilding.join();
  }
  ledger->stop();
  report.add({"p99 of an answer at 2,000 commands/s during rebuilds", percentile(beside, 0.5), "ms",
              "without", percentile(alone, 0.5), "≤ 2 ×, median of five"});
  report.add({"budgets rebuilt meanwhile", static_cast<double>(rebuilds), "times", "", 0, ""});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Rebuilds of a long journal, histories in it, and the writer during a rebuild."};
  std::uint64_t events = 10'000'000;
  std::uint64_t few = 100'000;
  double seconds = 5;
  std::string kept;
  bool json = false;
  bool tiny = false;
  app.add_option("--events", events, "Of the long journal")->capture_default_str();
  app.add_option("--seconds", seconds, "How long each of ten loads of commands lasts")
      ->capture_default_str();
  app.add_option("--ledger", kept,
                 "Record the long journal in this folder and keep it; go on with what is there");
  app.add_flag("--json", json, "Print JSON");
  app.add_flag("--tiny", tiny, "Only show that it runs");
  CLI11_PARSE(app, argc, argv);
  unsigned calls = 2'000;
  unsigned projects = 1'024;
  if (tiny) {
    events = 6'000;
    few = 3'000;
    seconds = 0.1;
    calls = 20;
    projects = 64;
  }

  const Scratch scratch;
  Report report("engine");
  const std::string brief = scratch / "brief";
  create(brief);
  fill(brief, few);
  auto short_one = time_histories(brief, calls, projects);
  const std::string path = kept.empty() ? scratch / "ledger" : kept;
  if (!std::filesystem::exists(path)) create(path);
  const std::uint64_t records = fill(path, events);
  auto long_one = time_histories(path, calls, projects);
  report.add({fmt::format("history of one project at {} events", records),
              percentile(long_one, 0.5), "µs", fmt::format("at {}", few),
              percentile(short_one, 0.5), "≤ 1.5 ×"});
  measure_rebuild(path, report);
  measure_writer(path, seconds, report);
  report.print(json ? Report::Form::json : Report::Form::table);
}
