#pragma once

#include <schema/ledger.capnp.h>

#include "core/ids.h"
#include "http/cloud_event.h"
#include "http/message.h"
#include "http/meters.h"
#include "net/workers.h"

namespace counterfoil::http {

constexpr const char* event_stream_type = "text/event-stream";

/// One stream of Server-Sent Events, between the feed that it is the sink of and the connection.
///
/// An event's id is the position to go on from behind it, so that a client which connects again
/// with Last-Event-ID misses none; a heartbeat is a comment and the position. A parked event that
/// comes again is a `retried`, without an id. When the ledger ends the subscription, a last event
/// `ended` says why.
class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  /// The references outlive it.
  EventStream(Epoch epoch, CloudEvents events, Workers& rendering, Meters& meters);
  ~EventStream() noexcept(false);

  /// Where the feed sends to. It may send before `run`, and waits then.
  schema::EventSink::Client sink();
  /// Writes to the connection; resolves behind `ended`. Dropping it lets the sink go.
  kj::Promise<void> run(BodySink& out);

 private:
  class Sink;
  kj::Promise<void> add(std::vector<std::string> records, std::uint64_t position);
  kj::Promise<void> add_retried(std::string record, std::uint32_t tries, std::string reason);
  void end(const Error& why, std::uint64_t position);
  kj::Promise<void> write(std::string text);
  std::string id_line(std::uint64_t position) const;

  Epoch epoch_;
  std::shared_ptr<CloudEvents> events_;
  Workers& rendering_;
  Meters& meters_;
  BodySink* out_ = nullptr;  // null before and behind `run`
  kj::Own<kj::PromiseFulfiller<void>> begun_;
  kj::ForkedPromise<void> last_;  // one write at a time, in order
  kj::Own<kj::PromiseFulfiller<void>> done_;
  kj::Promise<void> is_done_;
  kj::Promise<void> ending_ = kj::READY_NOW;
};

}  // namespace counterfoil::http
