#pragma once

#include <kj/timer.h>
#include <schema/ledger.capnp.h>

#include "net/presence.h"
#include "net/workers.h"
#include "service/ledger.h"

namespace counterfoil {

/// What administrators may do besides reading. All outlive it. `presence`: those whose connections
/// end with their token; null where nobody logs in.
schema::Admin::Client make_admin(Ledger& ledger, Background& background, kj::Timer& timer,
                                 Presence* presence);

}  // namespace counterfoil
