#include "http/event_stream.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "codec/canonical.h"
#include "codec/text.h"
#include "http/problem.h"
#include "http/rendering.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

/// The feed begins before the connection does: what it sends waits for this.
struct Gate {
  kj::PromiseFulfillerPair<void> begun = kj::newPromiseAndFulfiller<void>();
  kj::PromiseFulfillerPair<void> done = kj::newPromiseAndFulfiller<void>();
};

std::string_view text_in(const json::value& object, const char* name) {
  const json::string& value = object.at(name).as_string();
  return {value.data(), value.size()};
}

}  // namespace

class EventStream::Sink final : public schema::EventSink::Server {
 public:
  explicit Sink(std::shared_ptr<EventStream> stream) : stream_(std::move(stream)) {}

  kj::Promise<void> events(EventsContext context) override {
    const auto params = context.getParams();
    return stream_->add(strings_of(params.getRecords()), params.getPosition());
  }
  kj::Promise<void> retried(RetriedContext context) override {
    const auto params = context.getParams();
    return stream_->add_retried(std::string(view(params.getRecord())), params.getTries(),
                                std::string(view(params.getReason())));
  }
  kj::Promise<void> ended(EndedContext context) override {
    const auto params = context.getParams();
    const auto failure = params.getFailure();
    stream_->end(error_named(view(failure.getCode()), std::string(view(failure.getMessage()))),
                 params.getPosition());
    return kj::READY_NOW;
  }

 private:
  std::shared_ptr<EventStream> stream_;
};

EventStream::EventStream(Epoch epoch, CloudEvents events, Workers& rendering, Meters& meters)
    : epoch_(epoch),
      events_(std::make_shared<CloudEvents>(std::move(events))),
      rendering_(rendering),
      meters_(meters),
      last_(nullptr),
      is_done_(nullptr) {
  Gate gate;
  begun_ = kj::mv(gate.begun.fulfiller);
  last_ = gate.begun.promise.fork();
  done_ = kj::mv(gate.done.fulfiller);
  is_done_ = kj::mv(gate.done.promise);
  ++meters_.streams;
}

EventStream::~EventStream() noexcept(false) {
  --meters_.streams;
}

schema::EventSink::Client EventStream::sink() {
  return kj::heap<Sink>(shared_from_this());
}

kj::Promise<void> EventStream::run(BodySink& out) {
  out_ = &out;
  begun_->fulfill();
  auto opening = write("retry: 2000\n\n");
  return opening.then([self = shared_from_this()] { return kj::mv(self->is_done_); })
      .attach(kj::defer([self = shared_from_this()] { self->out_ = nullptr; }));
}

std::string EventStream::id_line(std::uint64_t position) const {
  return fmt::format("id: {}\n", format_position(epoch_, Sequence{position}));
}

/// Resolves when the peer has taken them, so that the feed sends no more than it takes.
kj::Promise<void> EventStream::add(std::vector<std::string> records, std::uint64_t position) {
  if (records.empty()) return write(": position\n" + id_line(position) + "\n");
  auto work = [events = events_, records = std::move(records),
               epoch = epoch_]() -> Result<std::string> {
    std::string text;
    RecordBuffer buffer;
    for (const std::string& bytes : records) {
      CF_LET(const auto record, buffer.load(bytes));
      const Sequence behind{record.getSequence() + 1};
      CF_LET(const json::value event, events->event(bytes));
      text += fmt::format("id: {}\nevent: {}\ndata: {}\n\n", format_position(epoch, behind),
                          text_in(event, "type"), json::serialize(event));
    }
    return text;
  };
  return rendering_.run(std::move(work)).then([self = shared_from_this()](auto text) {
    return self->write(or_throw(std::move(text)));
  });
}

kj::Promise<void> EventStream::add_retried(std::string record, std::uint32_t tries,
                                           std::string reason) {
  auto work = [events = events_, record = std::move(record), tries,
               reason = std::move(reason)]() -> Result<std::string> {
    CF_LET(json::value event, events->event(record));
    json::object data = {{"tries", tries}, {"reason", reason}};
    data["event"] = std::move(event);
    return fmt::format("event: retried\ndata: {}\n\n", json::serialize(data));
  };
  return rendering_.run(std::move(work)).then([self = shared_from_this()](auto text) {
    return self->write(or_throw(std::move(text)));
  });
}

void EventStream::end(const Error& why, std::uint64_t position) {
  const std::string data = json::serialize(document_of(problem_of(why)));
  ending_ = write(fmt::format("{}event: ended\ndata: {}\n\n", id_line(position), data))
                .then([this] { done_->fulfill(); })
                .eagerlyEvaluate([](kj::Exception&&) {});
}

kj::Promise<void> EventStream::write(std::string text) {
  auto written = last_.addBranch().then([self = shared_from_this(), text = std::move(text)]() {
    if (self->out_ == nullptr) return kj::Promise<void>(kj::READY_NOW);
    return self->out_->write(text);
  });
  last_ = written.fork();
  return last_.addBranch();
}

}  // namespace counterfoil::http
