#pragma once

#include <string>
#include <vector>

#include "core/zone.h"
#include "projections/projector.h"
#include "proof/tree_proof.h"
#include "service/past.h"
#include "storage/journal.h"

namespace counterfoil {

/// What a read is narrowed to; empty and zero mean any.
struct Filter {
  std::int32_t fiscal_year = 0;
  std::string unit;
  std::string project;
  std::string fund;
  std::string measure;
  std::string kind;  // of an adjustment, as the schema spells it
  std::string request;
  std::string state;  // of a target, a correction, a grade or an obligation
  std::string rule;   // of a breach
};

/// Rows as stored (canonical words of the view's row struct), and where the next page starts.
struct RowPage {
  std::vector<std::string> rows;
  std::string next;  // empty at the end
};

/// Reads from views and journal. From any thread; each page sees one moment of its view.
///
/// Any view's rows, in the order of their keys. `invalid` where the filter names what its rows do
/// not have.
Result<RowPage> read_rows(const Projector& projector, std::string_view view, const Filter& filter,
                          std::string_view after, std::size_t limit);

/// The same as of a moment. A project's rows take time in proportion to that project's own history
/// where the projection allows it.
Result<RowPage> read_rows_as_of(const Projector& projector, const Journal& journal, Past& past,
                                std::string_view view, const Filter& filter, const AsOf& as_of,
                                Instant now, std::string_view after, std::size_t limit);

/// What a rule set (its JSON) would have changed: rows of WhatIfRow by sequence; service/what_if.h.
/// `in_place_of` is the name of those whose place it takes, "all", or empty for those of its own
/// name, or all where there are none; `not_found` names those that were published.
Result<RowPage> read_what_if(const Journal& journal, Past& past, const Zone& zone,
                             const std::string& document, const std::string& in_place_of,
                             const AsOf& as_of, Instant now, std::string_view after,
                             std::size_t limit);

/// A subject's records that count at the moment, from an ordinal on.
struct HistoryPage {
  std::vector<std::string> records;  // canonical bytes
  std::uint64_t count = 0;           // records that it has in all
  std::uint64_t next = 0;            // ordinal to go on from; `count` at the end
};
Result<HistoryPage> read_history(const Journal& journal, std::string_view subject,
                                 const Moment& moment, Ordinal from, std::size_t limit);

/// Records from a sequence on, as many as fit a page; none behind the last one.
Result<std::vector<std::string>> read_records(const Journal& journal, Sequence from,
                                              std::size_t limit);

/// Roots of complete subtrees of the log's tree.
Result<std::vector<Hash>> read_tree_hashes(const Journal& journal,
                                           const std::vector<Subtree>& subtrees);

/// One project's (or line's) rows, folded now from that subject's records alone.
struct RebuiltRows {
  std::vector<std::string> budgets;
  std::vector<std::string> adjustments;
};
Result<RebuiltRows> rebuild_subject(const Journal& journal, std::string_view subject);

}  // namespace counterfoil
