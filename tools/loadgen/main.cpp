// loadgen: records made-up commands as fast as a daemon answers, and writes down every answer.

#include <CLI/CLI.hpp>
#include <csignal>
#include <thread>

#include "counterfoil/errors.h"
#include "loadgen/connection.h"

using namespace counterfoil;

namespace {

void add_options(CLI::App& app, loadgen::Load& load, std::string& acks) {
  app.add_option("--connect", load.global.connect, "HOST:PORT of a daemon")->capture_default_str();
  app.add_option("--token-file", load.global.token_file,
                 "File with the token (else COUNTERFOIL_TOKEN)");
  app.add_option("--connections", load.connections, "How many at once, a thread each")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  app.add_option("--seconds", load.seconds, "End after this time")->check(CLI::NonNegativeNumber);
  app.add_option("--commands", load.commands, "End after this many commands on each connection");
  app.add_option("--facts-per-command", load.facts_per_command, "A command has 1 up to this many")
      ->capture_default_str()
      ->check(CLI::Range(1, 512));
  app.add_option("--batch", load.batch, "Commands in a request")
      ->capture_default_str()
      ->check(CLI::Range(1, 4'096));
  app.add_option("--seed", load.seed, "The same seed gives the same commands")
      ->capture_default_str();
  app.add_option("--acks", acks, "File to which every command's answer is added");
  app.footer(
      "The ledger must not refuse made-up units and projects: use one made for the purpose.\n"
      "Exit status: 0 all were recorded, 1 some failed or were lost, 2 wrong usage, 3 could\n"
      "not connect.\n"
      "Example:\n"
      "  loadgen --connections 64 --seconds 10 --batch 100 --acks acks.txt");
}

ExitStatus run(const loadgen::Load& load, loadgen::Acks& acks) {
  std::vector<Result<void>> outcomes(load.connections);
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (unsigned place = 0; place < load.connections; ++place)
    threads.emplace_back(
        [&, place] { outcomes[place] = loadgen::run_connection(load, place, acks); });
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;

  const loadgen::Acks::Counts counts = acks.counts();
  fmt::print(
      "{} recorded ({} events), {} recorded earlier, {} failed, {} lost\n"
      "{:.3f} s, {:.0f} commands/s, {:.0f} events/s\n",
      counts.recorded, counts.events, counts.again, counts.failed, counts.lost, took.count(),
      static_cast<double>(counts.recorded) / took.count(),
      static_cast<double>(counts.events) / took.count());
  for (const Result<void>& outcome : outcomes)
    if (!outcome) {
      fmt::print(stderr, "loadgen: {}\n", outcome.error().message);
      return exit_status(outcome.error().code);
    }
  return counts.failed + counts.lost == 0 ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a daemon that goes away is an error of writing, not a death
  CLI::App app{"Loads a Counterfoil daemon, and keeps account of every answer.", "loadgen"};
  loadgen::Load load;
  std::string acks_file;
  add_options(app, load, acks_file);
  try {
    app.parse(argc, argv);
    if (load.seconds <= 0 && load.commands == 0)
      throw CLI::RequiredError("--seconds or --commands");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitStatus::wrong_usage);
  }
  const auto acks = loadgen::Acks::open(acks_file);
  if (!acks) {
    fmt::print(stderr, "loadgen: {}\n", acks.error().message);
    return static_cast<int>(ExitStatus::could_not);
  }
  return static_cast<int>(run(load, **acks));
}
