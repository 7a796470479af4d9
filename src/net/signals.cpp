#include "net/signals.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>

#include "net/asio_loop.h"

namespace counterfoil {
namespace {

/// The handler only reaches the promise while that is alive.
struct Waiter {
  Waiter(kj::PromiseFulfiller<int>& fulfiller, AsioLoop& loop)
      : signals(loop.context(), SIGTERM, SIGINT),
        target(std::make_shared<kj::PromiseFulfiller<int>*>(&fulfiller)) {
    signals.async_wait([weak = std::weak_ptr(target)](boost::system::error_code error, int number) {
      const auto alive = weak.lock();
      if (alive && !error) (*alive)->fulfill(kj::cp(number));
    });
  }

  boost::asio::signal_set signals;
  std::shared_ptr<kj::PromiseFulfiller<int>*> target;
};

}  // namespace

kj::Promise<int> wait_for_stop_signal(AsioLoop& loop) {
  return kj::newAdaptedPromise<int, Waiter>(loop);
}

}  // namespace counterfoil
