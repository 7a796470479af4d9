#include "net/consumer_desk.h"

namespace counterfoil {

ConsumerDesk::ConsumerDesk(Ledger& ledger)
    : ledger_(ledger), opened_(nullptr), written_(kj::Promise<void>(kj::READY_NOW).fork()) {}

kj::Promise<Consumers*> ConsumerDesk::open() {
  if (!opening_) {
    opening_ = true;
    opened_ = writer_
                  .run([stored = stored_, &folder = ledger_.folder()] {
                    if (!or_throw(ConsumerStore::exists(folder))) return false;
                    stored->store =
                        std::make_unique<ConsumerStore>(or_throw(ConsumerStore::open(folder)));
                    stored->contents = or_throw(stored->store->load());
                    return true;
                  })
                  .then([this](bool) {
                    consumers_ = std::make_unique<Consumers>(ledger_.journal(),
                                                             std::move(stored_->contents));
                  })
                  .fork();
  }
  return opened_.addBranch().then([this] { return consumers_.get(); });
}

kj::Promise<void> ConsumerDesk::durable() {
  if (consumers_->changed() && !waits_to_write_) {
    waits_to_write_ = true;
    written_ = written_.addBranch()
                   .then([this] {
                     waits_to_write_ = false;
                     return write(consumers_->take_changes());
                   })
                   .fork();
  }
  return written_.addBranch();
}

kj::Promise<void> ConsumerDesk::write(ConsumerStore::Changes changes) {
  return writer_
      .run([stored = stored_, &folder = ledger_.folder(), changes = std::move(changes)] {
        if (!stored->store)
          stored->store = std::make_unique<ConsumerStore>(or_throw(ConsumerStore::open(folder)));
        or_throw(stored->store->write(changes));
        return true;
      })
      .ignoreResult();
}

}  // namespace counterfoil
