#include "net/event_sink.h"

#include "codec/text.h"

namespace counterfoil {
namespace {

capnp::MessageSize size_hint(std::size_t bytes, std::size_t records) {
  return {bytes / sizeof(capnp::word) + 2 * records + 64, 0};
}

}  // namespace

kj::Promise<void> EventSink::events(const EventBatch& batch) {
  auto call = client_.eventsRequest(size_hint(batch.bytes, batch.size()));
  auto list = call.initRecords(static_cast<unsigned>(batch.size()));
  for (unsigned i = 0; i < batch.size(); ++i) list.set(i, data_of(batch[i]));
  call.setHead(batch.head);
  call.setPosition(batch.position.value);
  return call.send();
}

kj::Promise<void> EventSink::retried(std::string_view record, const StoredParked& entry) {
  auto call = client_.retriedRequest(size_hint(record.size() + entry.reason.size(), 1));
  call.setRecord(data_of(record));
  call.setTries(entry.tries);
  call.setReason(text_of(entry.reason));
  return call.send().ignoreResult();
}

void EventSink::ended(const Error& why, Sequence position) {
  auto call = client_.endedRequest();
  auto failure = call.initFailure();
  failure.setCode(text_of(std::string(name_of(why.code))));
  failure.setMessage(text_of(why.message));
  call.setPosition(position.value);
  ended_ = call.send().ignoreResult().eagerlyEvaluate([](kj::Exception&&) {});
}

}  // namespace counterfoil
