#pragma once

#include <kj/timer.h>
#include <schema/ledger.capnp.h>

#include "core/ids.h"
#include "http/cloud_event.h"
#include "http/message.h"
#include "http/meters.h"
#include "net/workers.h"

namespace counterfoil::http {

constexpr const char* event_stream_type = "text/event-stream";

/// What one stream of Server-Sent Events is made of. The references outlive it.
struct EventStream {
  schema::Feed::Client feed;
  std::uint64_t from = 0;  // the sequence of the first event that is wanted
  Epoch epoch;
  std::shared_ptr<CloudEvents> events;
  Workers& rendering;
  kj::Timer& timer;
  Meters& meters;
};

/// Writes events as they come, each with its position as id, so that a client which connects again
/// with Last-Event-ID misses none; between them, every few seconds, a comment and the position.
/// Resolves when the ledger ends the subscription, behind an event `ended` that says why.
kj::Promise<void> write_event_stream(EventStream stream, BodySink& out);

}  // namespace counterfoil::http
