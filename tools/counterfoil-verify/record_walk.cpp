#include "counterfoil-verify/record_walk.h"

#include "core/time.h"

namespace counterfoil {

Result<void> RecordWalk::follow(std::uint64_t sequence, std::string_view entry) {
  CF_TRY(check_canonical(entry));
  CF_LET(const auto record, buffer_.load(entry));
  if (record.getSequence() != sequence)
    return fail(ErrorCode::corrupt, "it is record {}, at the place of record {}",
                record.getSequence(), sequence);
  CF_TRY(keys_.fold(record));
  if (!keys_.opened())
    return fail(ErrorCode::corrupt, "the log does not begin with the opening of a ledger");
  if (record.getEpoch() != keys_.epoch())
    return fail(ErrorCode::corrupt, "it is of epoch {}, and the ledger is in epoch {}",
                record.getEpoch(), keys_.epoch());
  if (sequence != 0 && record.getRecordedAt() < recorded_at_)
    return fail(ErrorCode::corrupt,
                "it was recorded at {}, before the record in front of it ({}): the ledger's clock "
                "never goes back",
                format_instant(Instant{record.getRecordedAt()}),
                format_instant(Instant{recorded_at_}));
  recorded_at_ = record.getRecordedAt();
  CF_TRY(chains_.follow(record));
  return seals_.follow(record, chains_, hasher_);
}

}  // namespace counterfoil
