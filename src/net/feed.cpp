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
  SubscriptionServer(Ledger& ledger, Growth& growth, Sequence from, schema::EventSink::Client sink,
                     std::shared_ptr<std::size_t> subscribers)
      : ledger_(ledger),
        growth_(growth),
        next_(from),
        sink_(kj::mv(sink)),
        subscribers_(std::move(subscribers)),
        task_(pump()
                  .catch_([this](kj::Exception&& why) { return tell(kj::mv(why)); })
                  .eagerlyEvaluate([](kj::Exception&&) {})) {  // the subscriber is gone
    ++*subscribers_;
  }
  ~SubscriptionServer() noexcept(false) { --*subscribers_; }

 private:
  kj::Promise<void> pump() {
    if (next_.value >= ledger_.journal().size())
      return growth_.next().then([this] { return pump(); });
    return send().then([this] { return pump(); });
  }

  kj::Promise<void> send() {
    std::vector<std::string> records;
    std::size_t bytes = 0;
    auto scan = ledger_.journal().scan(next_);
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

  /// A subscriber that still listens must not wait for what will never come.
  kj::Promise<void> tell(kj::Exception&& why) {
    if (why.getType() == kj::Exception::Type::DISCONNECTED) return kj::READY_NOW;
    const Error error = from_exception(why);
    auto call = sink_.endedRequest();
    auto failure = call.initFailure();
    failure.setCode(text_of(std::string(name_of(error.code))));
    failure.setMessage(text_of(error.message));
    return call.send().ignoreResult();
  }

  Ledger& ledger_;
  Growth& growth_;
  Sequence next_;
  schema::EventSink::Client sink_;
  std::shared_ptr<std::size_t> subscribers_;
  kj::Promise<void> task_;
};

class FeedServer final : public schema::Feed::Server {
 public:
  FeedServer(Ledger& ledger, Growth& growth) : ledger_(ledger), growth_(growth) {}

  kj::Promise<void> subscribe(SubscribeContext context) override {
    const Sequence from{context.getParams().getFrom()};
    if (from.value > ledger_.journal().size())
      or_throw<void>(fail(ErrorCode::not_found,
                          "the journal holds {} records: a subscription cannot start at {}",
                          ledger_.journal().size(), from.value));
    if (*subscribers_ >= limits::subscribers)
      or_throw<void>(fail(ErrorCode::busy, "{} subscribers are connected, which is the limit",
                          limits::subscribers));
    context.getResults().setSubscription(kj::heap<SubscriptionServer>(
        ledger_, growth_, from, context.getParams().getSink(), subscribers_));
    return kj::READY_NOW;
  }

 private:
  Ledger& ledger_;
  Growth& growth_;
  std::shared_ptr<std::size_t> subscribers_ = std::make_shared<std::size_t>(0);
};

}  // namespace

schema::Feed::Client make_feed(Ledger& ledger, Growth& growth) {
  return kj::heap<FeedServer>(ledger, growth);
}

}  // namespace counterfoil
