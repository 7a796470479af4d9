#pragma once

#include <schema/ledger.capnp.h>

#include <limits>
#include <memory>
#include <string>

#include "codec/canonical.h"
#include "core/ids.h"
#include "counterfoil/commands/event_printer.h"

namespace counterfoil {

/// Where the feed's events arrive, to be printed. `done` resolves when there is enough, and fails
/// where the feed ends or nothing can be printed any more, with where to go on.
class TailSink final : public schema::EventSink::Server {
 public:
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
  struct Wanted {
    Epoch epoch;
    std::uint64_t next = 0;           // the first sequence
    std::uint64_t end = unlimited;    // behind the last one
    std::uint64_t count = unlimited;  // of events
    bool every_record = false;        // a gap is an error
    std::string consumer = {};        // whose events they are
  };

  /// Where what was written is acknowledged. The ledger holds the sink for as long as somebody
  /// holds this, so whoever made both empties it in the end.
  using Acknowledge = std::shared_ptr<kj::Maybe<schema::Consumption::Client>>;

  TailSink(EventPrinter& printer, Wanted wanted, kj::Own<kj::PromiseFulfiller<void>> done,
           Acknowledge acknowledge = {})
      : printer_(printer),
        wanted_(std::move(wanted)),
        done_(kj::mv(done)),
        acknowledge_(std::move(acknowledge)) {}
  /// The connection holds the sink, so a sink that goes while it is waited for was cut off.
  ~TailSink() noexcept(false);

  kj::Promise<void> events(EventsContext context) override;
  kj::Promise<void> retried(RetriedContext context) override;
  kj::Promise<void> ended(EndedContext context) override;

 private:
  bool has_enough() const { return wanted_.count == 0 || wanted_.next >= wanted_.end; }
  Result<void> print(std::string_view bytes);
  kj::Promise<void> written();
  void cut_off(Error error);
  void or_reject(const Result<void>& done);

  EventPrinter& printer_;
  Wanted wanted_;  // still
  kj::Own<kj::PromiseFulfiller<void>> done_;
  Acknowledge acknowledge_;  // none: nobody asks
  RecordBuffer buffer_;
};

}  // namespace counterfoil
