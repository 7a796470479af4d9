#include "storage/verify_checkpoints.h"

#include <algorithm>
#include <mutex>

#include "proof/checkpoint.h"
#include "proof/rotation.h"
#include "storage/journal_impl.h"
#include "storage/parallel.h"

namespace counterfoil {
namespace {

/// A key, and from which record on it signs.
struct KeyInForce {
  std::string origin;
  VerifierKey key;
  std::uint64_t from = 0;
};

/// The keys that ever signed, over all epochs, oldest first.
Result<std::vector<KeyInForce>> keys_of(const Journal& journal,
                                        const std::vector<std::uint64_t>& key_records) {
  std::vector<KeyInForce> keys;
  LogKeys log;
  RecordBuffer buffer;
  std::string bytes;
  for (const std::uint64_t sequence : key_records) {
    CF_TRY(journal.read(Sequence{sequence}, bytes));
    CF_LET(const auto record, buffer.load(bytes));
    if (auto folded = log.fold(record); !folded)
      return fail(ErrorCode::corrupt, "{}. Restore a backup", folded.error().message);
    keys.push_back({log.origin(), log.current(), sequence});
  }
  if (keys.empty()) return fail(ErrorCode::corrupt, "no record opens a ledger: restore a backup");
  return keys;
}

class Verifier {
 public:
  Verifier(const Journal& journal, std::uint64_t size, std::vector<KeyInForce> keys,
           const std::vector<std::uint64_t>& sizes, const std::vector<Hash>& roots)
      : journal_(journal), size_(size), keys_(std::move(keys)), sizes_(sizes), roots_(roots) {}

  Result<void> run(const KeptCheckpoint& kept) const {
    const bool own = kept.note.empty();
    const auto where = own ? fmt::format("the journal's checkpoint of {} records", kept.size)
                           : fmt::format("the checkpoint of {} records that was kept", kept.size);
    if (kept.size > size_)
      return fail(ErrorCode::corrupt,
                  "{} is of more than the {} that the journal holds: {} record{} removed. Restore "
                  "a backup",
                  where, size_, kept.size - size_, kept.size - size_ == 1 ? " was" : "s were");
    std::string note = kept.note;
    if (own) {
      CF_LET(const auto stored, journal_.checkpoint(kept.size));
      note = stored.value_or("");
    }
    const KeyInForce& force = in_force(kept.size);
    const auto opened = open_checkpoint(note, {force.key});
    if (!opened)
      return fail(ErrorCode::corrupt, "{} was changed, or is not this log's: {}", where,
                  opened.error().message);
    if (opened->checkpoint.size != kept.size || opened->checkpoint.origin != force.origin)
      return fail(ErrorCode::corrupt, "{} says that it is of {} records of {}", where,
                  opened->checkpoint.size, opened->checkpoint.origin);
    const auto at = std::ranges::lower_bound(sizes_, kept.size) - sizes_.begin();
    if (opened->checkpoint.root == roots_[static_cast<std::size_t>(at)]) return {};
    return fail(ErrorCode::corrupt,
                "{} has another root than these records: one of them was changed after it was "
                "signed",
                where);
  }

 private:
  /// The last key of a record before that size.
  const KeyInForce& in_force(std::uint64_t size) const {
    const auto after =
        std::ranges::find_if(keys_, [&](const KeyInForce& key) { return key.from >= size; });
    return after == keys_.begin() ? keys_.front() : *(after - 1);
  }

  const Journal& journal_;
  std::uint64_t size_;
  std::vector<KeyInForce> keys_;
  const std::vector<std::uint64_t>& sizes_;
  const std::vector<Hash>& roots_;
};

}  // namespace

Result<std::vector<KeptCheckpoint>> gather_checkpoints(const Journal& journal,
                                                       const std::vector<std::string>& since) {
  std::vector<KeptCheckpoint> all;
  CF_TRY(journal.visit_checkpoints([&](std::uint64_t size, std::string_view) -> Result<void> {
    all.push_back({size, {}});
    return {};
  }));
  for (const std::string& note : since) {
    CF_LET(const Note parsed, parse_note(note));
    CF_LET(const Checkpoint checkpoint, parse_checkpoint(parsed.text));
    all.push_back({checkpoint.size, note});
  }
  std::ranges::stable_sort(all, {}, &KeptCheckpoint::size);
  return all;
}

std::vector<std::uint64_t> sizes_of(const std::vector<KeptCheckpoint>& checkpoints,
                                    std::uint64_t size) {
  std::vector<std::uint64_t> sizes;
  for (const KeptCheckpoint& one : checkpoints)
    if (one.size <= size && (sizes.empty() || sizes.back() != one.size)) sizes.push_back(one.size);
  return sizes;
}

Result<void> verify_checkpoints(const Journal& journal, std::uint64_t size,
                                const std::vector<KeptCheckpoint>& checkpoints,
                                const std::vector<std::uint64_t>& sizes,
                                const std::vector<Hash>& roots,
                                const std::vector<std::uint64_t>& key_records, unsigned threads) {
  if (checkpoints.empty()) return {};
  CF_LET(std::vector<KeyInForce> keys, keys_of(journal, key_records));
  const Verifier verifier(journal, size, std::move(keys), sizes, roots);
  std::mutex mutex;
  std::size_t first = checkpoints.size();
  Result<void> outcome;
  in_parallel(checkpoints.size(), threads, [&](std::size_t i) {
    auto verified = verifier.run(checkpoints[i]);
    if (verified) return true;
    const std::lock_guard lock(mutex);
    if (i < first) {
      first = i;
      outcome = std::move(verified);
    }
    return false;
  });
  return outcome;
}

}  // namespace counterfoil
