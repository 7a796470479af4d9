#pragma once

#include <schema/ledger.capnp.h>

#include "service/ledger.h"

namespace counterfoil {

/// Records commands for one principal. The ledger outlives it.
schema::Recorder::Client make_recorder(Ledger& ledger, Principal principal);

}  // namespace counterfoil
