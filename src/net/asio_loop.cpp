#include "net/asio_loop.h"

#include <fmt/format.h>
#include <kj/debug.h>
#include <kj/time.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace counterfoil {
namespace {

namespace asio = boost::asio;

// Asio runs at most so many handlers before KJ gets its turn, and KJ at most so many events before
// Asio gets one. Large enough that the switch costs nothing, small enough that nobody waits long.
constexpr unsigned handlers_in_turn = 256;
constexpr unsigned events_in_turn = 256;

void log_error(std::string_view sentence) {
  KJ_LOG(ERROR, kj::str(kj::arrayPtr(sentence.data(), sentence.size())));
}

/// Lets KJ sleep in an io_context. KJ drives: its loop calls wait() and poll() when it wants news
/// from outside, so there is nothing to do for setRunnable().
class Port final : public kj::EventPort {
 public:
  explicit Port(AsioLoop::Report report)
      : report_(report ? std::move(report) : AsioLoop::Report(log_error)) {}

  bool wait() override {
    arm_alarm();
    run_handlers(Sleep::allowed);
    return finish_turn();
  }

  bool poll() override {
    run_handlers(Sleep::forbidden);
    return finish_turn();
  }

  /// Called from other threads. `woken_` is set before the handler is posted: whoever runs the
  /// handler sees it. A second wake() need not post, for the first one's flag is still unread.
  void wake() const override {
    if (!woken_.exchange(true)) asio::post(context_, [] {});
  }

  asio::io_context& context() { return context_; }
  kj::Timer& timer() { return timer_; }

  void report(std::string_view sentence) noexcept { report_(sentence); }

 private:
  enum class Sleep { allowed, forbidden };

  void run_handlers(Sleep sleep) {
    if (context_.stopped()) context_.restart();  // somebody called stop(), which means nothing here
    for (unsigned i = 0; i < handlers_in_turn; ++i)
      if (!run_one(i == 0 ? sleep : Sleep::forbidden)) return;
  }

  bool run_one(Sleep sleep) {
    try {
      return (sleep == Sleep::allowed ? context_.run_one() : context_.poll_one()) != 0;
    } catch (const std::exception& e) {
      report_(fmt::format("an event handler failed, and what it served is lost: {}", e.what()));
    } catch (const kj::Exception& e) {
      report_(fmt::format("an event handler failed, and what it served is lost: {}",
                          e.getDescription().cStr()));
    } catch (...) {
      report_("an event handler failed with an unknown exception, and what it served is lost");
    }
    return true;
  }

  bool finish_turn() {
    timer_.advanceTo(clock_.now());
    return woken_.exchange(false);
  }

  /// Makes the coming sleep end in time for KJ's next timer. An alarm set too early only costs a
  /// turn, so it is moved only when it would ring too late.
  void arm_alarm() {
    KJ_IF_MAYBE (next, timer_.nextEvent()) {
      if (alarm_set_ && alarm_at_ <= *next) return;
      alarm_.expires_after(std::chrono::nanoseconds((*next - clock_.now()) / kj::NANOSECONDS));
      alarm_.async_wait([this](const boost::system::error_code& error) {
        if (!error) alarm_set_ = false;
      });
      alarm_at_ = *next;
      alarm_set_ = true;
    }
  }

  AsioLoop::Report report_;
  // Posting is thread safe although wake() is const. The hint says that one thread runs it.
  mutable asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  mutable std::atomic<bool> woken_{false};

  const kj::MonotonicClock& clock_ = kj::systemPreciseMonotonicClock();
  kj::TimerImpl timer_{clock_.now()};
  asio::steady_timer alarm_{context_};
  kj::TimePoint alarm_at_ = kj::origin<kj::TimePoint>();
  bool alarm_set_ = false;
};

}  // namespace

// The order matters: the loop's own tasks may still hold streams, whose sockets need the context.
struct AsioLoop::Impl {
  explicit Impl(Report report) : port(std::move(report)) {
    scope.setBusyPollInterval(events_in_turn);  // KJ's default never looks outside while busy
  }
  Port port;
  kj::EventLoop loop{port};
  kj::WaitScope scope{loop};
};

AsioLoop::AsioLoop(Report report) : impl_(kj::heap<Impl>(std::move(report))) {}
AsioLoop::~AsioLoop() noexcept(false) = default;

boost::asio::io_context& AsioLoop::context() {
  return impl_->port.context();
}
kj::Timer& AsioLoop::timer() {
  return impl_->port.timer();
}
kj::WaitScope& AsioLoop::scope() {
  return impl_->scope;
}
void AsioLoop::report(std::string_view sentence) noexcept {
  impl_->port.report(sentence);
}

}  // namespace counterfoil
