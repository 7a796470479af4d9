#include "service/difference.h"

#include <algorithm>
#include <set>

#include "codec/text.h"
#include "projections/budgets.h"
#include "projections/row_codec.h"

namespace counterfoil {
namespace {

using schema::ChangeRow;

/// The rows of one of the two moments, in the order of their keys.
class Side {
 public:
  /// From that key on, or behind it.
  Side(Rocks::Cursor cursor, std::string_view key, bool at_key) : cursor_(std::move(cursor)) {
    cursor_.seek(key);
    if (is_there() && !at_key && !key.empty() && cursor_.key() == key) cursor_.next();
  }
  bool is_there() const { return cursor_.valid() && cursor_.key() != position_entry; }
  std::string_view key() const { return cursor_.key(); }
  std::string_view value() const { return cursor_.value(); }
  void next() { cursor_.next(); }
  Result<void> status() const {
    if (!cursor_.valid()) return cursor_.status();
    return {};
  }

 private:
  Rocks::Cursor cursor_;
};

bool accepts(const Filter& filter, schema::BudgetRow::Reader row) {
  const auto fits = [](const std::string& wanted, std::string_view value) {
    return wanted.empty() || wanted == value;
  };
  return (filter.fiscal_year == 0 || filter.fiscal_year == row.getFiscalYear()) &&
         fits(filter.unit, view(row.getUnit())) && fits(filter.project, view(row.getProject())) &&
         fits(filter.fund, view(row.getFund())) && fits(filter.measure, view(row.getMeasure()));
}

/// Where a page goes on: behind the key of a line, or inside its contributions.
struct Mark {
  Inside inside;
  bool open_at_first = false;  // whether the line is open there, at each of the moments
  bool open_at_second = false;
  std::string key;
  bool is_inside() const { return inside.events != 0; }
};

constexpr std::size_t mark_bytes = inside_bytes + 1;  // before the key

std::string format_mark(const Mark& mark) {
  std::string bytes;
  put(bytes, mark.inside);
  bytes += static_cast<char>((mark.open_at_first ? 1 : 0) + (mark.open_at_second ? 2 : 0));
  return bytes + mark.key;
}

Result<Mark> parse_mark(std::string_view bytes) {
  if (bytes.empty()) return Mark{};
  if (bytes.size() < mark_bytes)
    return fail(ErrorCode::invalid, "a page goes on with what the page before it gave as next");
  const char open = bytes[inside_bytes];
  return Mark{get_inside(bytes), (open & 1) != 0, (open & 2) != 0,
              std::string(bytes.substr(mark_bytes))};
}

std::string sequences_of(const Contributions& contributions) {
  std::set<std::uint64_t> sequences;
  RowBuffer<schema::ContributionRow> buffer;
  for (const std::string& row : contributions.rows())
    sequences.insert(buffer.read(row).getSequence());
  return fmt::format("{}", fmt::join(sequences, " "));
}

class Comparing {
 public:
  Comparing(const Journal& journal, const Comparison& comparison, std::size_t limit,
            const Asker& asker)
      : journal_(journal), comparison_(comparison), asker_(asker), room_(limit) {}

  /// One line; a side is empty where the line is not there.
  Result<void> compare(std::string_view first, std::string_view second, const Mark& begin) {
    if (first == second) return {};
    RowBuffer<schema::BudgetRow> first_buffer;
    RowBuffer<schema::BudgetRow> second_buffer;
    const auto from = first.empty() ? std::nullopt : std::optional(first_buffer.read(first));
    const auto to = second.empty() ? std::nullopt : std::optional(second_buffer.read(second));
    const auto row = to ? *to : *from;
    if (!accepts(comparison_.filter, row)) return {};
    const Money before = from ? number_of(*from, comparison_.figure) : Money{};
    const Money after = to ? number_of(*to, comparison_.figure) : Money{};
    if (from && to && before == after) return {};
    const auto difference = subtract(after, before);
    const std::string line =
        format_line({row.getFiscalYear(), view(row.getProject()), view(row.getFund()),
                     view(row.getMeasure()), view(row.getItem())});
    if (!difference)
      return fail(ErrorCode::limit, "the difference of {} does not fit 64 bits", line);
    Mark mark = begin;
    Contributions contributions(room_, begin.inside);
    CF_TRY(add_responsible(contributions, line, mark));
    capnp::MallocMessageBuilder message;
    auto change = message.initRoot<ChangeRow>();
    change.setProject(row.getProject());
    change.setUnit(row.getUnit());
    change.setFiscalYear(row.getFiscalYear());
    change.setFund(row.getFund());
    change.setMeasure(row.getMeasure());
    change.setItem(row.getItem());
    change.setFrom(before.minor);
    change.setTo(after.minor);
    change.setDifference(difference->minor);
    change.setState(!from ? ChangeRow::State::OPENED
                    : !to ? ChangeRow::State::GONE
                          : ChangeRow::State::CHANGED);
    change.setEvents(text_of(sequences_of(contributions)));
    const bool is_summed = !begin.is_inside() || !contributions.is_cut();
    if (is_summed && contributions.sum() != *difference)
      return fail(ErrorCode::corrupt,
                  "the events of {} sum to {}, and its difference is {}: verify the ledger", line,
                  contributions.sum().minor, difference->minor);
    page_.changes.push_back(present_row(change));
    room_.take(page_.changes.back().size());
    contributions.put_on(page_);
    if (contributions.is_cut()) {
      mark.inside = contributions.rest();
      page_.next = format_mark(mark);
    }
    return {};
  }
  bool is_full() const { return !room_.is_left(); }
  bool is_cut() const { return !page_.next.empty(); }
  void go_on_behind(const std::string& key) { page_.next = format_mark({{}, false, false, key}); }
  DifferencePage take() { return std::move(page_); }

 private:
  /// What counts at one of the moments only. Says whether the line is open where it is cut.
  Result<void> add_responsible(Contributions& contributions, const std::string& line, Mark& mark) {
    const bool is_new = !mark.is_inside();
    Opening first(mark.open_at_first);
    Opening second(mark.open_at_second);
    const Moment all{std::max(comparison_.first.end, comparison_.second.end), {}};
    const auto add = [&](schema::Record::Reader record) -> Result<bool> {
      const auto counts_at = [&](const Moment& moment, Opening& opening) {
        if (record.getSequence() >= moment.end || !moment.counts(record)) return false;
        opening.note(record.getFact());
        return opening.is_open();
      };
      const bool before = counts_at(comparison_.first, first);
      const bool now = counts_at(comparison_.second, second);
      if (before == now) return true;
      const bool was_cut = contributions.is_cut();
      CF_TRY(contributions.add_line(record, line, comparison_.figure, before));
      if (contributions.is_cut() && !was_cut) {
        mark.open_at_first = first.is_open();
        mark.open_at_second = second.is_open();
      }
      return is_new || !contributions.is_cut();
    };
    return each_record_about(journal_, {line}, all, add, asker_, mark.inside.from);
  }

  const Journal& journal_;
  const Comparison& comparison_;
  const Asker& asker_;
  Room room_;
  DifferencePage page_;
};

}  // namespace

Result<DifferencePage> read_difference(const Journal& journal, Past& past,
                                       const Comparison& comparison, std::string_view after,
                                       std::size_t limit, const Asker& asker) {
  static const Budgets budgets;
  CF_LET(const Mark begin, parse_mark(after));
  CF_LET(const Past::StatePtr first_state, past.state(budgets, comparison.first, asker));
  CF_LET(const Past::StatePtr second_state, past.state(budgets, comparison.second, asker));
  Side first(past.walk(*first_state), begin.key, begin.is_inside());
  Side second(past.walk(*second_state), begin.key, begin.is_inside());
  Comparing comparing(journal, comparison, limit, asker);
  std::string last;
  while ((first.is_there() || second.is_there()) && !comparing.is_cut()) {
    if (comparing.is_full()) {
      comparing.go_on_behind(last);
      break;
    }
    CF_TRY(asker.check_there());
    const bool has_first = first.is_there() && (!second.is_there() || first.key() <= second.key());
    const bool has_second = second.is_there() && (!first.is_there() || second.key() <= first.key());
    last = has_first ? first.key() : second.key();
    Mark mark = begin.is_inside() && last == begin.key ? begin : Mark{};
    mark.key = last;
    CF_TRY(comparing.compare(has_first ? first.value() : std::string_view(),
                             has_second ? second.value() : std::string_view(), mark));
    if (has_first) first.next();
    if (has_second) second.next();
  }
  CF_TRY(first.status());
  CF_TRY(second.status());
  return comparing.take();
}

}  // namespace counterfoil
