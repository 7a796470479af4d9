#include "service/writer.h"

#include <atomic>
#include <future>
#include <thread>

#include "core/limits.h"
#include "support/catch.h"
#include "support/journal_checker.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
using kit::command;

namespace {

struct Open {
  LedgerFolder folder;
  Journal journal;
  std::atomic<int> grown{0};
  Writer writer;

  explicit Open(const std::string& path)
      : folder(must(LedgerFolder::open(path))),
        journal(must(Journal::open(folder))),
        writer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking(), [this] { ++grown; }) {}
};

std::string unit_of(unsigned thread, unsigned i) {
  return kit::unit(fmt::format("U{}-{}", thread, i));
}

PreparedCommand of_bytes(std::size_t bytes) {
  return {kj::heapArray<capnp::word>(bytes / sizeof(capnp::word)), {}};
}

}  // namespace

TEST_CASE("answers come in the order of the commands, each its own") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  open.writer.start();
  std::vector<PreparedCommand> commands;
  commands.push_back(command("1", kit::unit("U")));
  commands.push_back(command("2", kit::project("P", "nobody")));
  commands.push_back(command("3", kit::project("P", "U")));
  commands.push_back(command("1", kit::unit("U")));
  const auto answers = kit::send_all(open.writer, std::move(commands));
  REQUIRE(answers.size() == 4);
  CHECK(must(answers[0]).first == Sequence{2});
  CHECK(error_of(answers[1]).code == ErrorCode::refused);
  CHECK(must(answers[2]).first == Sequence{3});
  CHECK(must(answers[3]).again);
  CHECK(open.grown == 1);
  CHECK(kit::send_all(open.writer, {}).empty());
  CHECK(open.grown == 1);
}

TEST_CASE("what waits when the writer stops is refused and not recorded") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  std::vector<std::vector<Answer>> told;
  for (const char* id : {"1", "2"}) {
    std::vector<PreparedCommand> commands;
    commands.push_back(command(id, kit::unit(id)));
    open.writer.submit(kit::finance, std::move(commands),
                       [&](std::vector<Answer> answers) { told.push_back(std::move(answers)); });
  }
  CHECK(told.empty());
  open.writer.stop();
  REQUIRE(told.size() == 2);
  for (const auto& answers : told) {
    REQUIRE(answers.size() == 1);
    CHECK(error_of(answers[0]).code == ErrorCode::busy);
    CHECK_THAT(error_of(answers[0]).message, Contains("did not record this: send it again"));
  }
  CHECK(error_of(kit::send(open.writer, command("3", kit::unit("3")))).code == ErrorCode::busy);
  CHECK(open.journal.size() == 2);
}

TEST_CASE("more bytes of commands than may wait are refused at once, on the caller's thread") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");  // not started: everything waits
  int refused = 0;
  for (std::size_t bytes = 0; bytes <= limits::queued_bytes; bytes += limits::request_bytes) {
    std::vector<PreparedCommand> commands;
    commands.push_back(of_bytes(limits::request_bytes));
    open.writer.submit(kit::finance, std::move(commands), [&](const std::vector<Answer>& answers) {
      ++refused;
      CHECK(error_of(answers.at(0)).code == ErrorCode::busy);
    });
  }
  CHECK(refused == 1);
  open.writer.stop();
  CHECK(refused == 9);
}

TEST_CASE("many threads submit, each gets its own answers, and each command is recorded once") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  open.writer.start();
  constexpr unsigned threads = 8;
  constexpr unsigned rounds = 20;
  std::atomic<unsigned> wrong{0};
  std::vector<std::thread> clients;
  for (unsigned thread = 0; thread < threads; ++thread)
    clients.emplace_back([&, thread] {
      const Principal principal{fmt::format("client-{}", thread), schema::Role::FINANCE, "bureau"};
      for (unsigned i = 0; i < rounds; ++i) {
        std::vector<PreparedCommand> commands;
        commands.push_back(command(fmt::format("{}", i), unit_of(thread, i)));
        commands.push_back(command(fmt::format("{}", i), unit_of(thread, i)));
        // Each shares a unit with another thread; one of the two is refused.
        commands.push_back(command(fmt::format("s{}", i), unit_of(100 + thread / 2, i)));
        const auto answers = kit::send_all(open.writer, std::move(commands), principal);
        if (answers.size() != 3 || !answers[0] || !answers[1] || answers[0]->again ||
            !answers[1]->again || answers[0]->first != answers[1]->first)
          ++wrong;
      }
    });
  for (auto& client : clients) client.join();
  open.writer.stop();
  CHECK(wrong == 0);
  CHECK(must(check_journal(open.journal)).records == 2 + threads * rounds * 3 / 2);
}

TEST_CASE("when the writer stops under load, exactly what was acknowledged is recorded") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> wrong{0};
  {
    Open open(temp / "ledger");
    open.writer.start();
    std::vector<std::thread> clients;
    for (unsigned thread = 0; thread < 4; ++thread)
      clients.emplace_back([&, thread] {
        for (unsigned i = 0;; ++i) {
          const auto answer =
              kit::send(open.writer, command(fmt::format("{}-{}", thread, i), unit_of(thread, i)));
          if (!answer && answer.error().code != ErrorCode::busy) ++wrong;
          if (!answer) return;
          ++accepted;
        }
      });
    while (accepted < 100) std::this_thread::yield();
    open.writer.stop();
    for (auto& client : clients) client.join();
  }
  CHECK(wrong == 0);
  const Journal journal = must(Journal::open(must(LedgerFolder::open(temp / "ledger"))));
  CHECK(must(check_journal(journal)).records == 2 + accepted);
}
