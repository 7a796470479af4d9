#include "net/growth.h"

#include <mutex>

namespace counterfoil {

/// What the appending thread reaches. It holds a fulfiller only while somebody is to be woken.
struct Growth::Shared {
  std::mutex mutex;
  kj::Own<kj::CrossThreadPromiseFulfiller<void>> fulfiller;

  void wake() {
    const std::lock_guard lock(mutex);
    if (fulfiller.get() == nullptr) return;
    fulfiller->fulfill();
    fulfiller = nullptr;
  }
};

Growth::Growth(Ledger& ledger)
    : ledger_(ledger), shared_(std::make_shared<Shared>()), fork_(nullptr) {
  arm();
  listener_ = ledger_.growth().add([shared = shared_] { shared->wake(); });
}

Growth::~Growth() {
  ledger_.growth().remove(listener_);
  const std::lock_guard lock(shared_->mutex);
  shared_->fulfiller = nullptr;
}

/// Armed again before anybody learns of the growth, so that whoever then finds nothing new and
/// waits cannot miss the next one.
void Growth::arm() {
  auto pair = kj::newPromiseAndCrossThreadFulfiller<void>();
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->fulfiller = kj::mv(pair.fulfiller);
  }
  fork_ = pair.promise.then([this] { arm(); }).fork();
}

kj::Promise<void> Growth::next() { return fork_.addBranch(); }

}  // namespace counterfoil
