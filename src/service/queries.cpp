#include "service/queries.h"

#include <capnp/dynamic.h>
#include <capnp/schema.h>

#include <algorithm>
#include <set>

#include "codec/line.h"
#include "codec/text.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "projections/adjustments.h"
#include "projections/budgets.h"
#include "projections/row_codec.h"
#include "projections/rows.h"
#include "service/what_if.h"
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

/// Where a page begins, as the one before it said: pages of one read are of one generation of the
/// view, though another is swapped in meanwhile.
struct PageStart {
  View view;
  std::string after;  // the last key of the page before; empty: none
};

constexpr std::size_t page_mark_bytes = 12;  // generation and version, before the key

std::string page_mark(const View& view, std::string_view last) {
  std::string mark;
  put_big_endian(mark, view.generation);
  put_big_endian(mark, view.version);
  return mark.append(last);
}

Result<PageStart> page_start(const Views& views, const Projection& projection,
                             std::string_view after) {
  if (after.empty()) return PageStart{views.view(projection), {}};
  if (after.size() < page_mark_bytes)
    return fail(ErrorCode::invalid, "no page ends so: pass what the page before gave as next");
  const auto begun = views.view(projection, get_big_endian<std::uint64_t>(after));
  const auto version = get_big_endian<std::uint32_t>(after.substr(8));
  PageStart start{begun ? *begun : views.view(projection),
                  std::string(after.substr(page_mark_bytes))};
  if (start.view.version == version) return start;
  return fail(ErrorCode::conflict,
              "version {} of {} replaced version {} a while ago: read it again from its first page",
              start.view.version, projection.name(), version);
}

/// A page on its way: what the filter accepts of the rows that it is shown, as many as fit.
class PageBuilder {
 public:
  static Result<PageBuilder> of(const Projection& projection, const Filter& filter,
                                std::size_t limit) {
    CF_LET(RowFilter wanted, RowFilter::of(projection.row_schema(), projection.name(), filter));
    return PageBuilder(projection.row_schema(), std::move(wanted), limit);
  }

  /// False where the page is full: the row is on the next one.
  Result<bool> add(std::string_view key, std::string_view value) {
    if (page_.rows.size() == limit_ || bytes_ > limits::request_bytes / 2) {
      page_.next = last_;
      return false;
    }
    CF_LET(const auto row, buffer_->read(value));
    if (!wanted_(row)) return true;
    page_.rows.emplace_back(value);
    bytes_ += value.size();
    last_ = key;
    return true;
  }
  RowPage take() { return std::move(page_); }

 private:
  PageBuilder(capnp::StructSchema schema, RowFilter wanted, std::size_t limit)
      : buffer_(std::make_unique<AnyRowBuffer>(schema)),
        wanted_(std::move(wanted)),
        limit_(std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page)) {}

  std::unique_ptr<AnyRowBuffer> buffer_;
  RowFilter wanted_;
  std::size_t limit_;
  std::size_t bytes_ = 0;
  std::string last_;
  RowPage page_;
};

/// Shows the builder the rows with that prefix behind `after`, until its page is full.
Result<void> fill_page(PageBuilder& page, Rocks::Cursor cursor, std::string_view prefix,
                       std::string_view after) {
  cursor.seek(std::max(prefix, after));
  if (cursor.valid() && !after.empty() && cursor.key() == after) cursor.next();
  for (; cursor.valid() && cursor.key().starts_with(prefix) && cursor.key() != position_entry;
       cursor.next()) {
    CF_LET(const bool more, page.add(cursor.key(), cursor.value()));
    if (!more) return {};
  }
  if (!cursor.valid()) CF_TRY(cursor.status());
  return {};
}

/// What the keys of the rows start with that a filter may accept.
std::string prefix_of(const Projection& projection, const Filter& filter) {
  if (projection.name() == "budgets" && filter.fiscal_year != 0)
    return Budgets::key_prefix(filter.fiscal_year, filter.project);
  return std::string(projection.row_prefix());
}

/// What a project's rows come from, besides the project's own records: the ledger's, for its
/// calendar and its rule sets.
std::vector<std::string> subjects_of_project(std::string_view project) {
  return {"ledger", fmt::format("project/{}", project)};
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

namespace {

/// The name of the rule sets whose place another one takes; empty for all. Those recorded by
/// the moment count, so that every page of one read takes the same.
Result<std::string> replaced_rule_sets(const Journal& journal, const RuleSet& rules,
                                       const std::string& in_place_of, const Moment& moment) {
  if (in_place_of == "all") return std::string();
  std::set<std::string> names;
  const auto note = [&](schema::Record::Reader record) -> Result<bool> {
    if (record.getFact().isRuleSetPublished())
      names.emplace(view(record.getFact().getRuleSetPublished().getName()));
    return true;
  };
  CF_TRY(each_record_about(journal, {"ledger"}, Moment{moment.end}, note));
  const std::string& wanted = in_place_of.empty() ? rules.name : in_place_of;
  if (names.contains(wanted)) return wanted;
  if (in_place_of.empty()) return std::string();
  return fail(ErrorCode::not_found, "no rule set \"{}\" was published; there are {}", in_place_of,
              fmt::join(names, ", "));
}

}  // namespace

Result<RowPage> read_rows(const Projector& projector, std::string_view view, const Filter& filter,
                          std::string_view after, std::size_t limit) {
  CF_LET(const Projection* const projection, projector.find(view));
  CF_LET(PageBuilder page, PageBuilder::of(*projection, filter, limit));
  CF_LET(const auto start, page_start(projector.views(), *projection, after));
  CF_TRY(fill_page(page, projector.views().rocks().walk(*start.view.family),
                   prefix_of(*projection, filter), start.after));
  RowPage found = page.take();
  if (!found.next.empty()) found.next = page_mark(start.view, found.next);
  return found;
}

Result<RowPage> read_rows_as_of(const Projector& projector, const Journal& journal, Past& past,
                                std::string_view view, const Filter& filter, const AsOf& as_of,
                                Instant now, std::string_view after, std::size_t limit) {
  CF_LET(const Projection* const projection, projector.find(view));
  CF_LET(const PastPage at, past_page(journal, as_of, now, after));
  CF_LET(PageBuilder page, PageBuilder::of(*projection, filter, limit));
  if (projection->is_by_project() && !filter.project.empty()) {
    MemoryRows rows;
    const auto fold = [&](schema::Record::Reader record) -> Result<bool> {
      CF_TRY(projection->fold(record, rows));
      return true;
    };
    CF_TRY(each_record_about(journal, subjects_of_project(filter.project), at.moment, fold));
    CF_TRY(rows.each(prefix_of(*projection, filter),
                     [&](std::string_view key, std::string_view value) -> Result<bool> {
                       if (!at.after.empty() && key <= at.after) return true;
                       return page.add(key, value);
                     }));
  } else {
    CF_LET(const Past::StatePtr state, past.state(*projection, at.moment));
    CF_TRY(fill_page(page, past.walk(*state), prefix_of(*projection, filter), at.after));
  }
  RowPage found = page.take();
  if (!found.next.empty()) found.next = next_page(at.moment, found.next);
  return found;
}

Result<RowPage> read_what_if(const Journal& journal, Past& past, const Zone& zone,
                             const std::string& document, const std::string& in_place_of,
                             const AsOf& as_of, Instant now, std::string_view after,
                             std::size_t limit) {
  CF_LET(RuleSet rules, parse_rule_set(document));
  CF_LET(const PastPage at, past_page(journal, as_of, now, after));
  CF_LET(const std::string replaced, replaced_rule_sets(journal, rules, in_place_of, at.moment));
  const WhatIf what_if(journal, zone, std::move(rules), replaced);
  const Hash digest = Hasher::sha256().leaf(document);
  CF_LET(const Past::StatePtr state,
         past.state(what_if, fmt::format("what-if/{}/{}", replaced, bytes_of(digest)), at.moment));
  CF_LET(PageBuilder page, PageBuilder::of(what_if, {}, limit));
  CF_TRY(fill_page(page, past.walk(*state), what_if.row_prefix(), at.after));
  RowPage found = page.take();
  if (!found.next.empty()) found.next = next_page(at.moment, found.next);
  return found;
}

Result<HistoryPage> read_history(const Journal& journal, std::string_view subject,
                                 const Moment& moment, Ordinal from, std::size_t limit) {
  CF_TRY(check_subject(subject));
  if (from.value == 0) CF_TRY(check_subject_there(journal, subject, moment));
  HistoryPage page;
  CF_LET(page.count, journal.count(subject));
  const std::size_t at_most =
      std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page);
  CF_LET(const auto sequences, journal.history(subject, from, at_most));
  std::string bytes;
  RecordBuffer buffer;
  std::size_t total = 0;
  page.next = from.value;
  for (const Sequence sequence : sequences) {
    if (sequence.value >= moment.end) break;
    ++page.next;
    CF_TRY(journal.read(sequence, bytes));
    if (!moment.is_prefix()) {
      CF_LET(const auto record, buffer.load(bytes));
      if (!moment.counts(record)) continue;
    }
    page.records.push_back(bytes);
    total += bytes.size();
    if (total > limits::request_bytes / 2) return page;  // a page is bounded in bytes, too
  }
  if (sequences.size() < at_most || page.next < from.value + sequences.size())
    page.next = page.count;
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
  const Moment now{journal.size(), {}};
  CF_TRY(check_subject_there(journal, subject, now));
  MemoryRows budgets;
  MemoryRows adjustments;
  const auto fold = [&](schema::Record::Reader record) -> Result<bool> {
    CF_TRY(Budgets().fold(record, budgets));
    CF_TRY(Adjustments().fold(record, adjustments));
    return true;
  };
  CF_TRY(each_record_about(journal, {std::string(subject)}, now, fold));
  RebuiltRows rebuilt;
  CF_LET(rebuilt.budgets, rows_of<schema::BudgetRow>(budgets, {}, subject, project));
  CF_LET(rebuilt.adjustments,
         rows_of<schema::AdjustmentRow>(adjustments, Adjustments().row_prefix(), subject, project));
  return rebuilt;
}

}  // namespace counterfoil
