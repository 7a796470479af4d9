#pragma once

#include "net/gate.h"

namespace counterfoil {

/// What the connections of one event loop share, over whichever port they came.
class Hall {
 public:
  /// What is passed in outlives it. `report`: sentences for the operator.
  Hall(kj::Timer& timer, Ledger& ledger, std::string admin_token,
       std::function<void(std::string_view)> report);
  Hall(const Hall&) = delete;
  Hall& operator=(const Hall&) = delete;

  schema::Gate::Client make_gate(Caller caller);
  Ledger& ledger() { return ledger_; }
  Background& background() { return background_; }
  Subscribers& subscribers() { return subscribers_; }
  const Subscribers& subscribers() const { return subscribers_; }

 private:
  kj::Timer& timer_;
  Ledger& ledger_;
  std::function<void(std::string_view)> report_;
  Entrance entrance_;
  Background background_;
  Growth growth_;
  Subscribers subscribers_;
  Presence presence_;
  kj::Promise<void> revocations_;
};

}  // namespace counterfoil
