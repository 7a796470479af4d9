#pragma once

#include <capnp/rpc-twoparty.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "net/connect.h"
#include "net/server.h"
#include "support/scratch.h"

namespace counterfoil::bench {

inline constexpr const char* token = "bench";

inline double clock_now_us() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// A daemon's inside on a thread of its own.
class Daemon {
 public:
  explicit Daemon(const std::string& ledger)
      : ledger_(must(Ledger::open(ledger, clock_now, [](const std::string&) {}))) {
    groups_.push_back(ledger_->journal().size());
    listener_ = ledger_->growth().add([this] {
      groups_.push_back(ledger_->journal().size());
      grown_us_.push_back(clock_now_us());
    });
    std::promise<Address> listening;
    auto address = listening.get_future();
    thread_ = std::thread([this, &listening] { run(listening); });
    address_ = address.get();
  }
  ~Daemon() {
    stop_->fulfill();
    thread_.join();
  }
  const Address& address() const { return address_; }
  std::uint64_t size() const { return ledger_->journal().size(); }
  /// Sizes of the journal after each group; to be read when nothing is appended.
  const std::vector<std::uint64_t>& groups() const { return groups_; }
  /// When the record was there for all to see, by clock_now_us; to be asked when nothing is
  /// appended.
  double shown_us(std::uint64_t sequence) const {
    const auto group = std::upper_bound(groups_.begin() + 1, groups_.end(), sequence);
    return grown_us_.at(static_cast<std::size_t>(group - groups_.begin()) - 1);
  }

 private:
  void run(std::promise<Address>& listening) {
    AsioLoop loop;
    auto stop = kj::newPromiseAndCrossThreadFulfiller<void>();
    stop_ = kj::mv(stop.fulfiller);
    Hall hall(loop, *ledger_, token);
    Server server(loop, hall);
    ledger_->start();
    listening.set_value(must(server.listen({"127.0.0.1", 0})));
    stop.promise.wait(loop.scope());
    ledger_->stop();
    ledger_->growth().remove(listener_);
    server.drain();
  }

  std::unique_ptr<Ledger> ledger_;
  std::vector<std::uint64_t> groups_;  // the first is what there was
  std::vector<double> grown_us_;
  std::uint64_t listener_ = 0;
  kj::Own<kj::CrossThreadPromiseFulfiller<void>> stop_;
  Address address_;
  std::thread thread_;
};

/// One connection with a session.
class Client {
 public:
  Client(AsioLoop& loop, const Address& address)
      : stream_(connect(loop, address).wait(loop.scope())) {
    auto login = rpc_.bootstrap().castAs<schema::Gate>().loginRequest();
    login.setCredential(token);
    auto session = login.send().wait(loop.scope()).getSession();
    auto opened = session.openRequest().send().wait(loop.scope());
    recorder = opened.getRecorder();
    reader = opened.getReader();
    feed = opened.getFeed();
  }

 private:
  kj::Own<kj::AsyncIoStream> stream_;
  capnp::TwoPartyClient rpc_{*stream_};

 public:
  schema::Recorder::Client recorder = nullptr;
  schema::Reader::Client reader = nullptr;
  schema::Feed::Client feed = nullptr;
};

}  // namespace counterfoil::bench
