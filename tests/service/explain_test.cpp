#include "service/explain.h"

#include <schema/views.capnp.h>

#include <algorithm>
#include <map>
#include <set>

#include "codec/line.h"
#include "codec/text.h"
#include "domain/citations.h"
#include "projections/row_codec.h"
#include "service/support/past_ledger.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Answer {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> figures;  // amount and sum
  std::map<std::string, std::int64_t> summed;                            // of the contributions
  std::set<std::uint64_t> contributing;
  std::set<std::uint64_t> evidence;
  std::size_t pages = 0;
};

std::string name_of(std::string_view subject, std::string_view tag) {
  return fmt::format("{} {}", subject, tag);
}

/// All pages of an explanation, with its sums taken again. A figure that goes on over pages is the
/// same on each of them.
Result<Answer> ask(const PastLedger& ledger, const Question& question, const AsOf& as_of,
                   std::size_t limit = 0) {
  Answer answer;
  RowBuffer<schema::FigureRow> figure_buffer;
  RowBuffer<schema::ContributionRow> buffer;
  RecordBuffer record_buffer;
  std::string after;
  std::string begun;  // the figure that the page before ended in
  std::uint32_t events = 0;
  do {
    CF_LET(const Explanation page,
           explain(ledger.journal(), question, as_of, PastLedger::now(), after, limit));
    std::size_t next = 0;
    CHECK((page.events_before != 0) == (!begun.empty() && events != 0));
    for (std::size_t i = 0; i < page.figures.size(); ++i) {
      const auto figure = figure_buffer.read(page.figures[i]);
      const std::string name = name_of(view(figure.getSubject()), view(figure.getSourceTag()));
      const auto added =
          answer.figures.emplace(name, std::pair(figure.getAmount(), figure.getSum()));
      CHECK(added.first->second == std::pair(figure.getAmount(), figure.getSum()));
      CHECK(added.second == (i != 0 || begun.empty()));
      if (i == 0 && !begun.empty()) CHECK(name == begun);
      if (added.second) events = 0;
      CHECK((i == 0 ? page.events_before : 0) == events);
      const bool is_last = i + 1 == page.figures.size();
      const std::uint32_t end = figure.getEvents() - (is_last ? page.events_after : 0);
      for (; events < end; ++events, ++next) {
        REQUIRE(next < page.contributions.size());
        const auto one = buffer.read(page.contributions[next]);
        CHECK(name_of(view(one.getSubject()), view(one.getSourceTag())) == name);
        std::int64_t& sum = answer.summed[name];
        sum += one.getAmount();
        CHECK(one.getSumAfter() == sum);
        answer.contributing.insert(one.getSequence());
      }
      begun = is_last && page.events_after != 0 ? name : std::string();
    }
    CHECK(next == page.contributions.size());
    for (const std::string& bytes : page.evidence)
      answer.evidence.insert(must(record_buffer.load(bytes)).getSequence());
    ++answer.pages;
    // Only the contributions of one event may go beyond what was asked for.
    const auto last_event =
        page.contributions.empty() ? 0 : buffer.read(page.contributions.back()).getSequence();
    const auto of_others = std::ranges::count_if(page.contributions, [&](const std::string& row) {
      return buffer.read(row).getSequence() != last_event;
    });
    if (limit != 0) CHECK(static_cast<std::size_t>(of_others) < limit);
    after = page.next;
  } while (!after.empty());
  CHECK(begun.empty());
  return answer;
}

std::map<std::string, std::int64_t> current_budgets(const PastLedger& ledger, const AsOf& as_of) {
  std::map<std::string, std::int64_t> budgets;
  RowBuffer<schema::BudgetRow> buffer;
  for (const auto& [key, value] :
       folded_from_nothing(*all_projections().front(), ledger.records(), as_of)) {
    const auto row = buffer.read(value);
    budgets[format_line({row.getFiscalYear(), view(row.getProject()), view(row.getFund()),
                         view(row.getMeasure()), view(row.getItem())})] = row.getCurrent();
  }
  return budgets;
}

}  // namespace

TEST_CASE("every line is explained by events that sum to its budget, at any moment") {
  const PastLedger ledger(11, 400);
  std::mt19937 random(17);
  std::size_t lines = 0;
  for (unsigned i = 0; i < 60; ++i) {
    const AsOf as_of = i == 0 ? AsOf{} : ledger.any_bound(i % 4, random);
    for (const auto& [line, current] : current_budgets(ledger, as_of)) {
      INFO(line << " as of " << format(as_of));
      const Answer answer = must(ask(ledger, {line, {}, schema::Figure::CURRENT}, as_of));
      REQUIRE(answer.figures.size() == 1);
      CHECK(answer.figures.begin()->second == std::pair(current, current));
      if (!answer.summed.empty()) CHECK(answer.summed.begin()->second == current);
      ++lines;
    }
  }
  CHECK(lines > 200);
}

TEST_CASE("a figure goes on over pages of any size, and is the same explanation") {
  const PastLedger ledger(11, 400);
  const auto budgets = current_budgets(ledger, {});
  std::mt19937 random(19);
  for (const std::string subject : {"project/P", "project/Q", "unit/U", "pool/p"})
    for (unsigned i = 0; i < 9; ++i) {
      const AsOf as_of = i == 0 ? AsOf{} : ledger.any_bound(i % 4, random);
      const auto figure = i % 3 == 1 ? schema::Figure::SPENT : schema::Figure::CURRENT;
      const auto whole = ask(ledger, {subject, {}, figure}, as_of);
      if (!whole) continue;  // nothing of it counts yet
      INFO(subject << " as of " << format(as_of));
      CHECK(whole->pages == 1);
      for (const auto& [name, sums] : whole->figures) {
        CHECK(sums.first == sums.second);
        if (i == 0 && !subject.starts_with("pool"))
          CHECK(budgets.at(name.substr(0, name.size() - 1)) == sums.first);
      }
      for (const std::size_t limit : {1u, 2u, 3u, 7u}) {
        const Answer paged = must(ask(ledger, {subject, {}, figure}, as_of, limit));
        CHECK(paged.figures == whole->figures);
        CHECK(paged.summed == whole->summed);
        CHECK(paged.contributing == whole->contributing);
        CHECK(paged.evidence == whole->evidence);
        CHECK(paged.pages >= whole->contributing.size() / limit);
      }
    }
}

TEST_CASE("the end of a page that was made up is refused") {
  const PastLedger ledger(11, 60);
  const Moment now{ledger.journal().size(), {}};
  for (const std::string_view key : {"x", "a mark that is cut short"}) {
    const auto refused = explain(ledger.journal(), {"project/P", {}, schema::Figure::CURRENT}, {},
                                 PastLedger::now(), next_page(now, key), 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid);
  }
  for (const std::string& key : {std::string(48, '\xff'), std::string(90, '\xff')})
    (void)explain(ledger.journal(), {"project/P", {}, schema::Figure::CURRENT}, {},
                  PastLedger::now(), next_page(now, key), 0);
}

TEST_CASE("what an event rests on comes with what that rests on") {
  const PastLedger ledger(11, 400);
  const Answer answer = must(ask(ledger, {"project/P", {}, schema::Figure::CURRENT}, {}));
  std::set<std::uint64_t> expected;
  std::vector<std::uint64_t> open(answer.contributing.begin(), answer.contributing.end());
  RecordBuffer buffer;
  while (!open.empty()) {
    const auto record = must(buffer.load(ledger.records()[open.back()]));
    open.pop_back();
    for (const std::uint64_t cited : named_by(record))
      if (expected.insert(cited).second) open.push_back(cited);
  }
  CHECK(answer.evidence == expected);
  CHECK(expected.size() > 3);
}

TEST_CASE("pools, payments and commitments are explained as well") {
  const PastLedger ledger(11, 400);
  const Answer pool = must(ask(ledger, {"pool/p", {}, schema::Figure::CURRENT}, {}));
  CHECK_FALSE(pool.figures.empty());
  for (const auto& [name, figure] : pool.figures) {
    CHECK(figure.first == figure.second);
    CHECK(pool.summed.at(name) == figure.first);
  }
  for (const auto figure : {schema::Figure::SPENT, schema::Figure::COMMITTED}) {
    const Answer answer = must(ask(ledger, {"unit/U", {}, figure}, {}));
    for (const auto& [name, sums] : answer.figures) CHECK(sums.first == sums.second);
    CHECK_FALSE(answer.contributing.empty());
  }
}

TEST_CASE("what has no number, does not exist or has no line yet is told apart") {
  const PastLedger ledger(11, 60);
  const auto refused = [&](const std::string& subject, const AsOf& as_of) {
    const auto answer = ask(ledger, {subject, {}, schema::Figure::CURRENT}, as_of);
    REQUIRE_FALSE(answer);
    return answer.error().message;
  };
  CHECK_THAT(refused("period/2024", {}), Catch::Contains("has no number to explain"));
  CHECK_THAT(refused("project/nobody", {}), Catch::Contains("nothing was ever recorded about"));
  CHECK_THAT(refused("project/P", {.sequence = Sequence{1}}),
             Catch::Contains("counts as of seq:1 yet"));
  RecordBuffer buffer;
  for (const std::string& bytes : ledger.records()) {
    const auto record = must(buffer.load(bytes));
    if (!record.getFact().isProjectProposed()) continue;
    CHECK_THAT(
        refused("project/" + std::string(view(record.getFact().getProjectProposed().getProject())),
                {.sequence = Sequence{record.getSequence()}}),
        Catch::Contains("exists, and has no budget line as of seq:"));
    break;
  }
}
