#pragma once

#include <rocksdb/env.h>

#include <memory>
#include <string>

namespace counterfoil {

/// RocksDB's own log, in the database's folder: LOG, and LOG.old before it, of a few MiB each. What
/// cannot be written is left out: RocksDB's own logger ends the process where the disk is full.
std::shared_ptr<rocksdb::Logger> open_rocks_log(const std::string& folder);

}  // namespace counterfoil
