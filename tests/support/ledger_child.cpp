// What tests do to a ledger in a process that ends badly. Prints a line when something is reached.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "service/journal_book.h"
#include "support/ledger_kit.h"
#include "support/spoil.h"

using namespace counterfoil;

namespace {

void print(const std::string& line) {
  const std::string whole = line + "\n";
  (void)!::write(STDOUT_FILENO, whole.data(), whole.size());
}

[[noreturn]] void die() {
  ::raise(SIGKILL);
  std::abort();
}

std::unique_ptr<Ledger> open(const std::string& folder) {
  return must(Ledger::open(folder, kit::ticking(), [](const std::string&) {}));
}

/// Holds the lock until it is killed.
void hold(const std::string& folder) {
  const LedgerFolder held = must(LedgerFolder::open(folder));
  print("held");
  ::pause();
}

/// Records commands one by one, PREFIX-0, PREFIX-1, …, until it has `count`; prints the id of each
/// when it is acknowledged, then waits to be killed. `size` is about the length of a record.
void record(const std::string& folder, const std::string& prefix, unsigned count, unsigned size) {
  const auto ledger = open(folder);
  ledger->start();
  for (unsigned i = 0; i < count; ++i) {
    const std::string id = fmt::format("{}-{}", prefix, i);
    std::string facts;
    for (unsigned at = 0; at == 0 || at < size; at += 1'200)
      facts +=
          fmt::format(R"({}{{"unitRegistered":{{"unit":"{}-{}","name":"{}"}}}})",
                      facts.empty() ? "" : ",", id, at, std::string(std::min(size, 1'000u), 'n'));
    must(kit::send(ledger->writer(), kit::command(id, facts)));
    print(id);
  }
  print("done");
  ::pause();
}

/// As record, and then a group that is durable and cannot be shown, so that nobody is told of it.
void record_unshown(const std::string& folder, const std::string& prefix, unsigned count) {
  const auto ledger = open(folder);
  ledger->start();
  for (unsigned i = 0; i < count; ++i) {
    const std::string id = fmt::format("{}-{}", prefix, i);
    must(kit::send(ledger->writer(), kit::command(id, kit::unit(id))));
    print(id);
  }
  spoil(descriptor_of("/shown"), folder + "/shown", O_RDONLY);
  for (const Answer& answer : kit::send_all(ledger->writer(), kit::story(1, 3, 20, "unshown")))
    if (answer) print("accepted");
  print("done");
  ::pause();
}

/// Four clients record under load until they are killed; each prints what it was told.
void load(const std::string& folder, const std::string& prefix) {
  const auto ledger = open(folder);
  ledger->start();
  std::vector<std::thread> clients;
  for (unsigned client = 0; client < 4; ++client)
    clients.emplace_back([&ledger, client, prefix] {
      const Principal principal{fmt::format("client-{}", client), schema::Role::FINANCE, "bureau"};
      for (unsigned round = 0;; ++round) {
        const auto name = fmt::format("{}c{}r{}", prefix, client, round);
        auto commands = kit::story(round, 2, 8, name);
        const std::size_t count = commands.size();
        const auto answers = kit::send_all(ledger->writer(), std::move(commands), principal);
        std::string told;
        for (std::size_t i = 0; i < count; ++i)
          if (answers[i])
            told += fmt::format("{} {}-{} {} {}\n", principal.id, name, i, answers[i]->first.value,
                                answers[i]->count);
        (void)!::write(STDOUT_FILENO, told.data(), told.size());
      }
    });
  for (auto& client : clients) client.join();
}

/// Folds into nothing, and dies after so many records.
class Dying final : public Journal::Refold {
 public:
  explicit Dying(unsigned records) : left_(records) {}
  Result<void> fold(schema::Record::Reader) override {
    if (left_-- == 0) die();
    return {};
  }
  PageBytes take_pages() override { return {}; }
  void written() override {}

 private:
  unsigned left_;
};

void reindex(const std::string& folder, unsigned records) {
  Journal journal = must(Journal::open_to_reindex(must(LedgerFolder::open(folder))));
  Dying dying(records);
  must(journal.reindex(dying));
}

/// Dies while a view is rebuilt, when it is filled and does not serve yet.
void rebuild(const std::string& folder, const std::string& view) {
  const auto ledger = open(folder);
  must(ledger->projector().rebuild(view, [](std::uint64_t, std::uint64_t) { die(); }));
}

/// As small as builds can go about it, so that each of many chunks is written.
constexpr BuildPlan in_small_steps{
    .records_in_chunk = 20, .bytes_in_memory = 1, .between_files = std::chrono::milliseconds(0)};

/// Dies when so many chunks of a view that is rebuilt were folded.
void rebuild_partly(const std::string& folder, const std::string& view, unsigned chunks) {
  const auto ledger = open(folder);
  ledger->projector().tune(in_small_steps);
  must(ledger->projector().rebuild(view, [&](std::uint64_t, std::uint64_t) {
    if (--chunks == 0) die();
  }));
}

/// Goes on with what was begun, and rebuilds all views over and over until it is killed.
void rebuild_on(const std::string& folder) {
  const auto ledger = open(folder);
  ledger->projector().tune(in_small_steps);
  print("open");
  must(ledger->projector().catch_up());
  std::vector<std::string> names;
  for (const Projection* one : all_projections()) names.emplace_back(one->name());
  for (;;) must(ledger->projector().rebuild(names, nullptr));
}

/// Appends a record whose sequence is not the next one.
void append_wrong(const std::string& folder) {
  Journal journal = must(Journal::open(must(LedgerFolder::open(folder))));
  std::string bytes;
  must(journal.read(Sequence{0}, bytes));
  RecordBuffer buffer;
  std::vector<Words> records;
  records.push_back(canonical(must(buffer.load(bytes))));
  must(journal.append(records, {}));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto number = [&](std::size_t i) {
    return static_cast<unsigned>(std::stoul(arguments.at(i)));
  };
  const std::string& what = arguments.at(0);
  const std::string& folder = arguments.at(1);
  if (what == "hold") hold(folder);
  if (what == "record") record(folder, arguments.at(2), number(3), number(4));
  if (what == "record-unshown") record_unshown(folder, arguments.at(2), number(3));
  if (what == "load") load(folder, arguments.at(2));
  if (what == "reindex") reindex(folder, number(2));
  if (what == "rebuild") rebuild(folder, arguments.at(2));
  if (what == "rebuild-partly") rebuild_partly(folder, arguments.at(2), number(3));
  if (what == "rebuild-on") rebuild_on(folder);
  if (what == "append-wrong") append_wrong(folder);
}
