#include "storage/verify_journal.h"

#include <algorithm>
#include <thread>

#include "storage/journal_impl.h"
#include "storage/journal_keys.h"
#include "storage/verify_checkpoints.h"
#include "storage/verify_indexes.h"
#include "storage/verify_records.h"
#include "storage/verify_tree.h"

namespace counterfoil {
namespace {

/// The stored edge is the one in memory, or a later one.
Result<void> check_edge(const Journal& journal, const TreeEdge& edge) {
  const auto& parts = JournalParts::of(journal);
  CF_LET(const auto stored, parts.rocks.get(*parts.meta, journal_keys::edge));
  const auto read = stored ? TreeEdge::decode(*stored) : Result<TreeEdge>(TreeEdge());
  if (read && (read->size() == edge.size() ? *read == edge : read->size() > edge.size())) return {};
  return fail(
      ErrorCode::corrupt,
      "the edge of the tree that is stored in the journal is not the one of its {} records: "
      "it was changed outside Counterfoil. Restore a backup",
      edge.size());
}

}  // namespace

Result<VerifyReport> verify_journal(const Journal& journal, const VerifyOptions& options) {
  const auto& parts = JournalParts::of(journal);
  const unsigned threads =
      options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  // Gathered first: those of the journal are of sizes that it has by then.
  CF_LET(const auto checkpoints, gather_checkpoints(journal, options.since));
  const GrowingTree stands = [&] {
    const std::lock_guard lock(parts.mutex);
    return parts.tree;
  }();
  const std::uint64_t size = stands.size();
  const auto sizes = sizes_of(checkpoints, size);
  CF_LET(const SumSecret secret, SumSecret::make());
  CF_LET(VerifiedRecords records,
         verify_records(journal, size, sizes, secret, threads, options.progress));
  CF_LET(const VerifiedTree tree, verify_tree(journal, stands, records, sizes));
  CF_TRY(check_edge(journal, stands.edge()));
  CF_TRY(verify_indexes(journal, size, records.sums, secret, std::move(records.splits), threads));
  CF_TRY(verify_checkpoints(journal, size, checkpoints, sizes, tree.roots, records.key_records,
                            threads));
  VerifyReport report{size, tree.root, checkpoints.size(), {}};
  if (!checkpoints.empty()) report.newest_checkpoint = checkpoints.back().size;
  return report;
}

}  // namespace counterfoil
