#pragma once

#include <kj/async.h>

#include <memory>

#include "net/workers.h"
#include "service/consumers.h"
#include "service/ledger.h"

namespace counterfoil {

/// The named consumers of an open ledger, for one event loop. Their database is opened when it is
/// asked for first, made when there is something to write, and written on a thread of its own;
/// whatever changes while that thread syncs shares its next sync.
class ConsumerDesk {
 public:
  /// The ledger outlives it.
  explicit ConsumerDesk(Ledger& ledger);
  ConsumerDesk(const ConsumerDesk&) = delete;
  ConsumerDesk& operator=(const ConsumerDesk&) = delete;

  /// The consumers as they are stored, and changed since. Fails where the database is damaged.
  kj::Promise<Consumers*> open();
  /// Resolves when what was changed so far is durable. After a failure nothing is any more, until
  /// the ledger is opened again. Only after open.
  kj::Promise<void> durable();

 private:
  struct Stored {
    std::unique_ptr<ConsumerStore> store;  // none: not made yet
    ConsumerStore::Contents contents;
  };
  kj::Promise<void> write(ConsumerStore::Changes changes);

  Ledger& ledger_;
  std::shared_ptr<Stored> stored_ = std::make_shared<Stored>();
  std::unique_ptr<Consumers> consumers_;
  Workers writer_{1, 16};
  kj::ForkedPromise<void> opened_;
  kj::ForkedPromise<void> written_;
  bool opening_ = false;
  bool waits_to_write_ = false;
};

}  // namespace counterfoil
