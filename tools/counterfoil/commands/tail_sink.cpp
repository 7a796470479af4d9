#include "counterfoil/commands/tail_sink.h"

#include "codec/text.h"
#include "net/failure.h"

namespace counterfoil {

TailSink::~TailSink() noexcept(false) {
  if (done_->isWaiting()) cut_off({ErrorCode::io, "the connection to the ledger ended"});
}

kj::Promise<void> TailSink::events(EventsContext context) {
  const auto params = context.getParams();
  for (const auto record : params.getRecords()) {
    if (has_enough()) break;
    const auto printed = print(view(record));
    or_reject(printed);
    or_throw(printed);
  }
  if (!has_enough()) wanted_.next = params.getPosition();
  or_reject(printer_.show());
  return written();
}

kj::Promise<void> TailSink::retried(RetriedContext context) {
  if (!acknowledge_) return kj::READY_NOW;
  KJ_IF_MAYBE (consumption, *acknowledge_) {
    const auto record = or_throw(buffer_.load(view(context.getParams().getRecord())));
    printer_.print(record);
    or_reject(printer_.show());
    auto request = consumption->unparkRequest();
    request.setSequence(record.getSequence());
    return request.send().ignoreResult();
  }
  return kj::READY_NOW;
}

kj::Promise<void> TailSink::ended(EndedContext context) {
  const auto failure = context.getParams().getFailure();
  cut_off(error_named(view(failure.getCode()), std::string(view(failure.getMessage()))));
  return kj::READY_NOW;
}

/// Only what could be written counts.
kj::Promise<void> TailSink::written() {
  if (!done_->isWaiting()) return kj::READY_NOW;
  kj::Promise<void> acknowledged = kj::READY_NOW;
  if (acknowledge_) {
    KJ_IF_MAYBE (consumption, *acknowledge_) {
      auto request = consumption->acknowledgeRequest();
      request.setPosition(wanted_.next);
      acknowledged = request.send().ignoreResult();
    }
  }
  return acknowledged.then(
      [this] {
        if (has_enough()) done_->fulfill();
      },
      [this](kj::Exception&& why) { cut_off(from_exception(why)); });
}

void TailSink::cut_off(Error error) {
  error.message += wanted_.consumer.empty()
                       ? fmt::format("; go on with `tail --from {}`",
                                     format_position(wanted_.epoch, Sequence{wanted_.next}))
                       : fmt::format("; go on with `tail --consumer {}`", wanted_.consumer);
  done_->reject(to_exception(error));
}

void TailSink::or_reject(const Result<void>& done) {
  if (!done) done_->reject(to_exception(done.error()));
}

Result<void> TailSink::print(std::string_view bytes) {
  CF_LET(const auto record, buffer_.load(bytes));
  const std::uint64_t sequence = record.getSequence();
  if (sequence < wanted_.next || (wanted_.every_record && sequence != wanted_.next))
    return fail(ErrorCode::corrupt, "the feed sent record {} where {} was due", sequence,
                wanted_.next);
  if (sequence >= wanted_.end) {
    wanted_.next = sequence;
    return {};
  }
  wanted_.next = sequence + 1;
  if (wanted_.count != unlimited) --wanted_.count;
  printer_.print(record);
  return {};
}

}  // namespace counterfoil
