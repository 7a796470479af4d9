#pragma once

#include <kj/timer.h>
#include <schema/ledger.capnp.h>

#include "net/feeds.h"
#include "net/workers.h"
#include "service/ledger.h"

namespace counterfoil {

/// What the capabilities of one event loop stand on. All outlive every capability.
struct Access {
  Ledger& ledger;
  Feeds& feeds;
  Background& background;
  kj::Timer& timer;
};

/// The entrance: whoever shows the credential gets the session of its principal.
schema::Gate::Client make_gate(Access access, std::string credential, Principal principal);

/// A session without an entrance, for the process that holds the ledger itself.
schema::Session::Client make_session(Access access, Principal principal);

}  // namespace counterfoil
