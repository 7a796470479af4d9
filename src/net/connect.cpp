#include "net/connect.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <kj/debug.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <utility>

#include "net/asio_loop.h"
#include "net/asio_stream.h"
#include "net/socket_error.h"

namespace counterfoil {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Fulfiller = kj::PromiseFulfiller<kj::Own<kj::AsyncIoStream>>;

/// What Asio's handlers keep alive. It knows KJ's side only while somebody waits for the result.
struct Attempt {
  Attempt(AsioLoop& l, Address a, Fulfiller& f)
      : loop(l), address(std::move(a)), fulfiller(&f), resolver(l.context()), socket(l.context()) {}

  void finish(const error_code& error) {
    Fulfiller* const waiting = std::exchange(fulfiller, nullptr);
    if (!waiting) return;
    if (error)
      waiting->reject(failure(error));
    else
      waiting->rejectIfThrows([&] { waiting->fulfill(take_stream()); });
  }

  kj::Exception failure(const error_code& error) const {
    const std::string what = fmt::format("cannot connect to {}", format_address(address));
    if (error.category() == boost::system::system_category())
      return socket_exception(what, error.value(), "start counterfoild there, or check --connect");
    return disconnected(fmt::format("{}: {}; check the host's name", what, words_of(error)));
  }

  kj::Own<kj::AsyncIoStream> take_stream() {
    socket.set_option(tcp::no_delay(true));
    kj::AutoCloseFd fd(socket.release());
    KJ_SYSCALL(::fcntl(fd.get(), F_SETFD, FD_CLOEXEC));
    return wrap_socket(loop, kj::mv(fd));
  }

  AsioLoop& loop;
  const Address address;
  Fulfiller* fulfiller;  // null once the promise is settled or dropped
  tcp::resolver resolver;
  tcp::socket socket;
};

void start(const std::shared_ptr<Attempt>& attempt) {
  attempt->resolver.async_resolve(
      attempt->address.host, std::to_string(attempt->address.port), tcp::resolver::numeric_service,
      [attempt](const error_code& error, const tcp::resolver::results_type& found) {
        if (error || !attempt->fulfiller) return attempt->finish(error);
        boost::asio::async_connect(
            attempt->socket, found,
            [attempt](const error_code& failed, const tcp::endpoint&) { attempt->finish(failed); });
      });
}

/// Lives in the promise: dropping that destroys it.
class ConnectOp {
 public:
  ConnectOp(Fulfiller& fulfiller, AsioLoop& loop, const Address& address)
      : attempt_(std::make_shared<Attempt>(loop, address, fulfiller)) {
    start(attempt_);
  }
  ~ConnectOp() {
    attempt_->fulfiller = nullptr;
    attempt_->resolver.cancel();
    error_code ignored;
    attempt_->socket.close(ignored);
  }
  KJ_DISALLOW_COPY(ConnectOp);

 private:
  std::shared_ptr<Attempt> attempt_;
};

}  // namespace

kj::Promise<kj::Own<kj::AsyncIoStream>> connect(AsioLoop& loop, const Address& address) {
  return kj::newAdaptedPromise<kj::Own<kj::AsyncIoStream>, ConnectOp>(loop, address);
}

}  // namespace counterfoil
