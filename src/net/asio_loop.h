#pragma once

#include <kj/async.h>
#include <kj/timer.h>

#include <functional>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace counterfoil {

/// The one event loop of a thread: KJ promises (Cap'n Proto RPC) and Asio handlers (sockets, HTTP)
/// take turns on it, and it sleeps when neither has anything to do.
///
/// It runs while somebody on its thread waits: `promise.wait(loop.scope())`. It is made, used and
/// destroyed on one thread, and must outlive every stream, acceptor and promise made on it. From
/// another thread only kj::Executor and cross-thread fulfillers may reach it; both wake it.
///
/// Asio handlers must not own KJ objects: handlers that never ran are destroyed after KJ's loop.
class AsioLoop {
 public:
  /// Receives sentences for the operator about failures that nobody else gets to see.
  using Report = std::function<void(std::string_view)>;

  /// Without a `report`, sentences go to KJ's log (standard error).
  explicit AsioLoop(Report report = {});
  ~AsioLoop() noexcept(false);
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  /// Where pure Asio code runs its handlers. A handler that throws is reported, and the loop goes
  /// on: one broken connection must not end the others.
  boost::asio::io_context& context();

  /// KJ's clock and timers; the same clock as std::chrono::steady_clock.
  kj::Timer& timer();

  kj::WaitScope& scope();

  void report(std::string_view sentence) noexcept;

 private:
  struct Impl;
  kj::Own<Impl> impl_;
};

}  // namespace counterfoil
