#pragma once

#include <kj/async.h>

namespace counterfoil {

class AsioLoop;

/// Resolves with the number of the first SIGTERM or SIGINT that arrives from now on; until then,
/// and for as long as the promise lives, these do not end the process.
kj::Promise<int> wait_for_stop_signal(AsioLoop& loop);

}  // namespace counterfoil
