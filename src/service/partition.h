#pragma once

#include <schema/event.capnp.h>

#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// One of some parts of a feed that are read side by side. Every record is in exactly one, and all
/// records of a project whose first project it is, in order, in the same.
struct Partition {
  std::uint32_t index = 0;  // from 0
  std::uint32_t count = 1;

  bool holds_all() const { return count == 1; }
  friend bool operator==(const Partition&, const Partition&) = default;
};

/// Refuses no parts, more than limits::partitions, and an index that is none of them. A count of 0
/// is taken for 1 beside the index 0.
Result<Partition> checked_partition(std::uint32_t index, std::uint32_t count);

/// What decides in which partition a record is: its first project, else its first subject but
/// "ledger", else "ledger"; schema/FORMAT.md, "Partitions".
std::string_view partition_key(schema::Record::Reader record);
/// The first 8 bytes of the key's SHA-256, as a number, modulo the count.
std::uint32_t partition_of(std::string_view key, std::uint32_t count);

bool holds(const Partition& partition, schema::Record::Reader record);

}  // namespace counterfoil
