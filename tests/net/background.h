#pragma once

#include <kj/async.h>

#include <functional>
#include <future>
#include <thread>

#include "net/asio_loop.h"

namespace counterfoil::test {

/// A loop on a thread of its own. `start` runs there first; what it returns lives until the end,
/// and the thread ends with this object.
class Background {
 public:
  template <typename Start>
  explicit Background(Start start) {
    std::promise<kj::Own<kj::CrossThreadPromiseFulfiller<void>>> started;
    auto stop = started.get_future();
    thread_ = std::thread([&started, start = std::move(start)]() mutable {
      AsioLoop loop;
      [[maybe_unused]] auto content = start(loop);
      auto paf = kj::newPromiseAndCrossThreadFulfiller<void>();
      started.set_value(kj::mv(paf.fulfiller));
      paf.promise.wait(loop.scope());
    });
    stop_ = stop.get();
  }
  ~Background() {
    stop_->fulfill();
    stop_ = nullptr;
    thread_.join();
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

 private:
  kj::Own<kj::CrossThreadPromiseFulfiller<void>> stop_;
  std::thread thread_;
};

}  // namespace counterfoil::test
