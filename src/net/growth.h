#pragma once

#include <kj/async.h>

#include <memory>

#include "service/ledger.h"

namespace counterfoil {

/// Tells promises of one event loop that the journal has grown, whichever thread appended.
class Growth {
 public:
  /// The ledger outlives it.
  explicit Growth(Ledger& ledger);
  ~Growth();
  Growth(const Growth&) = delete;
  Growth& operator=(const Growth&) = delete;

  /// Resolves at the next growth. Look at the journal's size first, then wait.
  kj::Promise<void> next();

 private:
  struct Shared;
  kj::Promise<void> watch();
  void renew();

  Ledger& ledger_;
  std::shared_ptr<Shared> shared_;
  std::uint64_t listener_;
  kj::Own<kj::PromiseFulfiller<void>> grown_;
  kj::ForkedPromise<void> next_;  // resolves with grown_
  kj::Promise<void> task_;
};

}  // namespace counterfoil
