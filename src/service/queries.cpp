#include "service/queries.h"

#include <capnp/schema.h>

#include "codec/text.h"
#include "core/limits.h"
#include "domain/line.h"
#include "projections/adjustments.h"
#include "projections/budgets.h"
#include "projections/row_codec.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

bool matches(std::string_view wanted, capnp::Text::Reader value) {
  return wanted.empty() || wanted == view(value);
}

/// What both kinds of rows are narrowed by.
template <typename Row>
bool matches_line(const Filter& filter, const Row& row) {
  return (filter.fiscal_year == 0 || filter.fiscal_year == row.getFiscalYear()) &&
         matches(filter.unit, row.getUnit()) && matches(filter.project, row.getProject()) &&
         matches(filter.fund, row.getFund()) && matches(filter.measure, row.getMeasure());
}

Result<std::uint16_t> kind_of(std::string_view name) {
  const auto kinds = capnp::Schema::from<schema::BudgetAdjusted::Kind>().getEnumerants();
  std::vector<std::string_view> names;
  for (const auto kind : kinds) {
    if (view(kind.getProto().getName()) == name) return static_cast<std::uint16_t>(kind.getOrdinal());
    names.push_back(view(kind.getProto().getName()));
  }
  return fail(ErrorCode::invalid, "\"{}\" is no kind of adjustment; there are {}", name,
              fmt::join(names, ", "));
}

/// Walks a view's keys with that prefix behind `after` and keeps the rows that `wanted` accepts.
template <typename Row, typename Wanted>
Result<RowPage> read_page(const Projector& projector, std::string_view projection,
                          std::string_view prefix, std::string_view after, std::size_t limit,
                          Wanted wanted) {
  CF_LET(const Projection* const found, projector.find(projection));
  const View view = projector.views().view(*found);
  auto cursor = projector.views().rocks().walk(*view.family);
  cursor.seek(after.empty() ? prefix : after);
  if (cursor.valid() && !after.empty() && cursor.key() == after) cursor.next();

  const std::size_t at_most = std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page);
  RowPage page;
  RowBuffer<Row> buffer;
  std::string last;
  std::size_t bytes = 0;
  for (; cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
    if (page.rows.size() == at_most || bytes > limits::request_bytes / 2) {
      page.next = last;
      return page;
    }
    if (!wanted(buffer.read(cursor.value()))) continue;
    page.rows.emplace_back(cursor.value());
    bytes += page.rows.back().size();
    last = cursor.key();
  }
  if (!cursor.valid()) CF_TRY(cursor.status());
  return page;
}

/// The project that a subject's rows belong to.
Result<std::string> project_of(std::string_view subject) {
  CF_TRY(check_subject(subject));
  if (subject.starts_with("project/")) return std::string(subject.substr(8));
  if (subject.starts_with("line/")) {
    CF_LET(const LineId line, parse_line(subject));
    return std::string(line.project);
  }
  return fail(ErrorCode::invalid,
              "\"{}\" cannot be rebuilt alone: name a project/… or a line/…", subject);
}

template <typename Row>
Result<std::vector<std::string>> rows_of(MemoryRows& rows, std::string_view prefix,
                                         std::string_view subject, std::string_view project) {
  std::vector<std::string> found;
  RowBuffer<Row> buffer;
  const bool one_line = subject.starts_with("line/");
  CF_TRY(rows.each(prefix, [&](std::string_view, std::string_view value) -> Result<bool> {
    const auto row = buffer.read(value);
    const bool wanted =
        one_line ? subject == format_line({row.getFiscalYear(), view(row.getProject()),
                                           view(row.getFund()), view(row.getMeasure()),
                                           view(row.getItem())})
                 : project == view(row.getProject());
    if (wanted) found.emplace_back(value);
    return true;
  }));
  return found;
}

}  // namespace

Result<RowPage> read_budgets(const Projector& projector, const Filter& filter,
                             std::string_view after, std::size_t limit) {
  const std::string prefix = filter.fiscal_year == 0
                                 ? std::string()
                                 : Budgets::key_prefix(filter.fiscal_year, filter.project);
  return read_page<schema::BudgetRow>(
      projector, "budgets", prefix, after, limit,
      [&](schema::BudgetRow::Reader row) { return matches_line(filter, row); });
}

Result<RowPage> read_adjustments(const Projector& projector, const Filter& filter,
                                 std::string_view after, std::size_t limit) {
  std::uint16_t kind = 0;
  if (!filter.kind.empty()) {
    CF_LET(kind, kind_of(filter.kind));
  }
  return read_page<schema::AdjustmentRow>(
      projector, "adjustments", Adjustments::row_prefix, after, limit,
      [&](schema::AdjustmentRow::Reader row) {
        return matches_line(filter, row) && matches(filter.request, row.getRequest()) &&
               (kind == 0 || kind == static_cast<std::uint16_t>(row.getKind()));
      });
}

Result<HistoryPage> read_history(const Journal& journal, std::string_view subject, Ordinal from,
                                 std::size_t limit) {
  CF_TRY(check_subject(subject));
  HistoryPage page;
  CF_LET(page.count, journal.count(subject));
  if (page.count == 0)
    return fail(ErrorCode::not_found, "nothing was ever recorded about {}", subject);
  const std::size_t at_most =
      std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page);
  CF_LET(const auto sequences, journal.history(subject, from, at_most));
  std::string bytes;
  std::size_t total = 0;
  for (const Sequence sequence : sequences) {
    CF_TRY(journal.read(sequence, bytes));
    page.records.push_back(bytes);
    total += bytes.size();
    if (total > limits::request_bytes / 2) break;  // a page is bounded in bytes, too
  }
  return page;
}

Result<RebuiltRows> rebuild_subject(const Journal& journal, std::string_view subject) {
  CF_LET(const std::string project, project_of(subject));
  MemoryRows budgets;
  MemoryRows adjustments;
  RecordBuffer buffer;
  std::string bytes;
  std::uint64_t next = 0;
  for (;;) {
    CF_LET(const auto sequences, journal.history(subject, Ordinal{next}, limits::rows_in_page));
    if (sequences.empty()) break;
    next += sequences.size();
    for (const Sequence sequence : sequences) {
      CF_TRY(journal.read(sequence, bytes));
      CF_LET(const auto record, buffer.load(bytes));
      CF_TRY(Budgets().fold(record, budgets));
      CF_TRY(Adjustments().fold(record, adjustments));
    }
  }
  if (next == 0) return fail(ErrorCode::not_found, "nothing was ever recorded about {}", subject);
  RebuiltRows rebuilt;
  CF_LET(rebuilt.budgets, rows_of<schema::BudgetRow>(budgets, {}, subject, project));
  CF_LET(rebuilt.adjustments, rows_of<schema::AdjustmentRow>(adjustments, Adjustments::row_prefix,
                                                             subject, project));
  return rebuilt;
}

}  // namespace counterfoil
