#include "service/difference.h"

#include <algorithm>
#include <set>

#include "codec/text.h"
#include "core/limits.h"
#include "projections/budgets.h"
#include "projections/row_codec.h"

namespace counterfoil {
namespace {

using schema::ChangeRow;

/// The rows of one of the two moments, in the order of their keys.
class Side {
 public:
  Side(Rocks::Cursor cursor, std::string_view after) : cursor_(std::move(cursor)) {
    cursor_.seek(after);
    if (is_there() && !after.empty() && cursor_.key() == after) cursor_.next();
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

/// Whether the line is open for those events that count at one moment: before it nothing counts.
class Opening {
 public:
  void note(schema::Fact::Reader fact) {
    if (fact.isLineOpened()) open_ = true;
    if (fact.isEventReversed() && fact.getEventReversed().getReversedFact() ==
                                      static_cast<std::uint16_t>(schema::Fact::LINE_OPENED))
      open_ = false;
  }
  bool is_open() const { return open_; }

 private:
  bool open_ = false;
};

Result<Contributions> responsible(const Journal& journal, const Comparison& comparison,
                                  const std::string& line) {
  Contributions contributions;
  Opening first;
  Opening second;
  const Moment all{journal.size(), {}};
  const auto add = [&](schema::Record::Reader record) -> Result<void> {
    const auto counts_at = [&](const Moment& moment, Opening& opening) {
      if (record.getSequence() >= moment.end || !moment.counts(record)) return false;
      opening.note(record.getFact());
      return opening.is_open();
    };
    const bool before = counts_at(comparison.first, first);
    const bool now = counts_at(comparison.second, second);
    if (before == now) return {};
    return contributions.add_line(record, line, comparison.figure, before);
  };
  CF_TRY(each_record_about(journal, {line}, all, add));
  return contributions;
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
  Comparing(const Journal& journal, const Comparison& comparison)
      : journal_(journal), comparison_(comparison) {}

  /// One line; a side is empty where the line is not there.
  Result<void> compare(std::string_view first, std::string_view second) {
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
    CF_LET(const Contributions contributions, responsible(journal_, comparison_, line));
    CF_TRY(contributions.check_room(line));
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
    if (contributions.sum() != *difference)
      return fail(ErrorCode::corrupt,
                  "the events of {} sum to {}, and its difference is {}: verify the ledger", line,
                  contributions.sum().minor, difference->minor);
    page.changes.push_back(present_row(change.asReader()));
    page.contributions.insert(page.contributions.end(), contributions.rows().begin(),
                              contributions.rows().end());
    return {};
  }
  bool is_full(std::size_t limit) const {
    return page.changes.size() >= limit || page.contributions.size() >= limits::rows_in_page;
  }

  DifferencePage page;

 private:
  const Journal& journal_;
  const Comparison& comparison_;
};

}  // namespace

Result<DifferencePage> read_difference(const Journal& journal, Past& past,
                                       const Comparison& comparison, std::string_view after,
                                       std::size_t limit) {
  static const Budgets budgets;
  CF_LET(const Past::StatePtr first_state, past.state(budgets, comparison.first));
  CF_LET(const Past::StatePtr second_state, past.state(budgets, comparison.second));
  Side first(past.walk(*first_state), after);
  Side second(past.walk(*second_state), after);
  const std::size_t at_most =
      std::min(limit == 0 ? limits::rows_in_page : limit, limits::rows_in_page);
  Comparing comparing(journal, comparison);
  std::string last;
  while (first.is_there() || second.is_there()) {
    if (comparing.is_full(at_most)) {
      comparing.page.next = last;
      break;
    }
    const bool has_first = first.is_there() && (!second.is_there() || first.key() <= second.key());
    const bool has_second = second.is_there() && (!first.is_there() || second.key() <= first.key());
    last = has_first ? first.key() : second.key();
    CF_TRY(comparing.compare(has_first ? first.value() : std::string_view(),
                             has_second ? second.value() : std::string_view()));
    if (has_first) first.next();
    if (has_second) second.next();
  }
  CF_TRY(first.status());
  CF_TRY(second.status());
  return std::move(comparing.page);
}

}  // namespace counterfoil
