#include <chrono>
#include <random>
#include <sstream>
#include <thread>

#include "support/catch.h"
#include "support/child.h"
#include "support/journal_checker.h"
#include "support/ledger_kit.h"

// A ledger under load is killed again and again. What it acknowledged must be there, once and
// whole, and everything else in the journal must be right, too.

using namespace counterfoil;

namespace {

/// A line of the child: "ACTOR COMMAND FIRST COUNT".
struct Told {
  std::pair<std::string, std::string> id;
  std::uint64_t first = 0;
  std::uint32_t count = 0;
};

Told read_told(const std::string& line) {
  Told told;
  std::istringstream in(line);
  in >> told.id.first >> told.id.second >> told.first >> told.count;
  REQUIRE(in);
  return told;
}

}  // namespace

TEST_CASE("a ledger killed fifty times under load has all that it acknowledged, once and whole") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  constexpr int kills = 50;
  std::mt19937 random(5);
  std::vector<Told> told;
  std::uint64_t unacknowledged = 0;
  for (int i = 0; i < kills; ++i) {
    Child child({"load", temp / "ledger", fmt::format("k{}", i)});
    told.push_back(read_told(child.read_line()));  // it has begun
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 40));
    child.kill();
    for (const std::string& line : child.read_lines()) told.push_back(read_told(line));

    const Journal journal = must(Journal::open(must(LedgerFolder::open(temp / "ledger"))));
    const CheckedJournal checked = must(check_journal(journal));
    for (const Told& one : told) {
      INFO("kill " << i << ", command " << one.id.second << " of " << one.id.first);
      const auto found = checked.commands.find(one.id);
      REQUIRE(found != checked.commands.end());
      REQUIRE(found->second.first == Sequence{one.first});
      REQUIRE(found->second.count == one.count);
    }
    unacknowledged = checked.commands.size() - 1 - told.size();
  }
  WARN(kills << " kills: " << told.size() << " commands acknowledged, " << unacknowledged
             << " durable and not acknowledged");
  CHECK(told.size() > kills);
  CHECK(unacknowledged > 0);  // else the kills came at no interesting moment

  // The views, too, are what a fold of the whole journal gives.
  const auto digests = [&] {
    std::vector<Hash> all;
    const auto ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
    must(ledger->projector().catch_up());
    const Views& views = ledger->projector().views();
    for (const Projection* one : all_projections())
      all.push_back(must(views.digest(views.view(*one))).root);
    return all;
  };
  const auto followed = digests();
  std::filesystem::remove_all(temp / "ledger/views");
  CHECK(digests() == followed);
}
