#pragma once

#include <schema/ledger.capnp.h>

#include "service/ledger.h"

namespace counterfoil {

/// What Recorder.accepted answers for a command that was never recorded.
inline constexpr std::uint64_t never_recorded = ~std::uint64_t{0};

/// Records commands for one principal. The ledger outlives it.
schema::Recorder::Client make_recorder(Ledger& ledger, Principal principal);

}  // namespace counterfoil
