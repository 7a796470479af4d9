#pragma once

#include <schema/ledger.capnp.h>

#include "net/growth.h"
#include "net/subscribers.h"

namespace counterfoil {

/// Hands records to subscribers: what there is, then what comes. What is passed in outlives it.
schema::Feed::Client make_feed(Ledger& ledger, Growth& growth, Subscribers& subscribers);

}  // namespace counterfoil
