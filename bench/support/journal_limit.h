#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace counterfoil::bench {

/// Events a second that RocksDB itself takes: the keys and values of a finished journal, from the
/// record `groups.front()` on, written again into a new database of the same column families, one
/// synced batch a group. `groups` are the journal's sizes between which its groups lie. Only making
/// and writing the batches is timed.
double synced_batches_per_second(const std::string& ledger, const std::string& database,
                                 const std::vector<std::uint64_t>& groups);

/// The same batches, and the same with what the tree adds to them (leaves and nodes hashed, tiles,
/// the edge), group by group in turn, into two databases whose
/// paths start so.
struct TreeCost {
  double events_without = 0;  // a second
  double events_with = 0;
};
TreeCost tree_cost(const std::string& ledger, const std::string& databases,
                   const std::vector<std::uint64_t>& groups);

}  // namespace counterfoil::bench
