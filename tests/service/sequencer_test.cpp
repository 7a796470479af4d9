#include "service/sequencer.h"

#include "codec/text.h"
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
  Sequencer sequencer;

  explicit Open(const std::string& path, Clock clock = kit::ticking())
      : folder(must(LedgerFolder::open(path))),
        journal(must(Journal::open(folder))),
        sequencer(journal, must(Zone::find("Asia/Shanghai")), std::move(clock)) {}
  Answer record(const PreparedCommand& one, const Principal& principal = kit::finance) {
    return kit::record(sequencer, one, principal);
  }
};

std::string long_name(std::string_view unit, std::size_t bytes) {
  return fmt::format(R"({{"unitRegistered":{{"unit":"{}","name":"{}"}}}})", unit,
                     std::string(bytes, 'n'));
}

std::size_t record_bytes(const Journal& journal, std::uint64_t from, std::uint64_t to) {
  std::size_t total = 0;
  std::string bytes;
  for (; from < to; ++from) {
    must(journal.read(Sequence{from}, bytes));
    total += bytes.size();
  }
  return total;
}

}  // namespace

TEST_CASE(
    "a command sent again gets the same answer, with the same breaches, also after a restart") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger", "observe");
  const auto over = command("over", kit::commitment("P", 500) + "," + kit::commitment("P", 1));
  Accepted first;
  {
    Open open(temp / "ledger");
    must(open.record(command("1", kit::unit("U") + "," + kit::project("P", "U") + "," +
                                      kit::line("P") + "," + kit::appropriation("P", 400))));
    first = must(open.record(over));
    CHECK_FALSE(first.again);
    CHECK(first.count == 2);
    REQUIRE(first.breaches.size() == 2);
  }
  Open open(temp / "ledger");
  for (int i = 0; i < 2; ++i) {
    const Accepted again = must(open.record(over));
    CHECK(again.again);
    CHECK(again.first == first.first);
    CHECK(again.count == first.count);
    REQUIRE(again.breaches.size() == 2);
    for (std::size_t b = 0; b < 2; ++b) {
      CHECK(again.breaches[b].rule == "R19");
      CHECK(again.breaches[b].mode == schema::Breach::Mode::OBSERVE);
      CHECK(again.breaches[b].finding == first.breaches[b].finding);
    }
  }
  CHECK(must(check_journal(open.journal)).records == 8);
}

TEST_CASE("the same id for another command is a conflict, and another principal's id is its own") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  must(open.record(command("1", kit::unit("U"))));
  const Error error = error_of(open.record(command("1", kit::unit("V"))));
  CHECK(error.code == ErrorCode::conflict);
  CHECK_THAT(error.message,
             Contains("command id \"1\" was used for another command, recorded from 2"));
  const Principal other{"officer-2", schema::Role::FINANCE, "bureau"};
  CHECK_FALSE(must(open.record(command("1", kit::unit("V")), other)).again);
  CHECK(must(check_journal(open.journal)).records == 4);
}

TEST_CASE("a command twice in one group is recorded once and answered twice, when it is durable") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  std::optional<Answer> answers[4];
  open.sequencer.add(kit::finance, command("1", kit::unit("U")), answers[0]);
  open.sequencer.add(kit::finance, command("1", kit::unit("U")), answers[1]);
  open.sequencer.add(kit::finance, command("1", kit::unit("V")), answers[2]);
  open.sequencer.add(kit::finance, command("2", kit::project("P", "U")), answers[3]);
  CHECK_FALSE(answers[0].has_value());
  CHECK_FALSE(answers[1].has_value());
  CHECK(error_of(*answers[2]).code == ErrorCode::conflict);
  open.sequencer.flush();
  CHECK_FALSE(must(*answers[0]).again);
  CHECK(must(*answers[1]).again);
  CHECK(must(*answers[1]).first == Sequence{2});
  CHECK(must(*answers[3]).first == Sequence{3});  // decided on what the first left
  CHECK(must(check_journal(open.journal)).records == 4);
}

TEST_CASE("a refused command leaves nothing and is decided afresh") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  const auto two = command("2", kit::unit("V") + "," + kit::project("P", "U"));
  const Error error = error_of(open.record(two));
  CHECK(error.code == ErrorCode::refused);
  CHECK_THAT(error.message, Contains("facts[1]: unit/U is not known"));
  CHECK(open.journal.size() == 2);
  must(open.record(command("1", kit::unit("U"))));
  CHECK_FALSE(must(open.record(two)).again);
  CHECK(must(check_journal(open.journal)).records == 5);
}

TEST_CASE("a group holds at most a million bytes and ends between commands") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  constexpr int commands = 150;
  std::optional<Answer> answers[commands];
  std::vector<std::uint64_t> ends = {open.journal.size()};  // of groups
  std::vector<std::size_t> sizes;                           // of commands
  for (int i = 0; i < commands; ++i) {
    std::string facts;
    const int count = 1 + i % 40;
    for (int f = 0; f < count; ++f)
      facts += (f == 0 ? "" : ",") + long_name(fmt::format("U{}-{}", i, f), 1'000);
    open.sequencer.add(kit::finance, command(std::to_string(i), facts), answers[i]);
    if (open.journal.size() != ends.back()) ends.push_back(open.journal.size());
  }
  open.sequencer.flush();
  ends.push_back(open.journal.size());
  REQUIRE(ends.size() > 3);
  for (std::size_t group = 1; group < ends.size(); ++group) {
    CHECK(record_bytes(open.journal, ends[group - 1], ends[group]) <= limits::group_bytes);
    std::string bytes;
    RecordBuffer buffer;
    must(open.journal.read(Sequence{ends[group] - 1}, bytes));
    const auto last = must(buffer.load(bytes));
    CHECK(last.getFactIndex() + 1 == last.getFactCount());
    if (group + 1 == ends.size()) continue;
    must(open.journal.read(Sequence{ends[group]}, bytes));
    const auto next = must(buffer.load(bytes)).getFactCount();
    CHECK(record_bytes(open.journal, ends[group - 1], ends[group] + next) > limits::group_bytes);
  }
  for (const auto& answer : answers) CHECK(answer->has_value());
  CHECK(check_journal(open.journal));
}

TEST_CASE("a command that no group can hold is refused, and the next ones are not") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  std::string facts;
  for (int f = 0; f < 1'000; ++f)
    facts += (f == 0 ? "" : ",") + long_name("U" + std::to_string(f), 1'000);
  const Error error = error_of(open.record(command("1", facts)));
  CHECK(error.code == ErrorCode::limit);
  CHECK_THAT(error.message, Contains("the limit is 1000000: split it"));
  CHECK(open.record(command("2", kit::unit("U"))));
}

// Cause: the envelope is read for each fact, and Cap'n Proto's limit on what is read of a message
// in all (64 MiB) threw on the writer's thread, which ended the process.
TEST_CASE("a command of the most facts with the longest envelope is refused and does no harm") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  std::string documents;
  for (int d = 0; d < 28; ++d)
    documents += fmt::format(R"({}{{"number":"{}","mediaType":"{}"}})", d == 0 ? "" : ",",
                             std::string(1'000, 'd'), std::string(1'000, 'm'));
  std::string facts;
  for (std::size_t f = 0; f < limits::facts_in_command; ++f)
    facts += (f == 0 ? "" : ",") + kit::unit("U" + std::to_string(f));
  const auto large =
      kit::prepare(fmt::format(R"({{"commandId":"1","reason":"{}","documents":[{}],"facts":[{}]}})",
                               std::string(limits::reason_bytes, 'r'), documents, facts));
  const Error error = error_of(open.record(large));
  CHECK(error.code == ErrorCode::limit);
  CHECK(open.record(command("2", kit::unit("U"))));
}

// Cause: only the newest record on disk was looked at, not those decided in the same group, so that
// a clock that went back between two commands stopped the process in the journal's own check.
TEST_CASE(
    "recordedAt never decreases where the clock goes back, within a group and between groups") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  const std::int64_t start = kit::ticking()().microseconds;
  std::vector<std::int64_t> times = {100, 50, 70, 120, 10, 0};
  std::size_t next = 0;
  Open open(temp / "ledger",
            [&] { return Instant{start + 1'000'000 * (1'000 + times.at(next++))}; });
  std::optional<Answer> answers[6];
  for (int i = 0; i < 6; ++i) {
    open.sequencer.add(kit::finance, command(std::to_string(i), kit::unit(fmt::format("U{}", i))),
                       answers[i]);
    if (i == 3) open.sequencer.flush();
  }
  open.sequencer.flush();
  std::vector<std::int64_t> recorded;
  std::string bytes;
  RecordBuffer buffer;
  for (const auto& answer : answers) {
    must(open.journal.read(must(*answer).first, bytes));
    recorded.push_back((must(buffer.load(bytes)).getRecordedAt() - start) / 1'000'000 - 1'000);
  }
  CHECK(recorded == std::vector<std::int64_t>{100, 100, 100, 120, 120, 120});
  CHECK(check_journal(open.journal));
}

TEST_CASE(
    "a command expects a history of some length, and is told of the newer records if it is not") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  Open open(temp / "ledger");
  must(open.record(command("1", kit::unit("U"))));
  must(open.record(command("2", kit::project("P", "U"))));
  const auto expecting = [](int id, int count) {
    return kit::prepare(fmt::format(
        R"({{"commandId":"e{}","expectations":[{{"subject":"unit/U","count":{}}}],"facts":[{}]}})",
        id, count, kit::unit(fmt::format("V{}", id))));
  };
  const Error stale = error_of(open.record(expecting(1, 1)));
  CHECK(stale.code == ErrorCode::conflict);
  CHECK_THAT(stale.message,
             Contains("unit/U has 2 records, the command was decided on 1; newer are 3"));
  CHECK(open.record(expecting(2, 2)));
}
