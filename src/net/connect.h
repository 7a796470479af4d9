#pragma once

#include <kj/async-io.h>

#include "net/address.h"

namespace counterfoil {

class AsioLoop;

/// Resolves the host and connects to the first of its addresses that answers, with TCP_NODELAY set.
/// Fails with a sentence for the user. Dropping the promise gives up.
kj::Promise<kj::Own<kj::AsyncIoStream>> connect(AsioLoop& loop, const Address& address);

}  // namespace counterfoil
