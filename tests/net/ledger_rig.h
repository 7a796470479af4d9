#pragma once

#include <capnp/rpc-twoparty.h>
#include <schema/ledger.capnp.h>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/connect.h"
#include "net/failure.h"
#include "net/server.h"
#include "service/ledger.h"

/// A real ledger in a folder of its own, a server on a thread of its own, and clients on the
/// test's.
namespace counterfoil::test {

/// A new ledger's folder, removed behind the test.
class LedgerPlace {
 public:
  LedgerPlace();
  ~LedgerPlace();
  LedgerPlace(const LedgerPlace&) = delete;
  LedgerPlace& operator=(const LedgerPlace&) = delete;

  std::string ledger() const { return path_ + "/ledger"; }
  std::string token() const;

 private:
  std::string path_;
};

/// The ledger open and served until it is stopped, as counterfoild does it.
class LedgerServer {
 public:
  explicit LedgerServer(const LedgerPlace& place,
                        const std::vector<const Projection*>& projections = all_projections());
  ~LedgerServer() { stop(); }
  LedgerServer(const LedgerServer&) = delete;
  LedgerServer& operator=(const LedgerServer&) = delete;

  const Address& address() const { return address_; }
  Ledger& ledger() { return *ledger_; }
  /// Stops the ledger, drains, and waits until the server is gone.
  void stop();
  /// How many callers of the feed the server counts now.
  std::size_t subscribers();
  /// What the operator was told so far.
  std::vector<std::string> reports();
  /// Runs on the server's thread.
  void on_loop(std::function<void(Server&)> action);

 private:
  void serve(std::promise<Address> listening);

  std::unique_ptr<Ledger> ledger_;
  std::string token_;
  std::mutex mutex_;
  std::vector<std::string> reports_;
  kj::Own<const kj::Executor> executor_;
  Server* server_ = nullptr;
  kj::Own<kj::CrossThreadPromiseFulfiller<void>> stop_;
  std::thread thread_;
  Address address_;
};

/// One connection; logged in unless the token is empty.
class LedgerClient {
 public:
  LedgerClient(AsioLoop& loop, const Address& address, const std::string& token);

  schema::Gate::Client gate();
  schema::Session::OpenResults::Reader opened() const { return *opened_; }
  schema::LedgerInfo::Reader info() const { return opened_->getInfo(); }
  schema::Recorder::Client recorder() { return opened_->getRecorder(); }
  schema::Reader::Client reader() { return opened_->getReader(); }
  schema::Feed::Client feed() { return opened_->getFeed(); }
  schema::Admin::Client admin() { return opened_->getAdmin(); }
  schema::Log::Client log() { return opened_->getLog(); }
  int fd() const;

  kj::Own<kj::AsyncIoStream> stream;

 private:
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> system_;
  std::unique_ptr<capnp::Response<schema::Session::OpenResults>> opened_;
};

/// A ledger that is served, with one client that is logged in.
struct ServedLedger {
  LedgerPlace place;
  LedgerServer server{place};
  AsioLoop loop;
  LedgerClient client{loop, server.address(), place.token()};
};

/// Writes a command: its id and its facts.
using Fill = std::function<void(schema::Command::Builder)>;
Fill unit(std::string id);
/// The unit registered once more with a reason of that many bytes: for large records.
Fill unit_with_reason(std::string id, std::size_t bytes);
Fill project(std::string id, std::string of_unit);
Fill line(std::string project);
Fill appropriation(std::string project, std::int64_t amount, std::string id);
Fill supplement(std::string project, std::int64_t amount, std::string id,
                std::size_t reason_bytes = 0);
std::string line_id(std::string_view project);

using RecordResponse = capnp::Response<schema::Recorder::RecordResults>;
kj::Promise<RecordResponse> record(schema::Recorder::Client recorder,
                                   const std::vector<Fill>& commands);
/// Records them and throws unless all are accepted.
void must_record(AsioLoop& loop, LedgerClient& client, const std::vector<Fill>& commands);
/// That many units, in as few requests as the limits allow.
void record_units(AsioLoop& loop, LedgerClient& client, const std::string& prefix,
                  std::size_t count, std::size_t reason_bytes = 0);

/// The failure that a call ends with.
template <typename T>
Error error_of(kj::Promise<T> promise, AsioLoop& loop) {
  try {
    promise.wait(loop.scope());
  } catch (const kj::Exception& exception) {
    return from_exception(exception);
  }
  return {ErrorCode::io, "there was none"};
}

/// Waits, with the loop running, until `condition` holds; false after a generous time.
bool eventually(AsioLoop& loop, const std::function<bool()>& condition);

/// Keeps the sequences that a feed brings, and says whether each was the one due.
class Collector final : public schema::EventSink::Server {
 public:
  struct Seen {
    std::uint64_t next = 0;                // the sequence that is due
    std::vector<std::uint64_t> sequences;  // of all records, as they came
    std::uint64_t position = 0;            // that the newest call gave
    std::uint64_t beats = 0;               // calls without records
    std::vector<std::uint64_t> retried;    // parked ones that came again
    std::uint32_t tries = 0;               // of the newest of them
    std::uint64_t calls = 0;
    std::uint64_t bytes = 0;
    std::uint64_t head = 0;
    bool in_order = true;
    bool gone = false;  // the server let go of the sink
    std::string ended;  // the code that it ended with
    std::string why;    // and the sentence
    bool hold = false;  // do not return from events
    std::vector<kj::Own<kj::PromiseFulfiller<void>>> held;
  };
  explicit Collector(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
  ~Collector() noexcept(false) { seen_->gone = true; }

  kj::Promise<void> events(EventsContext context) override;
  kj::Promise<void> ended(EndedContext context) override;
  kj::Promise<void> retried(RetriedContext context) override;

 private:
  std::shared_ptr<Seen> seen_;
};

struct Subscribed {
  std::shared_ptr<Collector::Seen> seen;
  schema::Subscription::Client subscription;
};
Subscribed subscribe(AsioLoop& loop, LedgerClient& client, std::uint64_t from, bool hold = false);

}  // namespace counterfoil::test
