#include "service/partition.h"

#include "codec/text.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "proof/suite.h"

namespace counterfoil {

Result<Partition> checked_partition(std::uint32_t index, std::uint32_t count) {
  if (count == 0 && index == 0) return Partition{};
  if (count > limits::partitions)
    return fail(ErrorCode::limit, "{} partitions were asked for; the limit is {}", count,
                limits::partitions);
  if (index < count) return Partition{index, count};
  return fail(ErrorCode::invalid, "there is no partition {} of {}: they are counted from 0", index,
              count);
}

std::string_view partition_key(schema::Record::Reader record) {
  std::string_view other;
  for (const auto subject : record.getSubjects()) {
    const std::string_view id = view(subject.getId());
    if (id.starts_with("project/")) return id;
    if (other.empty() && id != "ledger") other = id;
  }
  return other.empty() ? std::string_view("ledger") : other;
}

std::uint32_t partition_of(std::string_view key, std::uint32_t count) {
  thread_local Hasher hasher = Hasher::sha256();
  const Hash hash = hasher.digest(key);
  return static_cast<std::uint32_t>(get_big_endian<std::uint64_t>(bytes_of(hash)) % count);
}

bool holds(const Partition& partition, schema::Record::Reader record) {
  return partition.holds_all() ||
         partition_of(partition_key(record), partition.count) == partition.index;
}

}  // namespace counterfoil
