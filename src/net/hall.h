#pragma once

#include "net/asio_loop.h"
#include "net/gate.h"

namespace counterfoil {

/// What the connections of one event loop share, over whichever port they came.
class Hall {
 public:
  /// What is passed in outlives it. `note_audit` is told what auditors read.
  Hall(AsioLoop& loop, Ledger& ledger, std::string admin_token, ReadNote note_audit = {});
  Hall(const Hall&) = delete;
  Hall& operator=(const Hall&) = delete;

  schema::Gate::Client make_gate(Caller caller);
  Access access() { return {ledger_, feeds_, background_, loop_.timer(), &presence_, note_audit_}; }
  Feeds& feeds() { return feeds_; }

 private:
  AsioLoop& loop_;
  Ledger& ledger_;
  Entrance entrance_;
  const ReadNote note_audit_;
  Background background_;
  Feeds feeds_;
  Presence presence_;
  kj::Promise<void> revocations_;
};

}  // namespace counterfoil
