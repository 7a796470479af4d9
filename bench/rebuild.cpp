// Rebuilding every projection, against a plain scan of the records; and what opening a ledger costs
// at two sizes, which must not differ.

#include <CLI/CLI.hpp>
#include <array>
#include <fstream>

#include "service/ledger.h"
#include "support/report.h"
#include "support/scan.h"
#include "support/scratch.h"

using namespace counterfoil;
using namespace counterfoil::bench;

namespace {

std::unique_ptr<Ledger> open_ledger(const std::string& path) {
  return must(Ledger::open(path, clock_now, [](const std::string&) {}));
}

void measure_rebuild(const std::string& path, Report& report) {
  const double limit = scan_rate(path);
  double all = 0;
  const auto ledger = open_ledger(path);
  const double records = static_cast<double>(ledger->journal().size());
  for (const Projection* projection : all_projections()) {
    const double before = processor_seconds();
    must(ledger->projector().rebuild(projection->name(), {}));
    const double seconds = processor_seconds() - before;
    all += seconds;
    report.add({fmt::format("rebuild {}, a core", projection->name()), records / seconds,
                "events/s", "scan a core", limit, "≥ 50 %"});
  }
  report.add({"rebuild all, one after the other, a core", records / all, "events/s", "scan a core",
              limit, ""});
}

/// In a process of its own: opens the ledger, and prints the milliseconds and the most memory that
/// it took.
int probe(const std::string& path) {
  const Stopwatch watch;
  const auto ledger = open_ledger(path);
  const double milliseconds = watch.seconds() * 1000;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) fmt::print("{} {}\n", milliseconds, std::stod(line.substr(6)));
  return 0;
}

struct StartUp {
  double milliseconds = 0;
  double megabytes = 0;
};

StartUp start_up(const std::string& path) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  FILE* const pipe = ::popen(fmt::format("'{}' --probe '{}'", self, path).c_str(), "r");
  StartUp found;
  double kilobytes = 0;
  const bool read =
      pipe != nullptr && std::fscanf(pipe, "%lf %lf", &found.milliseconds, &kilobytes) == 2;
  if (pipe == nullptr || ::pclose(pipe) != 0 || !read) give_up("the ledger could not be opened");
  found.megabytes = kilobytes / 1024;
  return found;
}

void follow(const std::string& path) {
  must(open_ledger(path)->projector().catch_up());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Rebuild of every projection against a scan; start-up at two sizes."};
  std::uint64_t events = 50'000;
  bool json = false;
  bool tiny = false;
  std::string probed;
  app.add_option("--events", events, "Start-up is measured at this many and ten times as many")
      ->capture_default_str();
  app.add_flag("--json", json, "Print JSON");
  app.add_flag("--tiny", tiny, "Only show that it runs");
  app.add_option("--probe", probed, "Open that ledger and say what it took");
  CLI11_PARSE(app, argc, argv);
  if (!probed.empty()) return probe(probed);
  if (tiny) events = 100;

  const Scratch scratch;
  Report report("rebuild");
  std::array<StartUp, 2> found;
  const std::string ledger = scratch / "ledger";
  create(ledger);
  for (std::size_t i = 0; i < found.size(); ++i) {
    fill(ledger, i == 0 ? events : 10 * events);
    follow(ledger);
    found[i] = start_up(ledger);
  }
  measure_rebuild(ledger, report);
  const std::string small = fmt::format("at {} events", events);
  report.add({fmt::format("start-up with {} events", 10 * events), found[1].milliseconds, "ms",
              small, found[0].milliseconds, "≤ 2 s, not growing"});
  report.add({fmt::format("memory at start-up with {} events", 10 * events), found[1].megabytes,
              "MB", small, found[0].megabytes, "not growing"});
  report.print(json ? Report::Form::json : Report::Form::table);
}
