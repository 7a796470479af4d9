#pragma once

#include <kj/async.h>
#include <kj/time.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/feeds.h"
#include "service/event_filter.h"
#include "service/partition.h"

namespace counterfoil {

/// Records of one block that are handed on together.
struct EventBatch {
  std::shared_ptr<const RecordBlock> block;
  std::vector<std::uint32_t> chosen;  // places in the block
  std::size_t bytes = 0;              // of these
  Sequence position;                  // where to go on from behind them
  std::uint64_t head = 0;             // the journal's size

  std::size_t size() const { return chosen.size(); }
  std::string_view operator[](std::size_t i) const { return (*block)[chosen[i]]; }
};

/// Hands the records that one subscriber wants on: what there is, then what comes, with no seam. It
/// reads a little at a time, so that nobody who is far behind, or wants little of much, holds up
/// the event loop; and no more than the subscriber takes. What is wanted of it, RPC and HTTP say.
class EventPump {
 public:
  struct Order {
    Sequence from;
    EventFilter filter = {};
    Partition partition = {};
    std::function<bool(Sequence)> left_out = {};  // of those that match
  };
  struct Outlet {
    /// Takes a batch; resolves when it may be followed by another. A batch without records is a
    /// heartbeat: the position moved, or time passed.
    std::function<kj::Promise<void>(const EventBatch&)> deliver;
    /// Called once: because the ledger stops, the subscriber took nothing for too long, or a batch
    /// could not be read or delivered. Not where the pump is dropped.
    std::function<void(const Error&)> ended;
  };

  /// A subscriber who is offered a batch takes it within this time, or is cut off.
  static constexpr auto stuck_after = 60 * kj::SECONDS;
  /// Heartbeats: while the position moves past records that do not match, and while nothing does.
  static constexpr auto moving_beat = 5 * kj::SECONDS;
  static constexpr auto idle_beat = 20 * kj::SECONDS;
  static constexpr std::uint64_t records_in_beat = 16'384;

  /// Fails where there is no place for another subscriber, or the filter is none. The position was
  /// checked. `who` names the subscriber in the operator's log.
  static Result<kj::Own<EventPump>> start(Feeds& feeds, std::string who, Order order,
                                          Outlet outlet);
  /// What start makes.
  EventPump(Feeds& feeds, std::string who, Order order, Outlet outlet, EventMatcher matcher);
  EventPump(const EventPump&) = delete;
  EventPump& operator=(const EventPump&) = delete;

  /// Behind what was handed on.
  Sequence position() const { return position_; }
  /// Ends it, as if it had ended by itself.
  void end(const Error& why);

 private:
  kj::Promise<void> pump();
  kj::Promise<void> wait();
  kj::Promise<void> read_on();
  Result<bool> wants(std::string_view bytes);
  kj::Promise<void> deliver(EventBatch batch);
  void finish(const Error& why);

  Feeds& feeds_;
  std::string who_;
  Order order_;
  Outlet outlet_;
  EventMatcher matcher_;
  Sequence position_;  // handed on
  Sequence next_;      // read
  kj::TimePoint beat_at_;
  bool caught_up_ = false;  // it was at the journal's end once
  RecordBuffer buffer_;
  Subscribers::Place place_;
  kj::Promise<void> task_ = kj::READY_NOW;
};

}  // namespace counterfoil
