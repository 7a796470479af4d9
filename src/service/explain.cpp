#include "service/explain.h"

#include <map>

#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "projections/budgets.h"
#include "projections/read_models.h"
#include "projections/row_codec.h"
#include "projections/rows.h"
#include "service/evidence.h"

namespace counterfoil {
namespace {

/// Where a page goes on, behind its moment.
struct Mark {
  std::uint64_t position = 0;  // of the line's opening in the history of what is asked for
  Inside inside;
  // Of the figure that it goes on inside:
  Money amount = {};
  Money sum = {};    // of all contributions
  std::string text;  // the line's unit; of a pool, the first source tag that is still to come
};

constexpr std::size_t mark_bytes = 24 + inside_bytes;  // before the text

std::string format_mark(const Mark& mark) {
  std::string bytes;
  put_big_endian(bytes, mark.position);
  put_big_endian(bytes, static_cast<std::uint64_t>(mark.amount.minor));
  put_big_endian(bytes, static_cast<std::uint64_t>(mark.sum.minor));
  put(bytes, mark.inside);
  return bytes + mark.text;
}

Result<Mark> parse_mark(std::string_view bytes) {
  if (bytes.empty()) return Mark{};
  if (bytes.size() < mark_bytes || bytes.size() > mark_bytes + limits::text_bytes + 1)
    return fail(ErrorCode::invalid, "a page goes on with what the page before it gave as next");
  const auto money = [&](std::size_t at) {
    return Money{static_cast<std::int64_t>(get_big_endian<std::uint64_t>(bytes.substr(at)))};
  };
  return Mark{get_big_endian<std::uint64_t>(bytes), get_inside(bytes.substr(24)), money(8),
              money(16), std::string(bytes.substr(mark_bytes))};
}

/// The answer on its way.
class Answering {
 public:
  Answering(const Journal& journal, const Question& question, const Moment& moment,
            std::size_t limit, const Asker& asker)
      : journal_(journal),
        question_(question),
        moment_(moment),
        asker_(asker),
        room_(limit),
        evidence_(journal) {}

  Result<void> explain_pool(Mark begin);
  Result<void> explain_lines(const Mark& begin);
  Explanation take() {
    answer_.evidence = evidence_.take();
    return std::move(answer_);
  }

 private:
  Contributions contributions(const Inside& inside) {
    return Contributions(room_, inside,
                         [this](schema::Record::Reader record) { return evidence_.add(record); });
  }
  Result<void> explain_line(const std::string& line, const Mark& begin);
  Result<void> explain_new_tags(const std::string& from);
  Result<bool> is_wanted(schema::LineOpened::Reader opened) const;
  Result<bool> is_first_opening(schema::Record::Reader opening, const std::string& line) const;
  void add_figure(const Contributions& contributions, const Mark& mark,
                  const std::function<void(schema::FigureRow::Builder)>& fill);
  void add_pool_figure(const Contributions& contributions, const Mark& mark);
  void go_on_at(const Mark& mark) { answer_.next = next_page(moment_, format_mark(mark)); }
  std::string_view pool() const {
    return std::string_view(question_.subject).substr(question_.subject.find('/') + 1);
  }

  const Journal& journal_;
  const Question& question_;
  const Moment& moment_;
  const Asker& asker_;
  Room room_;
  Evidence evidence_;
  Explanation answer_;
};

/// Where the contributions are cut, the next page goes on inside them.
void Answering::add_figure(const Contributions& contributions, const Mark& mark,
                           const std::function<void(schema::FigureRow::Builder)>& fill) {
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<schema::FigureRow>();
  row.setAmount(mark.amount.minor);
  row.setSum(mark.sum.minor);
  row.setEvents(contributions.events());
  fill(row);
  answer_.figures.push_back(present_row(row));
  room_.take(answer_.figures.back().size());
  contributions.put_on(answer_);
  if (!contributions.is_cut()) return;
  Mark rest = mark;
  rest.inside = contributions.rest();
  go_on_at(rest);
}

/// A line that was never there at the moment, or whose opening was reversed, has no figure.
Result<void> Answering::explain_line(const std::string& line, const Mark& begin) {
  CF_LET(const LineId id, parse_line(line));
  const bool is_new = begin.inside.events == 0;
  MemoryRows rows;
  Opening opening(!is_new);
  Contributions added = contributions(begin.inside);
  const auto add = [&](schema::Record::Reader record) -> Result<bool> {
    opening.note(record.getFact());
    if (opening.is_open()) CF_TRY(added.add_line(record, line, question_.figure));
    if (is_new) CF_TRY(Budgets().fold(record, rows));
    return is_new || !added.is_cut();
  };
  CF_TRY(each_record_about(journal_, {line}, moment_, add, asker_, begin.inside.from));
  Mark mark = begin;
  if (is_new) {
    std::string stored;
    CF_LET(const bool is_there, rows.get(Budgets::key(id), stored));
    if (!is_there && added.events() == 0) return {};
    mark.sum = added.sum();
    RowBuffer<schema::BudgetRow> buffer;
    if (is_there) {
      const auto budget = buffer.read(stored);
      mark.amount = number_of(budget, question_.figure);
      mark.text = view(budget.getUnit());
    }
  }
  add_figure(added, mark, [&](schema::FigureRow::Builder row) {
    row.setSubject(text_of(line));
    row.setProject(text_of(std::string(id.project)));
    row.setUnit(text_of(mark.text));
    row.setFiscalYear(id.fiscal_year);
    row.setFund(text_of(std::string(id.fund)));
    row.setMeasure(text_of(std::string(id.measure)));
    row.setItem(text_of(std::string(id.item)));
  });
  return {};
}

Result<bool> Answering::is_wanted(schema::LineOpened::Reader opened) const {
  CF_LET(const LineId id, parse_line(view(opened.getLine())));
  const Filter& filter = question_.filter;
  const bool of_unit = question_.subject.starts_with("unit/");
  return (filter.fiscal_year == 0 || filter.fiscal_year == id.fiscal_year) &&
         (filter.fund.empty() || filter.fund == id.fund) &&
         (filter.measure.empty() || filter.measure == id.measure) &&
         (filter.project.empty() || filter.project == id.project) &&
         (!of_unit || view(opened.getUnit()) == question_.subject.substr(5));
}

/// A line is listed where it was opened first, though it may have been opened again since.
Result<bool> Answering::is_first_opening(schema::Record::Reader opening,
                                         const std::string& line) const {
  bool is_first = true;
  const auto look = [&](schema::Record::Reader record) -> Result<bool> {
    if (record.getSequence() == opening.getSequence()) return false;
    if (!record.getFact().isLineOpened()) return true;
    CF_LET(const bool wanted, is_wanted(record.getFact().getLineOpened()));
    is_first = !wanted;
    return is_first;
  };
  CF_TRY(each_record_about(journal_, {line}, moment_, look, asker_));
  return is_first;
}

/// The lines of the question, in the order in which they were opened.
Result<void> Answering::explain_lines(const Mark& begin) {
  const std::string& subject = question_.subject;
  if (subject.starts_with("line/")) return explain_line(subject, begin);
  const auto add = [&](schema::Record::Reader record) -> Result<bool> {
    if (!record.getFact().isLineOpened()) return true;
    const auto opened = record.getFact().getLineOpened();
    const std::string line(view(opened.getLine()));
    CF_LET(const bool wanted, is_wanted(opened));
    if (!wanted) return true;
    CF_LET(const bool is_first, is_first_opening(record, line));
    if (!is_first) return true;
    Mark mark;
    mark.position = ordinal_in(record, subject).value;
    if (!room_.is_left()) {
      go_on_at(mark);
      return false;
    }
    const bool goes_on = begin.inside.events != 0 && mark.position == begin.position;
    CF_TRY(explain_line(line, goes_on ? begin : mark));
    return answer_.next.empty();
  };
  return each_record_about(journal_, {subject}, moment_, add, asker_, Ordinal{begin.position});
}

void Answering::add_pool_figure(const Contributions& contributions, const Mark& mark) {
  add_figure(contributions, mark, [&](schema::FigureRow::Builder row) {
    row.setSubject(text_of(question_.subject));
    row.setSourceTag(text_of(mark.text));
  });
}

/// What remains in the pool of each source tag's money.
Result<void> Answering::explain_pool(Mark begin) {
  if (begin.inside.events != 0) {
    Contributions added = contributions(begin.inside);
    const auto add = [&](schema::Record::Reader record) -> Result<bool> {
      CF_TRY(added.add_pool(record, pool(), begin.text));
      return !added.is_cut();
    };
    CF_TRY(
        each_record_about(journal_, {question_.subject}, moment_, add, asker_, begin.inside.from));
    add_pool_figure(added, begin);
    if (added.is_cut()) return {};
    begin.text += '\0';  // what follows the tag
  }
  return explain_new_tags(begin.text);
}

/// Those from that one on, in order. The pool's history is read once for all, and then again what
/// is put on the page.
Result<void> Answering::explain_new_tags(const std::string& from) {
  MemoryRows rows;
  std::map<std::string, std::vector<Sequence>, std::less<>> by_tag;
  const auto note = [&](schema::Record::Reader record) -> Result<bool> {
    CF_TRY(for_each_pool_effect(record.getFact(), [&](const PoolEffect& effect) -> Result<void> {
      if (effect.pool != pool() || effect.source_tag < from) return {};
      auto& sequences = by_tag[std::string(effect.source_tag)];
      const Sequence sequence{record.getSequence()};
      if (sequences.empty() || sequences.back() != sequence) sequences.push_back(sequence);
      return {};
    }));
    CF_TRY(pools_projection().fold(record, rows));
    return true;
  };
  CF_TRY(each_record_about(journal_, {question_.subject}, moment_, note, asker_));
  std::map<std::string, Money, std::less<>> remaining;
  RowBuffer<schema::PoolRow> buffer;
  CF_TRY(rows.each(pools_projection().row_prefix(),
                   [&](std::string_view, std::string_view value) -> Result<bool> {
                     const auto row = buffer.read(value);
                     if (view(row.getPool()) != pool()) return true;
                     Money& sum = remaining[std::string(view(row.getSourceTag()))];
                     const auto total = counterfoil::add(sum, Money{row.getRemaining()});
                     if (!total)
                       return fail(ErrorCode::limit, "what remains in pool {} does not fit 64 bits",
                                   pool());
                     sum = *total;
                     return true;
                   }));
  std::string bytes;
  RecordBuffer record_buffer;
  for (const auto& [tag, sequences] : by_tag) {
    Mark mark;
    mark.text = tag;
    if (!room_.is_left()) {
      go_on_at(mark);
      return {};
    }
    Contributions added = contributions({});
    for (const Sequence sequence : sequences) {
      CF_TRY(asker_.check_there());
      CF_TRY(journal_.read(sequence, bytes));
      CF_LET(const auto record, record_buffer.load(bytes));
      CF_TRY(added.add_pool(record, pool(), tag));
    }
    mark.amount = remaining[tag];
    mark.sum = added.sum();
    add_pool_figure(added, mark);
    if (added.is_cut()) return {};
  }
  return {};
}

}  // namespace

Result<Explanation> explain(const Journal& journal, const Question& question, const AsOf& as_of,
                            Instant now, std::string_view after, std::size_t limit,
                            const Asker& asker) {
  CF_TRY(check_subject(question.subject));
  const auto kind = std::string_view(question.subject).substr(0, question.subject.find('/'));
  if (kind != "line" && kind != "project" && kind != "unit" && kind != "pool")
    return fail(ErrorCode::invalid,
                "\"{}\" has no number to explain: name a line/…, project/…, unit/… or pool/…",
                question.subject);
  if (kind == "line") CF_TRY(parse_line(question.subject));
  CF_LET(const PastPage at, past_page(journal, as_of, now, after));
  CF_LET(const Mark begin, parse_mark(at.after));
  CF_TRY(check_subject_there(journal, question.subject, at.moment));
  Answering answering(journal, question, at.moment, limit, asker);
  if (kind == "pool") {
    CF_TRY(answering.explain_pool(begin));
    return answering.take();
  }
  CF_TRY(answering.explain_lines(begin));
  Explanation answer = answering.take();
  if (answer.figures.empty() && after.empty())
    return fail(
        ErrorCode::not_found, "{} exists, and has no budget line{}{}", question.subject,
        question.filter.fiscal_year == 0 ? "" : fmt::format(" of {}", question.filter.fiscal_year),
        as_of.is_set() ? " " + describe(at.moment) : " yet");
  return answer;
}

}  // namespace counterfoil
