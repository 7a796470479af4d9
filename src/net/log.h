#pragma once

#include <kj/timer.h>
#include <schema/ledger.capnp.h>

#include "net/read_note.h"
#include "net/workers.h"
#include "service/ledger.h"

namespace counterfoil {

/// The records as the leaves of a signed tree. All outlive it.
schema::Log::Client make_log(Ledger& ledger, Background& background, kj::Timer& timer,
                             ReadNote note = {});

}  // namespace counterfoil
