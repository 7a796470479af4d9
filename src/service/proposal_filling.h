#pragma once

#include <schema/command.capnp.h>
#include <schema/views.capnp.h>

#include <set>
#include <string>
#include <vector>

#include "codec/line.h"
#include "core/limits.h"
#include "projections/row_codec.h"
#include "service/journal_book.h"
#include "service/proposal_record.h"
#include "service/proposing.h"

namespace counterfoil {

/// Sequences as a row shows them: joined by spaces.
std::string joined(capnp::List<std::uint64_t>::Reader sequences);

/// Sets what a line is, in any row that has its parts.
template <typename Row>
void set_line(Row row, const LineId& line) {
  row.setProject(std::string(line.project));
  row.setFiscalYear(line.fiscal_year);
  row.setFund(std::string(line.fund));
  row.setMeasure(std::string(line.measure));
  row.setItem(std::string(line.item));
}

/// The line of the first leg: a proposal is listed there, and nowhere else.
std::string_view home_of(schema::AdjustmentProposed::Reader proposed);

/// One page while it is filled, project by project, over one moment of the book.
class ProposalFilling {
 public:
  ProposalFilling(const Journal& journal, Journal::BookWalk walk, const YearQuestion& question);

  Book& book() { return book_; }
  ProposalHistory& history() { return history_; }
  std::int32_t fiscal_year() const { return question_.fiscal_year; }
  ProposalPage take() { return std::move(page_); }

  /// The rule set in force today; `refused` where it has the rule off.
  Result<const RuleSet*> rules_with(std::string_view rule);
  /// Calls `visit` for each project with lines in one of the years, in the order of their ids
  /// behind `after`, until the page is full.
  using Visit = std::function<Result<void>(std::string_view project)>;
  Result<void> each_project(const std::vector<std::int32_t>& years, const Visit& visit);
  /// The project's lines of the year, in the order in which they were opened.
  Result<std::vector<std::string>> lines_of(std::string_view project);
  Result<std::string> unit_of(std::string_view project);

  template <typename Row>
  void add_row(Row row) {
    page_.rows.emplace_back(bytes_of(canonical_row(row)));
    bytes_ += page_.rows.back().size();
  }
  /// A row a leg; `set_progress` sets what the legs do not say.
  using SetProgress = std::function<void(schema::ProposalRow::Builder)>;
  Result<void> add_legs(schema::AdjustmentProposed::Reader proposed,
                        const SetProgress& set_progress);
  Result<void> add_recorded(const ProposalRecord& one);

  /// Lets the command expect the subjects' histories as they are.
  Result<void> expect(schema::Command::Builder command, const std::set<std::string>& subjects);
  void add_command(schema::Command::Builder command);
  /// Adds a command of that run, with an id that follows from all of it.
  Result<void> add_identified(schema::Command::Builder command, const std::string& run,
                              const std::set<std::string>& rests_on);

 private:
  bool is_full(std::size_t projects) const;

  YearQuestion question_;
  Journal::BookWalk walk_;
  JournalBook source_;
  Book book_;
  ProposalHistory history_;
  ProposalPage page_;
  std::size_t bytes_ = 0;
};

}  // namespace counterfoil
