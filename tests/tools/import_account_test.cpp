// What an import says it did, and what it does when the ledger says no.

#include "core/limits.h"
#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

constexpr std::string_view mapping = R"(name = "test"
[[table]]
name = "payments"
form = "facts"
group = ["id"]
[table.command]
commandId = "{id}"
reason = { template = "{reason}" }
[table.command.facts]
rows = { paymentRecorded = { line = "line/2024/A/general/net/-", amount = "{amount}", reference = "{reference}" } }
)";
constexpr std::string_view header = "id,amount,reason,reference\n";

Account pay(MemoryLedger& ledger, const std::string& rows, const ImportOptions& with = options()) {
  return import_text(ledger, mapping, std::string(header) + rows, with);
}

std::string rows_of(int count, const std::string& reference = "") {
  std::string rows;
  for (int i = 1; i <= count; ++i) rows += fmt::format("{},1,,{}\n", i, reference);
  return rows;
}

/// A ledger that stops answering.
class LostLedger : public MemoryLedger {
 public:
  Result<std::vector<Answer>> record(std::span<const schema::Command::Reader> commands) override {
    if (requests == 1) return fail(ErrorCode::io, "the connection is lost");
    return MemoryLedger::record(commands);
  }
};

}  // namespace

TEST_CASE("the same file twice records nothing new") {
  MemoryLedger ledger;
  const std::string rows = "1,5,a,x\n1,6,a,y\n2,7,b,z\n";
  const auto first = pay(ledger, rows);
  CHECK(first.rows_recorded == 3);
  CHECK(first.commands_recorded == 2);
  CHECK(first.facts_recorded == 3);
  const auto second = pay(ledger, rows);
  CHECK(second.rows_recorded == 0);
  CHECK(second.rows_known == 3);
  CHECK(second.commands_known == 2);
  CHECK(second.facts_known == 3);
}

TEST_CASE("a changed row under a known id is refused and not recorded beside the first") {
  MemoryLedger ledger;
  pay(ledger, "1,5,a,x\n");
  const auto account = pay(ledger, "1,6,a,x\n2,1,b,x\n");
  CHECK(account.rows_refused == 1);
  CHECK(account.rows_recorded == 1);
  CHECK_THAT(account.refusals.at(0).reason, Catch::Contains("used for something else"));
}

TEST_CASE("a refused command refuses all its rows, with file, line and reason") {
  MemoryLedger ledger;
  ledger.refusals["test/1"] = "R19 is broken";
  const auto account = pay(ledger, "1,5,a,x\n2,7,b,z\n1,6,a,y\n");
  CHECK(account.rows_refused == 2);
  CHECK(account.rows_recorded == 1);
  CHECK(account.commands_refused == 1);
  REQUIRE(account.refusals.size() == 2);
  CHECK(account.refusals[0].line == 2);
  CHECK(account.refusals[1].line == 4);
  CHECK_THAT(account.refusals[1].file, Catch::EndsWith("rows.csv"));
  CHECK(account.refusals[1].reason == "command test/1: R19 is broken");
}

TEST_CASE("a rule that was reported and not enforced is listed with its command") {
  MemoryLedger ledger;
  ledger.findings["test/2"] = {{"R16", "legs sum to 5"}, {"R19", "7 > 6"}};
  std::vector<std::string> heard;
  ImportOptions with = options();
  with.on_breached = [&](const Breached& breached) { heard.push_back(breached.finding.rule); };
  const auto account = pay(ledger, rows_of(3), with);
  CHECK(account.rows_recorded == 3);
  CHECK(account.breaches_found == 2);
  REQUIRE(account.breaches.size() == 2);
  CHECK(account.breaches[0].command_id == "test/2");
  CHECK(account.breaches[0].finding.text == "legs sum to 5");
  CHECK(heard == std::vector<std::string>{"R16", "R19"});
}

// The ledger answers a command that it knows with the findings of its acceptance, too.
TEST_CASE("a broken rule counts once, also where one import gives its command twice") {
  MemoryLedger ledger;
  ledger.findings["test/2"] = {{"R16", "legs sum to 5"}, {"R19", "7 > 6"}};
  const Folder folder;
  const auto read = Mapping::read(folder.write("m.toml", mapping)).value();
  const auto file = folder.write("rows.csv", std::string(header) + rows_of(3));
  const std::vector files{file, file};
  Account account;
  REQUIRE(import_files(read, files, ledger, options(), account).has_value());
  CHECK(account.commands_recorded == 3);
  CHECK(account.commands_known == 3);
  CHECK(account.breaches_found == 2);
  CHECK(account.breaches.size() == 2);
}

TEST_CASE("an import that stops at a refusal sends what came before it and nothing behind it") {
  ImportOptions with = options();
  with.on_refusal = OnRefusal::stop;
  MemoryLedger unreadable;
  const auto account = pay(unreadable, rows_of(2000) + "2001,x,,\n2002,1,,\n", with);
  CHECK(account.stopped);
  CHECK(account.rows_recorded == 2000);
  CHECK(account.rows_refused == 1);
  CHECK(account.rows_read == 2001);

  MemoryLedger refusing;
  refusing.refusals["test/3"] = "no";
  const auto refused = pay(refusing, rows_of(9000), with);
  CHECK(refused.stopped);
  CHECK(refusing.requests == 1);
  CHECK(refused.rows_recorded == limits::commands_in_request - 1);
}

TEST_CASE("a request stays within the limits of commands and bytes") {
  MemoryLedger many;
  CHECK(pay(many, rows_of(10'000)).rows_recorded == 10'000);
  CHECK(many.request_commands_max == limits::commands_in_request);
  CHECK(many.requests == 3);

  MemoryLedger large;
  ImportOptions with = options();
  CHECK(pay(large, rows_of(5'000, std::string(1'000, 'x')) + rows_of(0), with).rows_recorded ==
        5'000);
  std::string reasons;
  for (int i = 0; i < 5'000; ++i) reasons += fmt::format("r{},1,{},\n", i, std::string(3'900, 'y'));
  CHECK(pay(large, reasons).rows_recorded == 5'000);
  CHECK(large.request_bytes_max <= limits::request_bytes);
  CHECK(large.request_bytes_max > limits::request_bytes / 2);
}

TEST_CASE("a ledger that is lost ends the import, and the account says how far it came") {
  const Folder folder;
  const auto read = Mapping::read(folder.write("m.toml", mapping)).value();
  const std::vector files{folder.write("rows.csv", std::string(header) + rows_of(9'000))};
  LostLedger ledger;
  Account account;
  const auto done = import_files(read, files, ledger, options(), account);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == ErrorCode::io);
  CHECK(account.rows_recorded == limits::commands_in_request);
}

TEST_CASE(
    "progress grows to the end of the files, and every refusal is heard although few are listed") {
  ImportOptions with = options();
  std::vector<Progress> steps;
  std::uint64_t heard = 0;
  with.progress = [&](const Progress& progress) { steps.push_back(progress); };
  with.on_refused = [&](const Refusal&) { ++heard; };
  MemoryLedger ledger;
  std::string rows;
  for (int i = 0; i < 12'000; ++i) rows += fmt::format("{},x,,\n", i);
  const auto account = pay(ledger, rows, with);
  CHECK(account.rows_refused == 12'000);
  CHECK(account.refusals.size() == Account::listed_max);
  CHECK(heard == 12'000);
  REQUIRE(steps.size() > 10);
  CHECK(steps.back().rows == 12'000);
  CHECK(steps.back().bytes == steps.back().bytes_total);
  CHECK(std::ranges::is_sorted(steps, {}, &Progress::bytes));
}
