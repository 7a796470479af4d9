#include "http/event_page.h"

#include "codec/canonical.h"
#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

struct Filling {
  EventPage page;
  std::size_t bytes = 0;
  std::size_t limit = 0;
  std::uint64_t end = 0;
  bool is_full = false;
  kj::Own<kj::PromiseFulfiller<void>> full;

  bool has_room() const { return page.records.size() < limit && bytes < limits::request_bytes / 2; }
};

/// Where the feed sends events until the page is full, or is at the end.
class PageSink final : public schema::EventSink::Server {
 public:
  explicit PageSink(std::shared_ptr<Filling> filling) : filling_(std::move(filling)) {}

  kj::Promise<void> events(EventsContext context) override {
    Filling& filling = *filling_;
    const auto params = context.getParams();
    if (filling.is_full) return kj::READY_NOW;
    for (const auto bytes : params.getRecords()) {
      if (!filling.has_room()) return finish();
      const auto record = or_throw(buffer_.load(view(bytes)));
      if (record.getSequence() >= filling.end) {
        filling.page.next = filling.end;
        return finish();
      }
      filling.page.records.emplace_back(view(bytes));
      filling.page.next = record.getSequence() + 1;
      filling.bytes += bytes.size();
    }
    filling.page.next = params.getPosition();
    if (!filling.has_room() || params.getPosition() >= filling.end) return finish();
    return kj::READY_NOW;
  }

  kj::Promise<void> ended(EndedContext context) override {
    const auto failure = context.getParams().getFailure();
    filling_->full->reject(to_exception(
        error_named(view(failure.getCode()), std::string(view(failure.getMessage())))));
    return kj::READY_NOW;
  }

 private:
  kj::Promise<void> finish() {
    filling_->is_full = true;
    filling_->full->fulfill();
    return kj::READY_NOW;
  }

  std::shared_ptr<Filling> filling_;
  RecordBuffer buffer_;
};

}  // namespace

kj::Promise<EventPage> read_event_page(
    capnp::Request<schema::Feed::SubscribeParams, schema::Feed::SubscribeResults> request,
    std::uint64_t end, std::size_t limit) {
  const std::uint64_t from = request.getFrom();
  auto pair = kj::newPromiseAndFulfiller<void>();
  auto filling = std::make_shared<Filling>();
  filling->limit = limit;
  filling->end = end;
  filling->page.next = from;
  filling->full = kj::mv(pair.fulfiller);
  request.setSink(kj::heap<PageSink>(filling));
  return request.send()
      .then([from, end, full = kj::mv(pair.promise)](auto subscribed) mutable {
        if (from >= end) full = kj::READY_NOW;
        return full.attach(subscribed.getSubscription());
      })
      .then([filling] { return std::move(filling->page); });
}

}  // namespace counterfoil::http
