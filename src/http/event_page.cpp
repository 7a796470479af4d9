#include "http/event_page.h"

#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

struct Page {
  std::vector<std::string> records;
  std::size_t bytes = 0;
  std::size_t wanted = 0;
  kj::Own<kj::PromiseFulfiller<void>> full;

  bool is_full() const { return records.size() >= wanted || bytes > limits::request_bytes / 2; }
};

/// Where the feed sends events until the page is full.
class PageSink final : public schema::EventSink::Server {
 public:
  explicit PageSink(std::shared_ptr<Page> page) : page_(std::move(page)) {}

  kj::Promise<void> events(EventsContext context) override {
    for (const auto record : context.getParams().getRecords()) {
      if (page_->is_full()) break;
      page_->records.emplace_back(view(record));
      page_->bytes += record.size();
    }
    if (page_->is_full()) page_->full->fulfill();
    return kj::READY_NOW;
  }

  kj::Promise<void> ended(EndedContext context) override {
    const auto failure = context.getParams().getFailure();
    page_->full->reject(to_exception(
        error_named(view(failure.getCode()), std::string(view(failure.getMessage())))));
    return kj::READY_NOW;
  }

 private:
  std::shared_ptr<Page> page_;
};

}  // namespace

kj::Promise<std::vector<std::string>> read_event_page(schema::Feed::Client feed, std::uint64_t from,
                                                      std::uint64_t end, std::size_t limit) {
  if (from >= end) return std::vector<std::string>();
  auto pair = kj::newPromiseAndFulfiller<void>();
  auto page = std::make_shared<Page>();
  page->wanted = std::min<std::uint64_t>(limit, end - from);
  page->full = kj::mv(pair.fulfiller);
  auto request = feed.subscribeRequest();
  request.setFrom(from);
  request.setSink(kj::heap<PageSink>(page));
  return request.send()
      .then([full = kj::mv(pair.promise)](auto subscribed) mutable {
        return full.attach(subscribed.getSubscription());
      })
      .then([page] { return std::move(page->records); });
}

}  // namespace counterfoil::http
