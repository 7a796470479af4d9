#include "service/queries.h"

#include <schema/views.capnp.h>

#include <set>

#include "codec/line.h"
#include "codec/text.h"
#include "core/limits.h"
#include "projections/row_codec.h"
#include "service/rebuilt.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

using namespace counterfoil;

namespace {

struct Served {
  TempFolder temp;
  std::unique_ptr<Ledger> ledger;

  Served() {
    kit::create_ledger_in(temp / "ledger");
    ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
    ledger->start();
    for (const char* const prefix : {"a", "b"})
      kit::send_all(ledger->writer(), kit::story(11, 4, 60, prefix));
    const std::uint64_t size = ledger->journal().size();
    for (std::uint64_t event = 0; event < size; event += 5)  // whatever can be undone is
      (void)kit::send(ledger->writer(),
                      kit::command(fmt::format("r{}", event), kit::reversal(event)));
    ledger->writer().stop();
    must(ledger->projector().catch_up());
  }
};

Result<RowPage> read_budgets(const Projector& projector, const Filter& filter,
                             std::string_view after, std::size_t limit) {
  return read_rows(projector, "budgets", filter, after, limit);
}

Result<RowPage> read_adjustments(const Projector& projector, const Filter& filter,
                                 std::string_view after, std::size_t limit) {
  return read_rows(projector, "adjustments", filter, after, limit);
}

using Read = Result<RowPage> (*)(const Projector&, const Filter&, std::string_view, std::size_t);

std::vector<std::string> read_all(const Served& served, Read read, const Filter& filter,
                                  std::size_t limit) {
  std::vector<std::string> rows;
  std::string after;
  do {
    RowPage page = must(read(served.ledger->projector(), filter, after, limit));
    CHECK(page.rows.size() <= (limit == 0 ? limits::rows_in_page : limit));
    rows.insert(rows.end(), page.rows.begin(), page.rows.end());
    after = page.next;
  } while (!after.empty());
  return rows;
}

Filter with(std::string Filter::*field, std::string value, std::int32_t fiscal_year = 0) {
  Filter filter;
  filter.*field = std::move(value);
  filter.fiscal_year = fiscal_year;
  return filter;
}

/// The rows that a filter should leave, found by looking at every row.
template <typename Row, typename Wanted>
std::vector<std::string> those(const std::vector<std::string>& rows, Wanted wanted) {
  std::vector<std::string> left;
  RowBuffer<Row> buffer;
  for (const std::string& row : rows)
    if (wanted(buffer.read(row))) left.push_back(row);
  return left;
}

}  // namespace

TEST_CASE("pages of every size together are all rows, each once, in order") {
  const Served served;
  for (const Read read : {Read{read_budgets}, Read{read_adjustments}}) {
    const auto all = read_all(served, read, {}, 0);
    CHECK(all.size() >= 8);
    CHECK(std::set(all.begin(), all.end()).size() == all.size());
    for (const std::size_t limit : {1u, 2u, 3u, 7u, 4'000u})
      CHECK(read_all(served, read, {}, limit) == all);
  }
}

TEST_CASE("each filter leaves exactly the rows that match it, on pages of one, too") {
  const Served served;
  const auto budgets = read_all(served, read_budgets, {}, 0);
  const auto adjustments = read_all(served, read_adjustments, {}, 0);
  const auto check_budgets = [&](const Filter& filter, auto wanted) {
    const auto expected = those<schema::BudgetRow>(budgets, wanted);
    CHECK(read_all(served, read_budgets, filter, 0) == expected);
    CHECK(read_all(served, read_budgets, filter, 1) == expected);
    return expected.size();
  };
  using Budget = schema::BudgetRow::Reader;
  CHECK(check_budgets(with(&Filter::project, "aP1"),
                      [](Budget row) { return row.getProject() == "aP1"; }) == 1);
  CHECK(check_budgets(with(&Filter::project, "bP2", 2024),
                      [](Budget row) { return row.getProject() == "bP2"; }) == 1);
  CHECK(check_budgets(with(&Filter::unit, "aU"),
                      [](Budget row) { return row.getUnit() == "aU"; }) == 4);
  CHECK(check_budgets(with(&Filter::fund, "general"), [](Budget) { return true; }) == 8);
  CHECK(check_budgets(with(&Filter::measure, "none"), [](Budget) { return false; }) == 0);
  CHECK(check_budgets(with(&Filter::project, "", 2023), [](Budget) { return false; }) == 0);
  CHECK(check_budgets(with(&Filter::project, "aP", 2024), [](Budget) { return false; }) == 0);

  using Adjustment = schema::AdjustmentRow::Reader;
  const auto virements = those<schema::AdjustmentRow>(adjustments, [](Adjustment row) {
    return row.getKind() == schema::BudgetAdjusted::Kind::VIREMENT && row.getProject() == "aP0";
  });
  CHECK_FALSE(virements.empty());
  Filter filter = with(&Filter::project, "aP0");
  filter.kind = "virement";
  CHECK(read_all(served, read_adjustments, filter, 0) == virements);
  CHECK(read_all(served, read_adjustments, filter, 1) == virements);
  const auto wrong =
      read_adjustments(served.ledger->projector(), with(&Filter::kind, "gift"), "", 0);
  CHECK(error_of(wrong).code == ErrorCode::invalid);
}

TEST_CASE(
    "a page may start behind a key that no row has, also before the first and after the last") {
  const Served served;
  const auto& projector = served.ledger->projector();
  // What a page gives as next is a mark of its view, and the key behind which to go on.
  const auto behind = [&](Read read, std::string_view key) {
    const std::string next = must(read(projector, {}, "", 1)).next;
    return next.substr(0, 12).append(key);
  };
  const std::string zero(1, '\0');
  const std::string in_budgets = behind(read_budgets, zero);
  const Filter one = with(&Filter::project, "bP1", 2024);
  CHECK(must(read_budgets(projector, {}, behind(read_budgets, std::string(40, '\xff')), 5))
            .rows.empty());
  CHECK(must(read_adjustments(projector, {}, behind(read_adjustments, "a"), 5)).rows ==
        must(read_adjustments(projector, {}, "", 5)).rows);
  CHECK(must(read_budgets(projector, one, behind(read_budgets, "a"), 0)).rows.empty());
  CHECK(must(read_budgets(projector, one, in_budgets, 0)).rows.size() == 1);
  CHECK(must(read_adjustments(projector, {}, behind(read_adjustments, "s"), 5)).rows.empty());
  CHECK(must(read_budgets(projector, {}, in_budgets, 0)).rows.size() == 8);
  CHECK(error_of(read_budgets(projector, {}, "a", 5)).code == ErrorCode::invalid);
}

// Cause: a page was bounded in rows only. 4,096 rows with the longest texts are 20 MB, which no
// message to a client may be.
TEST_CASE("a page is bounded in bytes") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  const auto ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
  ledger->start();
  must(kit::send(ledger->writer(), kit::command("1", kit::unit("U") + "," + kit::project("P", "U") +
                                                         "," + kit::line("P"))));
  const std::string legs = kit::adjustment(
      "supplement", std::vector<std::pair<std::string, std::int64_t>>(240, {"P", 1}));
  for (int i = 0; i < 8; ++i)
    must(kit::send(ledger->writer(),
                   kit::prepare(fmt::format(R"({{"commandId":"l{}","reason":"{}","facts":[{}]}})",
                                            i, std::string(limits::reason_bytes, 'r'), legs))));
  ledger->writer().stop();
  must(ledger->projector().catch_up());
  std::size_t rows = 0;
  std::size_t pages = 0;
  std::string after;
  do {
    const RowPage page = must(read_adjustments(ledger->projector(), {}, after, 0));
    std::size_t bytes = 0;
    for (const std::string& row : page.rows) bytes += row.size();
    CHECK(bytes < limits::request_bytes * 3 / 4);
    rows += page.rows.size();
    after = page.next;
    ++pages;
  } while (!after.empty());
  CHECK(rows == 1920);
  CHECK(pages == 2);
}

TEST_CASE("a project's rows folded from its own records are the view's, for every project") {
  const Served served;
  const auto budgets = read_all(served, read_budgets, {}, 0);
  const auto adjustments = read_all(served, read_adjustments, {}, 0);
  std::size_t reversed = 0;
  std::size_t checked = 0;
  RowBuffer<schema::BudgetRow> buffer;
  for (const std::string& row : budgets) {
    const auto budget = buffer.read(row);
    const std::string project(view(budget.getProject()));
    const std::string line =
        format_line({budget.getFiscalYear(), view(budget.getProject()), view(budget.getFund()),
                     view(budget.getMeasure()), view(budget.getItem())});
    const auto legs = those<schema::AdjustmentRow>(
        adjustments,
        [&](schema::AdjustmentRow::Reader leg) { return view(leg.getProject()) == project; });
    reversed += those<schema::AdjustmentRow>(legs, [](schema::AdjustmentRow::Reader leg) {
                  return leg.getReversedBy() != 0;
                }).size();
    for (const std::string& subject : {"project/" + project, line}) {
      const RebuiltRows rebuilt = must(rebuild_subject(served.ledger->journal(), subject));
      CHECK(rebuilt.budgets == std::vector{row});
      CHECK(rebuilt.adjustments == legs);
    }
    ++checked;
  }
  CHECK(checked == 8);
  CHECK(reversed > 0);
}

TEST_CASE("only a project or a line is rebuilt alone, and one that nobody recorded is not found") {
  const Served served;
  CHECK(error_of(rebuild_subject(served.ledger->journal(), "unit/aU")).code == ErrorCode::invalid);
  CHECK(error_of(rebuild_subject(served.ledger->journal(), "project/none")).code ==
        ErrorCode::not_found);
}

TEST_CASE("a history is read in pages of records, with how many there are") {
  const Served served;
  const Journal& journal = served.ledger->journal();
  const Moment now{journal.size(), {}};
  const HistoryPage all = must(read_history(journal, "project/aP0", now, Ordinal{0}, 0));
  CHECK(all.count == all.records.size());
  CHECK(all.count > 10);
  for (std::uint64_t i = 0; i < all.count; ++i) {
    const HistoryPage one = must(read_history(journal, "project/aP0", now, Ordinal{i}, 1));
    CHECK(one.records == std::vector{all.records[i]});
    CHECK(one.count == all.count);
  }
  CHECK(must(read_history(journal, "project/aP0", now, Ordinal{all.count}, 1)).records.empty());
  CHECK(error_of(read_history(journal, "project/none", now, Ordinal{0}, 1)).code ==
        ErrorCode::not_found);
}
