#include "http/event_stream.h"

#include <boost/json/serialize.hpp>

#include "codec/text.h"
#include "http/problem.h"
#include "http/rendering.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

constexpr auto heartbeat = 15 * kj::SECONDS;

/// One stream under way. It is shared with the sink that the feed holds, which may outlive the
/// connection by a moment.
class Writing : public std::enable_shared_from_this<Writing> {
 public:
  Writing(EventStream stream, BodySink& out, kj::Own<kj::PromiseFulfiller<void>> done)
      : stream_(std::move(stream)),
        next_(stream_.from),
        out_(&out),
        done_(kj::mv(done)),
        last_(kj::Promise<void>(kj::READY_NOW).fork()) {
    ++stream_.meters.streams;
  }
  ~Writing() noexcept(false) { --stream_.meters.streams; }

  /// The connection is gone.
  void leave() { out_ = nullptr; }

  /// Resolves when the peer has taken them, so that the feed sends no more than it takes.
  kj::Promise<void> add(std::vector<std::string> records) {
    auto work = [events = stream_.events, records = std::move(records),
                 epoch = stream_.epoch]() -> Result<std::string> {
      std::string text;
      for (const std::string& bytes : records) {
        CF_LET(const boost::json::value event, events->event(bytes));
        const auto field = [&](const char* name) {
          const boost::json::string& value = event.at(name).as_string();
          return std::string_view(value.data(), value.size());
        };
        text += fmt::format("id: {}\nevent: {}\ndata: {}\n\n", field("position"), field("type"),
                            boost::json::serialize(event));
      }
      return text;
    };
    next_ += records.size();
    return stream_.rendering.run(std::move(work)).then([self = shared_from_this()](auto text) {
      return self->write(or_throw(std::move(text)));
    });
  }

  void end(const Error& why) {
    const std::string data = boost::json::serialize(document_of(problem_of(why)));
    ended_ = write(fmt::format("event: ended\ndata: {}\n\n", data))
                 .then([self = this] { self->done_->fulfill(); })
                 .eagerlyEvaluate([](kj::Exception&&) {});
  }

  kj::Promise<void> beat() {
    return stream_.timer.afterDelay(heartbeat)
        .then([this] { return write(position()); })
        .then([this] { return beat(); });
  }

  /// A comment, and the id that a client goes on behind; without data nothing is dispatched.
  std::string position() const {
    if (next_ == 0) return ": nothing yet\n\n";
    return fmt::format(": position\nid: {}\n\n",
                       format_position(stream_.epoch, Sequence{next_ - 1}));
  }

  /// One write at a time, in order.
  kj::Promise<void> write(std::string text) {
    auto written = last_.addBranch().then([self = shared_from_this(), text = std::move(text)]() {
      if (self->out_ == nullptr) return kj::Promise<void>(kj::READY_NOW);
      return self->out_->write(text);
    });
    last_ = written.fork();
    return last_.addBranch();
  }

 private:
  EventStream stream_;
  std::uint64_t next_;
  BodySink* out_;
  kj::Own<kj::PromiseFulfiller<void>> done_;
  kj::ForkedPromise<void> last_;
  kj::Promise<void> ended_ = kj::READY_NOW;
};

class StreamSink final : public schema::EventSink::Server {
 public:
  explicit StreamSink(std::shared_ptr<Writing> writing) : writing_(std::move(writing)) {}

  kj::Promise<void> events(EventsContext context) override {
    return writing_->add(strings_of(context.getParams().getRecords()));
  }

  kj::Promise<void> ended(EndedContext context) override {
    const auto failure = context.getParams().getFailure();
    writing_->end(error_named(view(failure.getCode()), std::string(view(failure.getMessage()))));
    return kj::READY_NOW;
  }

 private:
  std::shared_ptr<Writing> writing_;
};

}  // namespace

kj::Promise<void> write_event_stream(EventStream stream, BodySink& out) {
  auto done = kj::newPromiseAndFulfiller<void>();
  auto request = stream.feed.subscribeRequest();
  request.setFrom(stream.from);
  auto writing = std::make_shared<Writing>(std::move(stream), out, kj::mv(done.fulfiller));
  request.setSink(kj::heap<StreamSink>(writing));
  auto subscribed = writing->write("retry: 2000\n\n").then([request = kj::mv(request)]() mutable {
    return request.send();
  });
  return subscribed
      .then([writing, ended = kj::mv(done.promise)](auto subscription) mutable {
        return ended.exclusiveJoin(writing->beat()).attach(subscription.getSubscription());
      })
      .attach(kj::defer([writing] { writing->leave(); }));
}

}  // namespace counterfoil::http
