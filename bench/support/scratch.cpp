#include "support/scratch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <deque>

#include "core/files.h"
#include "service/create.h"
#include "support/report.h"
#include "support/workload.h"

namespace counterfoil::bench {

void give_up(const std::string& sentence) {
  fmt::print(stderr, "the benchmark cannot go on: {}\n", sentence);
  std::exit(1);
}

Scratch::Scratch() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "counterfoil-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) give_up("there is no folder for temporary files");
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Instant clock_now() {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

void create(const std::string& ledger) {
  LedgerPlan plan;
  plan.origin = "example.org/bench";
  plan.rule_set = must(read_file(COUNTERFOIL_SOURCE_DIR "/schema/rulesets/open.json"));
  plan.rule_set_from = must(parse_date("1900-01-01"));
  plan.recovery_key_file = ledger + ".recovery.key";
  must(create_ledger(ledger, plan, clock_now));
}

std::uint64_t fill(const std::string& ledger, std::uint64_t events) {
  constexpr unsigned commands_in_group = 512;
  const LedgerFolder folder = must(LedgerFolder::open(ledger));
  Journal journal = must(Journal::open(folder));
  Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), clock_now);
  Preparer preparer = must(Preparer::of_suite(default_suite));
  Workload workload(0, 2 * commands_in_group);
  const Principal clerk{"clerk", schema::Role::FINANCE, ""};
  while (journal.size() < events) {
    std::deque<std::optional<Answer>> answers;
    for (unsigned i = 0; i < commands_in_group; ++i) {
      capnp::MallocMessageBuilder message;
      auto command = message.initRoot<schema::Command>();
      workload.next(command);
      sequencer.add(clerk, must(preparer.prepare(command.asReader())), answers.emplace_back());
    }
    sequencer.flush();
    for (auto& answer : answers) workload.recorded(must(std::move(*answer)).first);
  }
  return journal.size();
}

double fdatasyncs_per_second(const std::string& folder, double seconds) {
  const std::string path = folder + "/fdatasync";
  const FileDescriptor file = must(open_file(path, O_RDWR | O_CREAT | O_TRUNC));
  const std::string block(4096, 'x');
  std::uint64_t count = 0;
  const Stopwatch watch;
  while (watch.seconds() < seconds) {
    if (::pwrite(file.get(), block.data(), block.size(), static_cast<off_t>(count % 256 * 4096)) <
            0 ||
        ::fdatasync(file.get()) != 0)
      give_up("cannot write " + path);
    ++count;
  }
  return static_cast<double>(count) / watch.seconds();
}

}  // namespace counterfoil::bench
