// The State of Israel's 2012 budget through the shipped mapping, against its published totals.

#include <ctime>

#include "core/money.h"
#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

ImportOptions israel_options() {
  ImportOptions with = options();
  with.setting.zone = Zone::find("Asia/Jerusalem").value();
  return with;
}

std::int64_t sum_of(const std::map<std::string, std::int64_t>& lines, std::string_view measure) {
  std::int64_t sum = 0;
  const std::string part = "/general/" + std::string(measure) + "/";
  for (const auto& [line, amount] : lines)
    if (line.find(part) != line.npos) sum += amount;
  return sum;
}

}  // namespace

TEST_CASE(
    "Israel's original budget and every change of 2012 become commands that sum as published") {
  const auto folder = israel_files();
  if (!folder) return;
  const auto mapping = Mapping::read(shipped_mapping("israel-2012.toml"));
  INFO((mapping ? "" : mapping.error().message));
  REQUIRE(mapping.has_value());
  const std::vector original{*folder / "original_revised_2012.csv"};
  const std::vector changes{*folder / "changes_2012.csv"};
  MemoryLedger ledger;
  Account account;
  REQUIRE(import_files(*mapping, original, ledger, israel_options(), account).has_value());
  CHECK(account.refusals.empty());
  CHECK(account.rows_read == 12'270);
  CHECK(account.rows_recorded == 12'270);
  CHECK(account.commands_recorded == 1'647 + 65);
  CHECK(ledger.facts["unitRegistered"] == 65);
  CHECK(ledger.facts["projectProposed"] == 1'647);
  CHECK(ledger.facts["lineOpened"] == 5 * 1'647);
  CHECK(format_major(Money{sum_of(ledger.lines, "net")}, 2) == "758352238000.00");
  CHECK(sum_of(ledger.lines, "headcount") == 86'059'500);

  const std::int64_t before = sum_of(ledger.lines, "net");
  Account changed;
  REQUIRE(import_files(*mapping, changes, ledger, israel_options(), changed).has_value());
  CHECK(changed.refusals.empty());
  CHECK(changed.rows_recorded == 10'110);
  CHECK(changed.commands_recorded == 1'867);
  CHECK(ledger.facts["budgetAdjusted"] == 1'867);
  CHECK(format_major(Money{sum_of(ledger.lines, "net") - before}, 2) == "25173792000.00");
  CHECK(sum_of(ledger.lines, "conditional") + sum_of(ledger.lines, "earmarked") == 0);
  // The first request of the file, whole.
  CHECK(
      ledger.json_of("israel-2012/request/01-1")
          .starts_with(
              R"({"commandId":"israel-2012/request/01-1","decidedAt":"2012-01-08T22:00:00Z","effectiveOn":"2012-01-09",)"
              R"("role":"congress","documents":[{"number":"9000"}],"reason":")"));
}

TEST_CASE("Israel's files imported again record nothing new, in about a second") {
  const auto folder = israel_files();
  if (!folder) return;
  const auto mapping = Mapping::read(shipped_mapping("israel-2012.toml"));
  REQUIRE(mapping.has_value());
  const std::vector files{*folder / "original_revised_2012.csv", *folder / "changes_2012.csv"};
  MemoryLedger ledger;
  Account first;
  const std::clock_t start = std::clock();
  REQUIRE(import_files(*mapping, files, ledger, israel_options(), first).has_value());
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  fmt::print("Israel 2012: {} rows in {:.2f} s of CPU, the test's ledger included\n",
             first.rows_read, seconds);
  Account second;
  REQUIRE(import_files(*mapping, files, ledger, israel_options(), second).has_value());
  CHECK(second.commands_recorded == 0);
  CHECK(second.facts_recorded == 0);
  CHECK(second.rows_known == 22'380);
  CHECK(second.facts_known == first.facts_recorded);
}

TEST_CASE("Israel's published revised budget equals the ledger but for rounded headcount") {
  const auto folder = israel_files();
  if (!folder) return;
  const auto mapping = Mapping::read(shipped_mapping("israel-2012.toml"));
  REQUIRE(mapping.has_value());
  const std::vector files{*folder / "original_revised_2012.csv", *folder / "changes_2012.csv"};
  MemoryLedger ledger;
  Account account;
  REQUIRE(import_files(*mapping, files, ledger, israel_options(), account).has_value());
  const auto result =
      reconcile(*mapping, std::vector{files.front()}, ledger, israel_options().setting);
  REQUIRE(result.has_value());
  CHECK(result->refused.empty());
  CHECK(result->lines.compared == 5 * 1'647);
  for (const char* measure : {"net", "conditional", "earmarked", "commitment"}) {
    CHECK(result->programmes_by_measure.at(measure).compared == 1'647);
    CHECK(result->programmes_by_measure.at(measure).equal == 1'647);
  }
  CHECK(result->programmes_by_measure.at("headcount").equal == 1'647 - 79);
  CHECK(result->differences.size() == 79);
  CHECK_FALSE(result->equal());
}
