#pragma once

#include <schema/ledger.capnp.h>

#include "net/growth.h"

namespace counterfoil {

/// Hands records to subscribers: what there is, then what comes. Both outlive it.
schema::Feed::Client make_feed(Ledger& ledger, Growth& growth);

}  // namespace counterfoil
