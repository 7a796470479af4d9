#include "net/consumer_reader.h"

#include "net/failure.h"

namespace counterfoil {

ConsumerReader::ConsumerReader(Feeds& feeds, Consumers& consumers, const Principal& principal,
                               const Choice& choice, Outlet outlet)
    : feeds_(feeds),
      consumers_(consumers),
      who_(fmt::format("{}, consumer {}, partition {}", principal.id, choice.name,
                       choice.partition)),
      outlet_(std::move(outlet)),
      reading_(or_throw(consumers.begin(
          principal, choice.name, choice.partition, choice.if_read, feeds.ledger.now(),
          {[this](const Error& why) { end(why); }, [this] { deliver_due(); }}))) {}

ConsumerReader::~ConsumerReader() noexcept(false) {
  consumers_.leave(token());
}

kj::Promise<kj::Own<ConsumerReader>> ConsumerReader::start(Feeds& feeds, const Principal& principal,
                                                           Choice choice, Outlet outlet) {
  return feeds.desk.open().then([&feeds, principal, choice = std::move(choice),
                                 outlet = std::move(outlet)](Consumers* consumers) mutable {
    auto reader = kj::heap<ConsumerReader>(feeds, *consumers, principal, choice, std::move(outlet));
    return feeds.desk.durable().then([reader = kj::mv(reader)]() mutable {
      reader->deliver();
      return kj::mv(reader);
    });
  });
}

/// It may have been ended before it began.
void ConsumerReader::deliver() {
  if (!outlet_.ended) return;
  EventPump::Order order{
      reading_.from, reading_.filter, reading_.partition,
      [this](Sequence event) { return consumers_.is_parked(token().name, event); }};
  pump_ = or_throw(
      EventPump::start(feeds_, who_, std::move(order), {outlet_.deliver, [this](const Error& why) {
                                                          consumers_.leave(token());
                                                          tell_end(why);
                                                        }}));
  deliver_due();
}

void ConsumerReader::end(const Error& why) {
  retry_ = kj::READY_NOW;
  if (pump_.get() != nullptr)
    pump_->end(why);
  else
    tell_end(why);
}

void ConsumerReader::tell_end(const Error& why) {
  if (outlet_.ended) std::exchange(outlet_.ended, nullptr)(why, sent());
}

kj::Promise<Sequence> ConsumerReader::acknowledge(Sequence position) {
  const Sequence at = or_throw(consumers_.acknowledge(token(), position, sent()));
  return feeds_.desk.durable().then([at] { return at; });
}

kj::Promise<void> ConsumerReader::park(Sequence event, std::string reason) {
  RecordBuffer buffer;
  const std::string bytes = read(event);
  if (!holds(reading_.partition, or_throw(buffer.load(bytes))))
    or_throw<void>(fail(ErrorCode::refused, "{} is not in partition {} of the consumer {}",
                        event.value, token().partition, token().name));
  or_throw(consumers_.park(token(), event, std::move(reason), sent(), feeds_.ledger.now()));
  retried_.erase(event);
  return feeds_.desk.durable();
}

kj::Promise<void> ConsumerReader::unpark(Sequence event) {
  or_throw(consumers_.unpark(token(), event));
  retried_.erase(event);
  return feeds_.desk.durable();
}

void ConsumerReader::deliver_due() {
  if (retrying_ || pump_.get() == nullptr) return;
  retrying_ = true;
  retry_ = kj::evalLater([this] {
             return deliver_next_due();
           }).eagerlyEvaluate([this](kj::Exception&&) { retrying_ = false; });
}

/// One after the other: there may be a thousand of them.
kj::Promise<void> ConsumerReader::deliver_next_due() {
  for (const auto& [event, entry] : consumers_.due(token())) {
    if (!retried_.insert(event).second) continue;
    return outlet_.retried(read(event), entry).then([this] { return deliver_next_due(); });
  }
  retrying_ = false;
  return kj::READY_NOW;
}

std::string ConsumerReader::read(Sequence event) const {
  std::string bytes;
  or_throw(feeds_.ledger.journal().read(event, bytes));
  return bytes;
}

}  // namespace counterfoil
