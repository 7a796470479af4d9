#include "service/queries.h"

#include <capnp/dynamic.h>
#include <capnp/schema.h>

#include <algorithm>

#include "codec/line.h"
#include "codec/text.h"
#include "core/limits.h"
#include "projections/adjustments.h"
#include "projections/budgets.h"
#include "projections/row_codec.h"
#include "projections/rows.h"
#include "storage/journal_tree.h"

namespace counterfoil {
namespace {

/// The value that the schema spells so, of an enumeration.
Result<std::uint16_t> enumerant_of(capnp::EnumSchema schema, std::string_view what,
                                   std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto enumerant : schema.getEnumerants()) {
    const std::string_view known = view(enumerant.getProto().getName());
    if (known == "unspecified") continue;
    if (known == name) return static_cast<std::uint16_t>(enumerant.getOrdinal());
    names.push_back(known);
  }
  return fail(ErrorCode::invalid, "\"{}\" is no {}; there are {}", name, what,
              fmt::join(names, ", "));
}

/// A filter that was looked up once in the struct of a view's rows.
class RowFilter {
 public:
  static Result<RowFilter> of(capnp::StructSchema rows, std::string_view view,
                              const Filter& filter) {
    RowFilter found;
    if (filter.fiscal_year != 0) {
      CF_LET(found.year_, field_of(rows, view, "fiscalYear", "evaluatedYear"));
      found.fiscal_year_ = filter.fiscal_year;
    }
    const std::pair<const char*, const std::string&> wishes[] = {
        {"unit", filter.unit},       {"project", filter.project}, {"fund", filter.fund},
        {"measure", filter.measure}, {"kind", filter.kind},       {"request", filter.request},
        {"state", filter.state},     {"rule", filter.rule}};
    for (const auto& [name, wanted] : wishes) {
      if (wanted.empty()) continue;
      CF_LET(const auto field, field_of(rows, view, name));
      if (!field.getType().isEnum()) {
        found.texts_.push_back({field, wanted});
        continue;
      }
      const std::string_view what = std::string_view(name) == "kind" ? "kind of adjustment" : name;
      CF_LET(const std::uint16_t value, enumerant_of(field.getType().asEnum(), what, wanted));
      found.enums_.push_back({field, value});
    }
    return found;
  }

  bool operator()(capnp::DynamicStruct::Reader row) const {
    if (fiscal_year_ != 0 && row.get(year_).as<std::int32_t>() != fiscal_year_) return false;
    for (const auto& [field, wanted] : texts_)
      if (view(row.get(field).as<capnp::Text>()) != wanted) return false;
    for (const auto& [field, wanted] : enums_)
      if (row.get(field).as<capnp::DynamicEnum>().getRaw() != wanted) return false;
    return true;
  }

 private:
  using Field = capnp::StructSchema::Field;

  static Result<Field> field_of(capnp::StructSchema rows, std::string_view view, const char* name,
                                const char* or_name = nullptr) {
    for (const char* const wanted : {name, or_name}) {
      if (wanted == nullptr) continue;
      KJ_IF_MAYBE (field, rows.findFieldByName(wanted)) return *field;
    }
    return fail(ErrorCode::invalid, "the rows of {} have no {} to be chosen by: leave it out", view,
                name);
  }

  std::int32_t fiscal_year_ = 0;  // 0: any
  Field year_;
  std::vector<std::pair<Field, std::string>> texts_;
  std::vector<std::pair<Field, std::uint16_t>> enums_;
};

/// Walks a view's keys with that prefix behind `after` and keeps the rows that the filter accepts.
Result<RowPage> read_page(const Projector& projector, const Projection& projection,
                          std::string_view prefix, const Filter& filter, std::string_view after,
                          std::size_t limit) {
  CF_LET(const RowFilter wanted, RowFilter::of(projection.row_schema(), projection.name(), filter));
  const View view = projector.views().view(projection);
  auto cursor = projector.views().rocks().walk(*view.family);
  cursor.seek(std::max(prefix, after));
  if (cursor.valid() && !after.empty() && cursor.key() == after) cursor.next();

  const std::size_t at_most =
      std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page);
  std::size_t bytes = 0;
  RowPage page;
  AnyRowBuffer buffer(projection.row_schema());
  std::string last;
  for (; cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
    if (cursor.key() == position_entry) break;
    if (page.rows.size() == at_most || bytes > limits::request_bytes / 2) {
      page.next = last;
      return page;
    }
    CF_LET(const auto row, buffer.read(cursor.value()));
    if (!wanted(row)) continue;
    page.rows.emplace_back(cursor.value());
    bytes += cursor.value().size();
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
  return fail(ErrorCode::invalid, "\"{}\" cannot be rebuilt alone: name a project/… or a line/…",
              subject);
}

template <typename Row>
Result<std::vector<std::string>> rows_of(MemoryRows& rows, std::string_view prefix,
                                         std::string_view subject, std::string_view project) {
  std::vector<std::string> found;
  RowBuffer<Row> buffer;
  const bool one_line = subject.starts_with("line/");
  CF_TRY(rows.each(prefix, [&](std::string_view, std::string_view value) -> Result<bool> {
    const auto row = buffer.read(value);
    const bool wanted = one_line
                            ? subject == format_line({row.getFiscalYear(), view(row.getProject()),
                                                      view(row.getFund()), view(row.getMeasure()),
                                                      view(row.getItem())})
                            : project == view(row.getProject());
    if (wanted) found.emplace_back(value);
    return true;
  }));
  return found;
}

}  // namespace

Result<RowPage> read_rows(const Projector& projector, std::string_view view, const Filter& filter,
                          std::string_view after, std::size_t limit) {
  CF_LET(const Projection* const projection, projector.find(view));
  return read_page(projector, *projection, projection->row_prefix(), filter, after, limit);
}

Result<RowPage> read_budgets(const Projector& projector, const Filter& filter,
                             std::string_view after, std::size_t limit) {
  CF_LET(const Projection* const projection, projector.find("budgets"));
  const std::string prefix = filter.fiscal_year == 0
                                 ? std::string()
                                 : Budgets::key_prefix(filter.fiscal_year, filter.project);
  Filter fitting = filter;  // other reads' wishes mean nothing here
  fitting.kind.clear();
  fitting.request.clear();
  return read_page(projector, *projection, prefix, fitting, after, limit);
}

Result<RowPage> read_adjustments(const Projector& projector, const Filter& filter,
                                 std::string_view after, std::size_t limit) {
  return read_rows(projector, "adjustments", filter, after, limit);
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

Result<std::vector<std::string>> read_records(const Journal& journal, Sequence from,
                                              std::size_t limit) {
  const std::size_t at_most =
      std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page);
  std::vector<std::string> records;
  auto scan = journal.scan(from, Journal::Extent::part);
  for (std::size_t bytes = 0; records.size() < at_most && bytes < limits::request_bytes / 2;) {
    CF_LET(const auto record, scan.next());
    if (!record) break;
    records.emplace_back(*record);
    bytes += record->size();
  }
  return records;
}

Result<std::vector<Hash>> read_tree_hashes(const Journal& journal,
                                           const std::vector<Subtree>& subtrees) {
  if (subtrees.size() > limits::rows_in_page)
    return fail(ErrorCode::limit, "{} hashes were asked for at once; the limit is {}",
                subtrees.size(), limits::rows_in_page);
  return journal.tree().read(subtrees);
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
      CF_TRY(check_foldable(record));
      CF_TRY(Budgets().fold(record, budgets));
      CF_TRY(Adjustments().fold(record, adjustments));
    }
  }
  if (next == 0) return fail(ErrorCode::not_found, "nothing was ever recorded about {}", subject);
  RebuiltRows rebuilt;
  CF_LET(rebuilt.budgets, rows_of<schema::BudgetRow>(budgets, {}, subject, project));
  CF_LET(rebuilt.adjustments,
         rows_of<schema::AdjustmentRow>(adjustments, Adjustments().row_prefix(), subject, project));
  return rebuilt;
}

}  // namespace counterfoil
