#pragma once

#include <schema/ledger.capnp.h>

#include "net/growth.h"
#include "net/subscribers.h"
#include "service/reach.h"

namespace counterfoil {

/// Hands records to subscribers: what there is, then what comes, within the reach. What is passed
/// in outlives it.
schema::Feed::Client make_feed(Ledger& ledger, Growth& growth, Subscribers& subscribers,
                               Reach reach);

}  // namespace counterfoil
