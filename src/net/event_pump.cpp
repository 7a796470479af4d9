#include "net/event_pump.h"

#include "core/limits.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

/// Records that are looked at in one turn of the event loop and do not match: a fraction of a
/// millisecond.
constexpr std::uint64_t looked_at_in_turn = 256;

}  // namespace

EventPump::EventPump(Feeds& feeds, std::string who, Order order, Outlet outlet,
                     EventMatcher matcher)
    : feeds_(feeds),
      who_(std::move(who)),
      order_(std::move(order)),
      outlet_(std::move(outlet)),
      matcher_(std::move(matcher)),
      position_(order_.from),
      next_(order_.from),
      beat_at_(feeds.timer.now() + idle_beat) {}

Result<kj::Own<EventPump>> EventPump::start(Feeds& feeds, std::string who, Order order,
                                            Outlet outlet) {
  CF_LET(EventMatcher matcher,
         EventMatcher::from(order.filter, feeds.ledger.journal(), feeds.projects, order.from));
  auto pump = kj::heap<EventPump>(feeds, std::move(who), std::move(order), std::move(outlet),
                                  std::move(matcher));
  EventPump& self = *pump;
  CF_LET(self.place_, feeds.subscribers.enter([&self](const Error& why) { self.end(why); }));
  self.task_ = kj::evalLater([&self] {
                 return self.pump();
               }).catch_([&self](kj::Exception&& why) {
                   self.finish(from_exception(why));
                 }).eagerlyEvaluate(nullptr);
  return pump;
}

void EventPump::end(const Error& why) {
  task_ = kj::READY_NOW;
  finish(why);
}

/// The place is given back although the subscriber may keep what it holds.
void EventPump::finish(const Error& why) {
  place_ = nullptr;
  if (outlet_.ended) std::exchange(outlet_.ended, nullptr)(why);
}

/// Every turn ends with a look at what else there is to do, so that a subscriber who is fast, or
/// far behind, does not hold up the others, nor what comes in from outside.
kj::Promise<void> EventPump::pump() {
  auto turn = next_.value < feeds_.ledger.journal().size() ? read_on() : wait();
  return turn.then([this] { return feeds_.timer.afterDelay(0 * kj::SECONDS); }).then([this] {
    return pump();
  });
}

/// Until the journal grows, or a heartbeat is due.
kj::Promise<void> EventPump::wait() {
  return feeds_.growth.next()
      .exclusiveJoin(feeds_.timer.atTime(beat_at_))
      .then([this]() -> kj::Promise<void> {
        if (feeds_.timer.now() < beat_at_) return kj::READY_NOW;
        return deliver({});
      });
}

kj::Promise<void> EventPump::read_on() {
  EventBatch batch;
  const bool takes_all = matcher_.lets_all_through() && order_.partition.holds_all();
  batch.block = or_throw(feeds_.blocks.at(next_));
  const RecordBlock& block = *batch.block;
  std::uint64_t left_to_look_at = looked_at_in_turn;
  for (; next_ < block.end() && left_to_look_at > 0; next_ = next_.next()) {
    const auto place = static_cast<std::uint32_t>(next_.value - block.first.value);
    const bool wanted = (takes_all || or_throw(wants(block[place]))) &&
                        !(order_.left_out && order_.left_out(next_));
    if (wanted) {
      batch.chosen.push_back(place);
      batch.bytes += block[place].size();
    } else {
      --left_to_look_at;
    }
  }
  if (batch.size() != 0) return deliver(std::move(batch));
  // Whoever reads to the end of what there is learns at once that he has.
  beat_at_ = std::min(beat_at_, feeds_.timer.now() + moving_beat);
  const bool at_head = next_.value >= feeds_.ledger.journal().size();
  const bool beat_is_due = (at_head && !caught_up_) ||
                           next_.value - position_.value >= records_in_beat ||
                           feeds_.timer.now() >= beat_at_;
  caught_up_ = caught_up_ || at_head;
  if (beat_is_due) return deliver({});
  return kj::READY_NOW;
}

Result<bool> EventPump::wants(std::string_view bytes) {
  CF_LET(const auto record, buffer_.load(bytes));
  CF_LET(const bool matches, matcher_.matches(record));
  return matches && holds(order_.partition, record);
}

kj::Promise<void> EventPump::deliver(EventBatch batch) {
  batch.position = next_;
  batch.head = feeds_.ledger.journal().size();
  position_ = next_;
  beat_at_ = feeds_.timer.now() + idle_beat;
  auto stuck = feeds_.timer.afterDelay(stuck_after).then([this] {
    const Error why{ErrorCode::busy,
                    fmt::format("the subscriber took nothing for {} s", stuck_after / kj::SECONDS)};
    feeds_.report(fmt::format("the feed of {} was cut off at {}: {}", who_,
                              format_position(feeds_.ledger.journal().epoch(), position_),
                              why.message));
    kj::throwFatalException(to_exception(why));
  });
  return outlet_.deliver(batch).exclusiveJoin(kj::mv(stuck));
}

}  // namespace counterfoil
