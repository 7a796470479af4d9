#pragma once

#include <atomic>
#include <limits>
#include <mutex>
#include <optional>

#include "storage/journal.h"
#include "storage/rocks.h"
#include "storage/shown.h"

/// What the sources of Journal share.
namespace counterfoil {

tl::unexpected<Error> missing_record(Sequence sequence);

struct Journal::Impl {
  Rocks rocks;
  Rocks::FamilyPtr records, subjects, commands, book, meta;
  ShownFile shown;    // of the writer's thread
  const Epoch epoch;  // that `shown` names; any thread reads it
  Hasher hasher;      // of the writer's thread
  std::atomic<std::uint64_t> size{0};
  mutable std::mutex mutex;  // guards what follows; only the writer's thread changes it
  TreeEdge edge;
  Instant last_recorded_at{std::numeric_limits<std::int64_t>::min()};
  std::optional<Error> failure;  // of an append; nothing is accepted after it

  Impl(Rocks database, ShownFile file, Hasher hash);

  /// Adds the index entries of one record: everything that can be recomputed from it alone.
  void index(Rocks::Batch& batch, schema::Record::Reader record) const;
  /// Reads where the journal stands. The edge is written in the same batch as the records it
  /// covers.
  Result<void> load();
  Result<void> check_shown();
  Result<void> put_group(const std::vector<Words>& group, const PageBytes& pages);
};

}  // namespace counterfoil
