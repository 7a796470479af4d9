#include "net/feed.h"

#include "codec/text.h"
#include "core/limits.h"
#include "net/consumer_reader.h"
#include "net/event_sink.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

EventFilter read_filter(schema::EventFilter::Reader from) {
  EventFilter filter;
  for (const auto fact : from.getFacts()) filter.facts.emplace_back(view(fact));
  for (const auto subject : from.getSubjects()) filter.subjects.emplace_back(view(subject));
  for (const auto unit : from.getUnits()) filter.units.emplace_back(view(unit));
  for (const auto year : from.getFiscalYears()) filter.fiscal_years.push_back(year);
  return filter;
}

template <typename Params>
schema::EventSink::Client sink_of(Params params) {
  if (!params.hasSink())
    or_throw<void>(fail(ErrorCode::invalid, "a subscription needs a sink to send events to"));
  return params.getSink();
}

Consumers::IfRead if_read(bool take_over) {
  return take_over ? Consumers::IfRead::take_over : Consumers::IfRead::refuse;
}

std::vector<std::uint64_t> numbers(capnp::List<std::uint64_t>::Reader list) {
  std::vector<std::uint64_t> all;
  for (const std::uint64_t number : list) all.push_back(number);
  return all;
}

class SubscriptionServer final : public schema::Subscription::Server {
 public:
  /// Throws where there is no place for it.
  SubscriptionServer(Feeds& feeds, const Principal& principal, EventPump::Order order,
                     schema::EventSink::Client client)
      : feeds_(feeds), sink_(kj::mv(client)) {
    pump_ = or_throw(EventPump::start(
        feeds, principal.id, std::move(order),
        {[this](const EventBatch& batch) { return sink_.events(batch); },
         [this](const Error& why) {
           sink_.ended({why.code,
                        fmt::format("{}: subscribe again from {}", why.message,
                                    format_position(feeds_.ledger.journal().epoch(), position()))},
                       position());
         }}));
  }

 private:
  Sequence position() const { return pump_->position(); }

  Feeds& feeds_;
  EventSink sink_;
  kj::Own<EventPump> pump_;
};

/// A sink is shared with what the reader calls, which is made before the server that holds it.
class ConsumptionServer final : public schema::Consumption::Server {
 public:
  explicit ConsumptionServer(kj::Own<ConsumerReader> reader) : reader_(kj::mv(reader)) {}

  kj::Promise<void> acknowledge(AcknowledgeContext context) override {
    return reader_->acknowledge(Sequence{context.getParams().getPosition()})
        .then([context](Sequence at) mutable { context.getResults().setPosition(at.value); });
  }
  kj::Promise<void> park(ParkContext context) override {
    const auto params = context.getParams();
    return reader_->park(Sequence{params.getSequence()}, std::string(view(params.getReason())));
  }
  kj::Promise<void> unpark(UnparkContext context) override {
    return reader_->unpark(Sequence{context.getParams().getSequence()});
  }

 private:
  kj::Own<ConsumerReader> reader_;
};

ConsumerReader::Outlet outlet_to(schema::EventSink::Client client) {
  const auto sink = std::make_shared<EventSink>(kj::mv(client));
  return {[sink](const EventBatch& batch) { return sink->events(batch); },
          [sink](std::string_view record, const StoredParked& entry) {
            return sink->retried(record, entry);
          },
          [sink](const Error& why, Sequence position) { sink->ended(why, position); }};
}

class FeedServer final : public NotedServer<schema::Feed> {
 public:
  FeedServer(Feeds& feeds, Principal principal, Reach reach, ReadNote note)
      : NotedServer(std::move(note)),
        feeds_(feeds),
        principal_(std::move(principal)),
        reach_(std::move(reach)) {}

  kj::Promise<void> subscribe(SubscribeContext context) override {
    const auto params = context.getParams();
    const Position from{Epoch{params.getEpoch()}, Sequence{params.getFrom()}};
    or_throw(check_position(feeds_.ledger.journal(), from));
    const EventFilter filter = read_filter(params.getFilter());
    or_throw(reach_.check_events(feeds_.ledger.journal(), filter));
    EventPump::Order order{from.next, filter,
                           or_throw(checked_partition(params.getPartition().getIndex(),
                                                      params.getPartition().getCount()))};
    context.getResults().setSubscription(
        kj::heap<SubscriptionServer>(feeds_, principal_, std::move(order), sink_of(params)));
    return kj::READY_NOW;
  }

  kj::Promise<void> consume(ConsumeContext context) override {
    const auto params = context.getParams();
    ConsumerReader::Choice choice{std::string(view(params.getName())), params.getPartition(),
                                  if_read(params.getTakeOver())};
    // A reader that nobody waits for any more must not outlive the consumers.
    context.allowCancellation();
    return feeds_.desk.open()
        .then([this, choice = std::move(choice),
               sink = sink_of(params)](Consumers* consumers) mutable {
          check_reach(*consumers, choice.name);
          return ConsumerReader::start(feeds_, principal_, std::move(choice),
                                       outlet_to(kj::mv(sink)));
        })
        .then([context](kj::Own<ConsumerReader> reader) mutable {
          auto results = context.getResults();
          results.setPosition(reader->from().value);
          results.setGeneration(reader->token().generation);
          results.setConsumption(kj::heap<ConsumptionServer>(kj::mv(reader)));
        });
  }

  /// What is told is durable.
  kj::Promise<void> consumers(ConsumersContext context) override {
    return feeds_.desk.open().then([this, context](Consumers* consumers) mutable {
      auto all = consumers->list();
      if (!reach_.is_all())
        std::erase_if(all, [&](const Consumers::PartitionState& state) {
          return state.consumer->owner != principal_.id;
        });
      auto rows = context.getResults().initRows(static_cast<unsigned>(all.size()));
      for (unsigned i = 0; i < all.size(); ++i) fill(rows[i], all[i]);
      return feeds_.desk.durable();
    });
  }

  kj::Promise<void> createConsumer(CreateConsumerContext context) override {
    return change([this, context](Consumers& consumers) mutable {
      const auto params = context.getParams();
      const Consumers::Plan plan{std::string(view(params.getName())),
                                 read_filter(params.getFilter()),
                                 {Epoch{params.getEpoch()}, Sequence{params.getFrom()}},
                                 params.getPartitions()};
      or_throw(reach_.check_events(feeds_.ledger.journal(), plan.filter));
      or_throw(consumers.create(principal_, plan, feeds_.ledger.now()));
    });
  }

  kj::Promise<void> dropConsumer(DropConsumerContext context) override {
    return change([this, context](Consumers& consumers) mutable {
      or_throw(consumers.drop(principal_, std::string(view(context.getParams().getName()))));
    });
  }

  kj::Promise<void> moveConsumer(MoveConsumerContext context) override {
    return change([this, context](Consumers& consumers) mutable {
      const auto params = context.getParams();
      std::optional<std::uint32_t> partition = params.getPartition();
      if (params.getAllPartitions()) partition.reset();
      or_throw(consumers.move(principal_, std::string(view(params.getName())), partition,
                              {Epoch{params.getEpoch()}, Sequence{params.getTo()}},
                              if_read(params.getTakeOver())));
    });
  }

  kj::Promise<void> parked(ParkedContext context) override {
    return feeds_.desk.open().then([this, context](Consumers* consumers) mutable {
      const auto params = context.getParams();
      check_reach(*consumers, view(params.getName()));
      std::size_t limit = std::min<std::size_t>(params.getLimit(), limits::rows_in_page);
      if (limit == 0) limit = limits::rows_in_page;
      const Sequence from{params.getAfter() + (params.getHasAfter() ? 1 : 0)};
      auto found =
          or_throw(consumers->parked(std::string(view(params.getName())), from, limit + 1));
      auto results = context.getResults();
      results.setMore(found.size() > limit);
      if (found.size() > limit) found.pop_back();
      auto rows = results.initRows(static_cast<unsigned>(found.size()));
      for (unsigned i = 0; i < found.size(); ++i) {
        const StoredParked& entry = found[i].second;
        rows[i].setSequence(found[i].first.value);
        rows[i].setPartition(entry.partition);
        rows[i].setSince(entry.since.microseconds);
        rows[i].setTries(entry.tries);
        rows[i].setDue(entry.due);
        rows[i].setReason(text_of(entry.reason));
      }
    });
  }

  kj::Promise<void> retry(RetryContext context) override {
    return change([this, context](Consumers& consumers) mutable {
      const auto params = context.getParams();
      context.getResults().setCount(or_throw(consumers.retry(
          principal_, std::string(view(params.getName())), numbers(params.getSequences()))));
    });
  }

  kj::Promise<void> unpark(UnparkContext context) override {
    return change([this, context](Consumers& consumers) mutable {
      const auto params = context.getParams();
      context.getResults().setCount(or_throw(consumers.unpark(
          principal_, std::string(view(params.getName())), numbers(params.getSequences()))));
    });
  }

 private:
  /// Who does not read everything reads of his own consumers alone. What these are sent was within
  /// his reach when they were made, and must be now.
  void check_reach(Consumers& consumers, std::string_view name) const {
    if (reach_.is_all()) return;
    for (const Consumers::PartitionState& state : consumers.list()) {
      if (state.name != name) continue;
      const StoredConsumer& made = *state.consumer;
      if (made.owner != principal_.id)
        or_throw<void>(fail(ErrorCode::denied, "consumer {} is somebody else's", name));
      return or_throw(reach_.check_events(
          feeds_.ledger.journal(), {made.facts, made.subjects, made.units, made.fiscal_years}));
    }
  }

  /// Answers when what `action` changed is durable.
  template <typename Action>
  kj::Promise<void> change(Action action) {
    return feeds_.desk.open().then([this, action = kj::mv(action)](Consumers* consumers) mutable {
      action(*consumers);
      return feeds_.desk.durable();
    });
  }

  void fill(schema::ConsumerRow::Builder row, const Consumers::PartitionState& state) {
    const StoredConsumer& consumer = *state.consumer;
    const Journal& journal = feeds_.ledger.journal();
    row.setConsumer(text_of(state.name));
    row.setPartition(state.partition);
    row.setPartitions(consumer.partitions);
    row.setPosition(text_of(format_position(consumer.epoch, state.next)));
    row.setParked(state.parked);
    row.setFilter(text_of(describe(
        EventFilter{consumer.facts, consumer.subjects, consumer.units, consumer.fiscal_years})));
    row.setOwner(text_of(consumer.owner));
    row.setCreatedAt(consumer.created_at.microseconds);
    if (consumer.epoch != journal.epoch()) {
      row.setState(schema::ConsumerRow::State::OTHER_EPOCH);
      return;
    }
    row.setLag(journal.size() - state.next.value);
    row.setState(state.read_since ? schema::ConsumerRow::State::READING
                                  : schema::ConsumerRow::State::IDLE);
    if (state.read_since) row.setReadSince(state.read_since->microseconds);
  }

  Feeds& feeds_;
  Principal principal_;
  const Reach reach_;
};

}  // namespace

schema::Feed::Client make_feed(Feeds& feeds, Principal principal, Reach reach, ReadNote note) {
  return kj::heap<FeedServer>(feeds, std::move(principal), std::move(reach), std::move(note));
}

}  // namespace counterfoil
