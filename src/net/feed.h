#pragma once

#include <schema/ledger.capnp.h>

#include "net/feeds.h"

namespace counterfoil {

/// Hands records to subscribers and named consumers of that principal. What is passed in outlives
/// it.
schema::Feed::Client make_feed(Feeds& feeds, Principal principal);

}  // namespace counterfoil
