#pragma once

#include <string>
#include <vector>

#include "storage/journal.h"

namespace counterfoil {

/// What is asked about a fiscal year, page by page.
struct YearQuestion {
  std::int32_t fiscal_year = 0;
  Date today;         // whose rule set counts
  std::string after;  // a project; empty: from the first
  std::size_t limit = 0;
};

/// Rows and commands as stored: canonical words. A page holds whole projects, so it may have more
/// rows than were asked for. The commands of a page stand behind each other: each expects the
/// counts that were read, and an id that follows from all of it, so that the same state gives the
/// same command.
struct ProposalPage {
  std::vector<std::string> rows;
  std::vector<std::string> commands;
  std::string next;  // `after` of the next page; empty at the end
};

/// Rows are CeilingRow; commands propose the reductions that nobody proposed yet. `refused` where
/// the rule set in force has R4 off.
Result<ProposalPage> read_ceilings(const Journal& journal, const YearQuestion& question);

/// Rows are ProposalRow; commands propose what nobody proposed yet, where the year is closed.
/// `refused` where the rule set in force has R7 off.
struct ClosingPage {
  ProposalPage proposals;
  std::string close;  // the command that closes the year; empty where it is closed
};
Result<ClosingPage> read_closing(const Journal& journal, const YearQuestion& question,
                                 std::string_view pool);

/// Rows are ProposalRow; commands carry out what is approved, and name what answers a grade when
/// nothing that was proposed for it waits any more (R15).
Result<ProposalPage> read_proposals(const Journal& journal, const YearQuestion& question);

}  // namespace counterfoil
