#pragma once

#include <schema/ledger.capnp.h>

#include "net/event_pump.h"

namespace counterfoil {

/// A subscriber's end of an RPC connection.
class EventSink {
 public:
  explicit EventSink(schema::EventSink::Client client) : client_(kj::mv(client)) {}

  /// Resolves when another batch may be sent: what is under way then is bounded.
  kj::Promise<void> events(const EventBatch& batch);
  /// Resolves when the subscriber has taken it.
  kj::Promise<void> retried(std::string_view record, const StoredParked& entry);
  /// It is told why, if it is still there.
  void ended(const Error& why, Sequence position);

 private:
  schema::EventSink::Client client_;
  kj::Promise<void> ended_ = kj::READY_NOW;
};

}  // namespace counterfoil
