#include "service/difference.h"

#include <schema/views.capnp.h>

#include <map>

#include "codec/line.h"
#include "codec/text.h"
#include "projections/row_codec.h"
#include "service/support/past_ledger.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

using Budgets = std::map<std::string, std::int64_t>;

Budgets budgets_at(const PastLedger& ledger, const AsOf& as_of) {
  Budgets budgets;
  RowBuffer<schema::BudgetRow> buffer;
  for (const auto& [key, value] :
       folded_from_nothing(*all_projections().front(), ledger.records(), as_of)) {
    const auto row = buffer.read(value);
    budgets[format_line({row.getFiscalYear(), view(row.getProject()), view(row.getFund()),
                         view(row.getMeasure()), view(row.getItem())})] = row.getCurrent();
  }
  return budgets;
}

struct Changes {
  Budgets from;
  Budgets to;
  Budgets summed;  // contributions by line
  std::map<std::string, std::string> events;
  std::size_t pages = 0;
};

Changes changes_between(PastLedger& ledger, const AsOf& first, const AsOf& second,
                        std::size_t limit) {
  const auto moment = [&](const AsOf& as_of) {
    return must(moment_of(ledger.journal(), as_of, PastLedger::now()));
  };
  Changes changes;
  RowBuffer<schema::ChangeRow> buffer;
  RowBuffer<schema::ContributionRow> contribution_buffer;
  std::string after;
  std::string begun;  // the line that the page before ended in
  do {
    const DifferencePage page = must(read_difference(
        ledger.journal(), ledger.past(),
        {moment(first), moment(second), {}, schema::Figure::CURRENT}, after, limit));
    std::string line;
    for (const std::string& bytes : page.changes) {
      const auto row = buffer.read(bytes);
      const bool is_first = line.empty();
      line = format_line({row.getFiscalYear(), view(row.getProject()), view(row.getFund()),
                          view(row.getMeasure()), view(row.getItem())});
      CHECK(row.getDifference() == row.getTo() - row.getFrom());
      const bool goes_on = is_first && page.events_before != 0;
      CHECK((goes_on || !changes.from.contains(line) || line == begun));
      changes.from[line] = row.getFrom();
      changes.to[line] = row.getTo();
      std::string& events = changes.events[line];
      if (!events.empty() && row.getEvents().size() != 0) events += ' ';
      events += view(row.getEvents());
    }
    begun = page.events_after != 0 ? line : std::string();
    for (const std::string& bytes : page.contributions) {
      const auto one = contribution_buffer.read(bytes);
      std::int64_t& sum = changes.summed[std::string(view(one.getSubject()))];
      sum += one.getAmount();
      CHECK(one.getSumAfter() == sum);
    }
    ++changes.pages;
    after = page.next;
  } while (!after.empty());
  return changes;
}

}  // namespace

TEST_CASE("two moments differ by the lines that differ, and by the events that make it so") {
  PastLedger ledger(19, 400);
  std::mt19937 random(23);
  std::size_t seen = 0;
  for (unsigned i = 0; i < 80; ++i) {
    const AsOf first =
        i % 8 == 0 ? AsOf{.sequence = Sequence{60}} : ledger.any_bound(i % 4, random);
    const AsOf second = i % 8 == 1 ? AsOf{} : ledger.any_bound((i / 4) % 4, random);
    const Budgets from = budgets_at(ledger, first);
    const Budgets to = budgets_at(ledger, second);
    INFO(format(first) << " to " << format(second));
    const auto before_beginning = [](const Budgets& budgets) { return budgets.empty(); };
    if (before_beginning(from) || before_beginning(to)) continue;
    Changes changes = changes_between(ledger, first, second, i % 3);
    for (const auto& [line, amount] : from) {
      const auto now = to.find(line);
      const bool same = now != to.end() && now->second == amount;
      REQUIRE(changes.from.contains(line) != same);
      if (same) continue;
      CHECK(changes.from.at(line) == amount);
      CHECK(changes.to.at(line) == (now == to.end() ? 0 : now->second));
      ++seen;
    }
    for (const auto& [line, amount] : to)
      if (!from.contains(line)) {
        REQUIRE(changes.to.contains(line));
        CHECK(changes.to.at(line) == amount);
      }
    for (const auto& [line, amount] : changes.to)
      CHECK(changes.summed[line] == amount - changes.from.at(line));
  }
  CHECK(seen > 100);
}

TEST_CASE("a line's difference goes on over pages of any size") {
  PastLedger ledger(19, 400);
  std::mt19937 random(29);
  std::size_t most_pages = 0;
  for (unsigned i = 0; i < 12; ++i) {
    const AsOf first = ledger.any_bound(i % 4, random);
    const AsOf second = i % 2 == 0 ? AsOf{} : ledger.any_bound((i / 2) % 4, random);
    if (budgets_at(ledger, first).empty() || budgets_at(ledger, second).empty()) continue;
    INFO(format(first) << " to " << format(second));
    const Changes whole = changes_between(ledger, first, second, 0);
    for (const std::size_t limit : {1u, 2u, 5u}) {
      const Changes paged = changes_between(ledger, first, second, limit);
      CHECK(paged.from == whole.from);
      CHECK(paged.to == whole.to);
      CHECK(paged.summed == whole.summed);
      CHECK(paged.events == whole.events);
      most_pages = std::max(most_pages, paged.pages);
    }
  }
  CHECK(most_pages > 6);
}
