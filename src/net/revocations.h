#pragma once

#include <kj/async.h>

#include <functional>
#include <string_view>

#include "net/growth.h"
#include "net/presence.h"

namespace counterfoil {

/// Follows the journal from its end, and closes the connections of every principal whose role is
/// revoked, and of those who are bound to a unit when units are reorganised: who connects again
/// gets what is left. Never done by itself; what is passed in outlives it.
kj::Promise<void> follow_revocations(Ledger& ledger, Growth& growth, Presence& presence,
                                     std::function<void(std::string_view)> report);

}  // namespace counterfoil
