#pragma once

#include <chrono>
#include <cstdint>

#include "counterfoil/access.h"
#include "loadgen/acks.h"

namespace counterfoil::loadgen {

struct Load {
  GlobalOptions global;  // where the daemon is, and its token
  unsigned connections = 4;
  double seconds = 0;          // 0: no end
  std::uint64_t commands = 0;  // of each connection; 0: no end
  unsigned facts_per_command = 4;
  unsigned batch = 1;  // commands in a request
  std::uint64_t seed = 1;
};

/// Sends one connection's commands as fast as answers come, until the load ends or the connection
/// does. Fails where the ledger was not reached at all; a connection that ends later is no failure,
/// its commands are noted as lost.
Result<void> run_connection(const Load& load, unsigned place, Acks& acks);

}  // namespace counterfoil::loadgen
