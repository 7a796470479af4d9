#pragma once

#include <atomic>
#include <limits>
#include <mutex>
#include <optional>

#include "storage/growing_tree.h"
#include "storage/journal.h"
#include "storage/rocks.h"
#include "storage/shown.h"

/// What the sources of Journal share.
namespace counterfoil {

tl::unexpected<Error> missing_record(Sequence sequence);

/// What is within a journal, for what works on all of it; and for tests, which damage it.
struct JournalParts {
  using Impl = Journal::Impl;
  static Impl& of(const Journal& journal) { return *journal.impl_; }
};

/// Puts tiles into a batch.
class TileBatch final : public GrowingTree::Sink {
 public:
  TileBatch(Rocks::Batch& batch, const Rocks::Family& tiles) : batch_(batch), tiles_(tiles) {}
  void put(const TileId& id, std::string_view bytes) override;

 private:
  Rocks::Batch& batch_;
  const Rocks::Family& tiles_;
};

struct Journal::Impl {
  Rocks rocks;
  Rocks::FamilyPtr records, subjects, commands, book, tiles, checkpoints, meta;
  const std::string folder;  // of the ledger
  ShownFile shown;           // of the writer's thread
  const Epoch epoch;         // that `shown` names; any thread reads it
  const std::string suite;
  Hasher hasher;                 // of the writer's thread
  std::mutex checkpoints_mutex;  // held while one is compared with what is there, and written
  std::atomic<std::uint64_t> size{0};
  mutable std::mutex mutex;  // guards what follows; only the writer's thread changes it
  GrowingTree tree;
  Instant last_recorded_at{std::numeric_limits<std::int64_t>::min()};
  std::optional<Error> failure;  // of an append, or in the tiles; nothing is accepted after it

  Impl(Rocks database, std::string ledger, ShownFile file, std::string suite_name, Hasher hash);

  /// One for the calling thread.
  Hasher make_hasher() const;

  /// Adds the index entries of one record: everything that can be recomputed from it alone.
  void index(Rocks::Batch& batch, schema::Record::Reader record) const;
  /// Reads where the journal stands. The edge is written in the same batch as the records it
  /// covers. Tiles that do not agree with it are a `failure`, which reindex takes away.
  Result<void> load();
  Result<void> check_shown(const TreeEdge& edge);
  /// The leaves of the records behind the last full tile of level 0, hashed again; they must agree
  /// with the edge.
  Result<std::string> load_tail(const TreeEdge& edge);
  /// The tree as its tiles and that tail have it, which must have that edge.
  Result<GrowingTree> load_tree(const TreeEdge& edge, const std::string& tail);
  /// That something derived is wrong, and what to do.
  tl::unexpected<Error> needs_reindex(std::string_view why) const;
  /// Records in the database, also those that are not shown yet: at least as many as are in any
  /// cursor that was made before.
  Result<std::uint64_t> stored_size() const;
  Result<TreeEdge> check_records(Scan records_scan);
  Result<void> put_group(const std::vector<Words>& group, const PageBytes& pages,
                         const SignTree& sign);
};

}  // namespace counterfoil
