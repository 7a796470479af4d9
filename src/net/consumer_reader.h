#pragma once

#include <set>

#include "net/event_pump.h"

namespace counterfoil {

/// The one active reader of a partition of a named consumer. It reads until it is dropped, or ended
/// by another, and moves the cursor only while it is the active one. What is acknowledged, parked
/// or unparked is durable when the promise resolves.
class ConsumerReader {
 public:
  struct Choice {
    std::string name;
    std::uint32_t partition = 0;
    Consumers::IfRead if_read = Consumers::IfRead::refuse;
  };
  struct Outlet {
    std::function<kj::Promise<void>(const EventBatch&)> deliver;  // as EventPump's
    /// Takes a parked event that comes again; resolves when another one may.
    std::function<kj::Promise<void>(std::string_view record, const StoredParked&)> retried;
    /// Called once, with the position behind what was delivered. Not where the reader is dropped.
    std::function<void(const Error&, Sequence position)> ended;
  };
  /// Takes the place and begins to deliver. `busy` where somebody else has it. The reader lives as
  /// long as what it was given, and no longer than the feeds.
  static kj::Promise<kj::Own<ConsumerReader>> start(Feeds& feeds, const Principal& principal,
                                                    Choice choice, Outlet outlet);

  /// What start makes: it has the place then, and delivers nothing yet.
  ConsumerReader(Feeds& feeds, Consumers& consumers, const Principal& principal,
                 const Choice& choice, Outlet outlet);
  ~ConsumerReader() noexcept(false);
  ConsumerReader(const ConsumerReader&) = delete;
  ConsumerReader& operator=(const ConsumerReader&) = delete;

  const Consumers::Token& token() const { return reading_.token; }
  Sequence from() const { return reading_.from; }

  /// Gives where the cursor is then.
  kj::Promise<Sequence> acknowledge(Sequence position);
  kj::Promise<void> park(Sequence event, std::string reason);
  kj::Promise<void> unpark(Sequence event);

 private:
  void deliver();
  Sequence sent() const { return pump_.get() == nullptr ? from() : pump_->position(); }
  void end(const Error& why);
  void tell_end(const Error& why);
  void deliver_due();
  kj::Promise<void> deliver_next_due();
  std::string read(Sequence event) const;

  Feeds& feeds_;
  Consumers& consumers_;
  std::string who_;
  Outlet outlet_;
  Consumers::Reading reading_;
  std::set<Sequence> retried_;  // due ones that were sent, and not answered yet
  bool retrying_ = false;
  kj::Promise<void> retry_ = kj::READY_NOW;
  kj::Own<EventPump> pump_;
};

}  // namespace counterfoil
