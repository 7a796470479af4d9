#pragma once

#include <kj/timer.h>
#include <schema/ledger.capnp.h>

#include <atomic>
#include <cstdint>
#include <memory>

namespace counterfoil {

/// How far a chore is: written by its threads, read by the event loop.
struct Position {
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> total{0};
};

/// Tells the caller how far it is, now and then, for as long as it listens. Never done by itself:
/// join it with the chore. The timer outlives it.
kj::Promise<void> tell(kj::Timer& timer, schema::Progress::Client progress,
                       const std::shared_ptr<Position>& position);
/// The same for a call that may name whom to tell.
template <typename Params>
kj::Promise<void> tell_of(kj::Timer& timer, Params params,
                          const std::shared_ptr<Position>& position) {
  if (!params.hasProgress()) return kj::NEVER_DONE;
  return tell(timer, params.getProgress(), position);
}

}  // namespace counterfoil
