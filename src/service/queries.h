#pragma once

#include <string>
#include <vector>

#include "projections/projector.h"
#include "proof/tree_proof.h"
#include "service/moment.h"
#include "service/row_page.h"
#include "storage/journal.h"

namespace counterfoil {

/// Reads from views and journal as they are now. From any thread; each page sees one moment.
///
/// Any view's rows, in the order of their keys. `invalid` where the filter names what its rows do
/// not have.
Result<RowPage> read_rows(const Projector& projector, std::string_view view, const Filter& filter,
                          std::string_view after, std::size_t limit);

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

}  // namespace counterfoil
