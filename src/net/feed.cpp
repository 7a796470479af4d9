#include "net/feed.h"

#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

/// One call to a sink. RPC's flow control keeps a few of them under way, so that what one slow
/// subscriber costs is bounded.
constexpr std::size_t bytes_in_call = 128u << 10;
constexpr std::size_t records_in_call = 1'024;

class SubscriptionServer final : public schema::Subscription::Server {
 public:
  /// Throws where there is no place for it.
  SubscriptionServer(Ledger& ledger, Growth& growth, Subscribers& subscribers, Sequence from,
                     schema::EventSink::Client sink)
      : ledger_(ledger),
        growth_(growth),
        next_(from),
        sink_(kj::mv(sink)),
        place_(or_throw(subscribers.enter([this](const Error& why) {
          pump_ = kj::READY_NOW;
          end({why.code, fmt::format("{}: subscribe again from {} when it is back", why.message,
                                     next_.value)});
        }))),
        pump_(kj::evalNow([this] {
                return pump();
              }).catch_([this](kj::Exception&& why) {
                  end(from_exception(why));
                }).eagerlyEvaluate(nullptr)) {}

 private:
  /// Every call is an event of its own at the end of the loop's queue, so that a subscriber who is
  /// fast, or far behind, does not hold up the others.
  kj::Promise<void> pump() {
    auto next = next_.value < ledger_.journal().size() ? send() : growth_.next();
    return next.then([this] { return kj::evalLater([this] { return pump(); }); });
  }

  kj::Promise<void> send() {
    std::vector<std::string> records;
    std::size_t bytes = 0;
    auto scan = ledger_.journal().scan(next_, Journal::Extent::part);
    while (bytes < bytes_in_call && records.size() < records_in_call) {
      const auto record = or_throw(scan.next());
      if (!record) break;
      records.emplace_back(*record);
      bytes += record->size();
    }
    auto call = sink_.eventsRequest(
        capnp::MessageSize{bytes / sizeof(capnp::word) + 2 * records.size() + 64, 0});
    auto list = call.initRecords(static_cast<unsigned>(records.size()));
    for (unsigned i = 0; i < records.size(); ++i) list.set(i, data_of(records[i]));
    call.setHead(ledger_.journal().size());
    next_ = Sequence{next_.value + records.size()};
    return call.send();
  }

  /// The place is given back although the subscriber may keep the capability. It is told why, if it
  /// is still there.
  void end(const Error& why) {
    place_ = nullptr;
    auto call = sink_.endedRequest();
    auto failure = call.initFailure();
    failure.setCode(text_of(std::string(name_of(why.code))));
    failure.setMessage(text_of(why.message));
    ended_ = call.send().ignoreResult().eagerlyEvaluate([](kj::Exception&&) {});
  }

  Ledger& ledger_;
  Growth& growth_;
  Sequence next_;
  schema::EventSink::Client sink_;
  Subscribers::Place place_;
  kj::Promise<void> ended_ = kj::READY_NOW;
  kj::Promise<void> pump_;
};

class FeedServer final : public schema::Feed::Server {
 public:
  FeedServer(Ledger& ledger, Growth& growth, Subscribers& subscribers, Reach reach)
      : ledger_(ledger), growth_(growth), subscribers_(subscribers), reach_(std::move(reach)) {}

  kj::Promise<void> subscribe(SubscribeContext context) override {
    const auto params = context.getParams();
    or_throw(reach_.check_all("the feed"));
    const Sequence from{params.getFrom()};
    if (from.value > ledger_.journal().size())
      or_throw<void>(fail(ErrorCode::not_found,
                          "the journal holds {} records: a subscription cannot start at {}",
                          ledger_.journal().size(), from.value));
    if (!params.hasSink())
      or_throw<void>(fail(ErrorCode::invalid, "a subscription needs a sink to send events to"));
    context.getResults().setSubscription(
        kj::heap<SubscriptionServer>(ledger_, growth_, subscribers_, from, params.getSink()));
    return kj::READY_NOW;
  }

 private:
  Ledger& ledger_;
  Growth& growth_;
  Subscribers& subscribers_;
  const Reach reach_;
};

}  // namespace

schema::Feed::Client make_feed(Ledger& ledger, Growth& growth, Subscribers& subscribers,
                               Reach reach) {
  return kj::heap<FeedServer>(ledger, growth, subscribers, std::move(reach));
}

}  // namespace counterfoil
