#include "service/explain.h"

#include <algorithm>
#include <map>
#include <set>

#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "domain/citations.h"
#include "projections/budgets.h"
#include "projections/own.h"
#include "projections/read_models.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// The page that an answer is put on.
struct Answering {
  const Journal& journal;
  const Question& question;
  const Moment& moment;
  Explanation answer;
  std::set<std::uint64_t> cited;
};

void add_figure(Answering& page, const Contributions& contributions, Money amount,
                const std::function<void(schema::FigureRow::Builder)>& fill) {
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<schema::FigureRow>();
  fill(row);
  row.setAmount(amount.minor);
  row.setSum(contributions.sum().minor);
  row.setEvents(static_cast<std::uint32_t>(contributions.rows().size()));
  page.answer.figures.push_back(present_row(row.asReader()));
  page.answer.contributions.insert(page.answer.contributions.end(), contributions.rows().begin(),
                                   contributions.rows().end());
}

/// Notes what a record rests on where it added something.
void note_evidence(Answering& page, schema::Record::Reader record,
                   const Contributions& contributions, std::size_t rows_before) {
  if (contributions.rows().size() == rows_before) return;
  page.cited.merge(named_by(record));
}

/// A line that was never there at the moment, or whose opening was reversed, has no figure.
Result<void> explain_line(Answering& page, const std::string& line) {
  CF_LET(const LineId id, parse_line(line));
  MemoryRows rows;
  Contributions contributions;
  const auto add = [&](schema::Record::Reader record) -> Result<void> {
    CF_LET(std::string* const row, rows.edit(Budgets::key(id)));
    if (row != nullptr) {  // before it was opened nothing counts
      const std::size_t before = contributions.rows().size();
      CF_TRY(contributions.add_line(record, line, page.question.figure));
      note_evidence(page, record, contributions, before);
    }
    return Budgets().fold(record, rows);
  };
  CF_TRY(each_record_about(page.journal, {line}, page.moment, add));
  std::string stored;
  CF_LET(const bool is_there, rows.get(Budgets::key(id), stored));
  if (!is_there && contributions.rows().empty()) return {};
  CF_TRY(contributions.check_room(line));
  RowBuffer<schema::BudgetRow> buffer;
  std::optional<schema::BudgetRow::Reader> budget;
  if (is_there) budget = buffer.read(stored);
  add_figure(page, contributions, budget ? number_of(*budget, page.question.figure) : Money{},
             [&](schema::FigureRow::Builder row) {
               row.setSubject(text_of(line));
               row.setProject(text_of(std::string(id.project)));
               if (budget) row.setUnit(budget->getUnit());
               row.setFiscalYear(id.fiscal_year);
               row.setFund(text_of(std::string(id.fund)));
               row.setMeasure(text_of(std::string(id.measure)));
               row.setItem(text_of(std::string(id.item)));
             });
  return {};
}

/// What remains in the pool of each source tag's money.
Result<void> explain_pool(Answering& page) {
  const std::string& subject = page.question.subject;
  const std::string pool = subject.substr(subject.find('/') + 1);
  MemoryRows rows;
  std::map<std::string, Contributions, std::less<>> by_tag;
  const auto add = [&](schema::Record::Reader record) -> Result<void> {
    std::set<std::string> tags;
    CF_TRY(for_each_pool_effect(record.getFact(), [&](const PoolEffect& effect) -> Result<void> {
      if (effect.pool == pool) tags.emplace(effect.source_tag);
      return {};
    }));
    for (const std::string& tag : tags) {
      Contributions& contributions = by_tag[tag];
      const std::size_t before = contributions.rows().size();
      CF_TRY(contributions.add_pool(record, pool, tag));
      note_evidence(page, record, contributions, before);
    }
    return pools_projection().fold(record, rows);
  };
  CF_TRY(each_record_about(page.journal, {subject}, page.moment, add));
  std::map<std::string, Money, std::less<>> remaining;
  RowBuffer<schema::PoolRow> buffer;
  CF_TRY(rows.each(pools_projection().row_prefix(),
                   [&](std::string_view, std::string_view value) -> Result<bool> {
                     const auto row = buffer.read(value);
                     if (view(row.getPool()) != pool) return true;
                     Money& sum = remaining[std::string(view(row.getSourceTag()))];
                     const auto total = counterfoil::add(sum, Money{row.getRemaining()});
                     if (!total)
                       return fail(ErrorCode::limit, "what remains in pool {} does not fit 64 bits",
                                   pool);
                     sum = *total;
                     return true;
                   }));
  for (const auto& [tag, contributions] : by_tag) {
    CF_TRY(contributions.check_room(subject));
    add_figure(page, contributions, remaining[tag], [&](schema::FigureRow::Builder row) {
      row.setSubject(text_of(subject));
      row.setSourceTag(text_of(tag));
    });
  }
  return {};
}

/// The lines of the question, in the order in which they were opened.
Result<std::vector<std::string>> lines_of(const Answering& page) {
  const Question& question = page.question;
  if (question.subject.starts_with("line/")) return std::vector{question.subject};
  const bool of_unit = question.subject.starts_with("unit/");
  std::vector<std::string> lines;
  const auto add = [&](schema::Record::Reader record) -> Result<void> {
    if (!record.getFact().isLineOpened()) return {};
    const auto opened = record.getFact().getLineOpened();
    const std::string line(view(opened.getLine()));
    CF_LET(const LineId id, parse_line(line));
    const Filter& filter = question.filter;
    const bool is_wanted = (filter.fiscal_year == 0 || filter.fiscal_year == id.fiscal_year) &&
                           (filter.fund.empty() || filter.fund == id.fund) &&
                           (filter.measure.empty() || filter.measure == id.measure) &&
                           (filter.project.empty() || filter.project == id.project) &&
                           (!of_unit || view(opened.getUnit()) == question.subject.substr(5));
    if (is_wanted && std::find(lines.begin(), lines.end(), line) == lines.end())
      lines.push_back(line);
    return {};
  };
  CF_TRY(each_record_about(page.journal, {question.subject}, page.moment, add));
  return lines;
}

/// The records that were cited, and what they cite in turn.
Result<void> follow_evidence(Answering& page) {
  std::map<std::uint64_t, std::string> found;
  std::vector<std::uint64_t> open(page.cited.begin(), page.cited.end());
  RecordBuffer buffer;
  while (!open.empty()) {
    const std::uint64_t sequence = open.back();
    open.pop_back();
    if (found.contains(sequence)) continue;
    if (found.size() == limits::records_in_page)
      return fail(ErrorCode::limit,
                  "what {} rests on are more than {} events: ask for fewer lines at once",
                  page.question.subject, limits::records_in_page);
    std::string& bytes = found[sequence];
    CF_TRY(page.journal.read(Sequence{sequence}, bytes));
    CF_LET(const auto record, buffer.load(bytes));
    for (const std::uint64_t cited : named_by(record)) open.push_back(cited);
  }
  for (auto& [sequence, bytes] : found) page.answer.evidence.push_back(std::move(bytes));
  return {};
}

}  // namespace

Result<Explanation> explain(const Journal& journal, const Question& question, const AsOf& as_of,
                            Instant now, std::string_view after, std::size_t limit) {
  CF_TRY(check_subject(question.subject));
  const auto kind = std::string_view(question.subject).substr(0, question.subject.find('/'));
  if (kind != "line" && kind != "project" && kind != "unit" && kind != "pool")
    return fail(ErrorCode::invalid,
                "\"{}\" has no number to explain: name a line/…, project/…, unit/… or pool/…",
                question.subject);
  if (kind == "line") CF_TRY(parse_line(question.subject));
  CF_LET(const PastPage at, past_page(journal, as_of, now, after));
  CF_TRY(check_subject_there(journal, question.subject, at.moment));
  Answering page{journal, question, at.moment, {}, {}};
  if (kind == "pool") {
    CF_TRY(explain_pool(page));
    CF_TRY(follow_evidence(page));
    return std::move(page.answer);
  }

  CF_LET(const auto lines, lines_of(page));
  std::uint64_t next = 0;
  if (at.after.size() == sizeof(next)) next = get_big_endian<std::uint64_t>(at.after);
  const std::size_t at_most =
      std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page);
  for (; next < lines.size() && page.answer.contributions.size() < at_most; ++next)
    CF_TRY(explain_line(page, lines[next]));
  if (next < lines.size()) {
    std::string key;
    put_big_endian(key, next);
    page.answer.next = next_page(at.moment, key);
  }
  if (page.answer.figures.empty() && page.answer.next.empty() && after.empty())
    return fail(
        ErrorCode::not_found, "{} exists, and has no budget line{}{}", question.subject,
        question.filter.fiscal_year == 0 ? "" : fmt::format(" of {}", question.filter.fiscal_year),
        as_of.is_set() ? " " + describe(at.moment) : " yet");
  CF_TRY(follow_evidence(page));
  return std::move(page.answer);
}

}  // namespace counterfoil
