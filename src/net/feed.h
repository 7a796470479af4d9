#pragma once

#include <schema/ledger.capnp.h>

#include "net/feeds.h"
#include "net/read_note.h"
#include "service/reach.h"

namespace counterfoil {

/// Hands records to subscribers and named consumers of that principal, within the reach. What is
/// passed in outlives it.
schema::Feed::Client make_feed(Feeds& feeds, Principal principal, Reach reach, ReadNote note);

}  // namespace counterfoil
