#pragma once

#include <string>

namespace counterfoil::bench {

/// Records a core-second that RocksDB's iterator alone gives, over the records of that ledger.
double scan_rate(const std::string& ledger);

}  // namespace counterfoil::bench
