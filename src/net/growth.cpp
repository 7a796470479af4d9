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
    : ledger_(ledger), shared_(std::make_shared<Shared>()), next_(nullptr), task_(nullptr) {
  renew();
  task_ = watch().eagerlyEvaluate(nullptr);
  listener_ = ledger_.growth().add([shared = shared_] { shared->wake(); });
}

Growth::~Growth() {
  ledger_.growth().remove(listener_);
  const std::lock_guard lock(shared_->mutex);
  shared_->fulfiller = nullptr;
}

void Growth::renew() {
  auto pair = kj::newPromiseAndFulfiller<void>();
  grown_ = kj::mv(pair.fulfiller);
  next_ = pair.promise.fork();
}

/// Armed again before anybody learns of the growth, so that whoever then finds nothing new and
/// waits cannot miss the next one.
kj::Promise<void> Growth::watch() {
  auto pair = kj::newPromiseAndCrossThreadFulfiller<void>();
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->fulfiller = kj::mv(pair.fulfiller);
  }
  return pair.promise.then([this] {
    auto again = watch();
    auto waited_for = kj::mv(grown_);
    renew();
    waited_for->fulfill();
    return again;
  });
}

kj::Promise<void> Growth::next() {
  return next_.addBranch();
}

}  // namespace counterfoil
