#include "net/acceptor.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "net/asio_loop.h"
#include "net/asio_stream.h"
#include "net/socket_error.h"

namespace counterfoil {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int accepts_in_turn = 64;  // then others get their turn
constexpr auto pause = std::chrono::milliseconds(100);

/// Errors of accept(2) that concern the one connection it would have given.
bool only_that_connection(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

std::string hint(const error_code& error, std::string_view option) {
  if (error == asio::error::address_in_use)
    return fmt::format("another daemon runs there, or choose another port with {}", option);
  if (error == asio::error::access_denied)
    return fmt::format("ports below 1024 need a privilege: choose another with {}", option);
  return fmt::format("name an address of this machine with {}", option);
}

/// A peer whose machine or network is gone says nothing: without these its connection, and what it
/// subscribed to, would stay for ever. A quiet one is asked after a minute, and is gone when it has
/// not answered for another; one that is being sent to has five minutes to take it. Where an option
/// is unknown (a Unix socket has no TCP), the connection goes without.
void set_options(int fd) {
  const auto set = [fd](int level, int option, int value) {
    (void)::setsockopt(fd, level, option, &value, sizeof(value));
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);  // RPC answers are small and must not wait for each other
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 300'000);
}

}  // namespace

class Acceptor::State : public std::enable_shared_from_this<State> {
 public:
  State(AsioLoop& loop, OnSocket on_socket)
      : loop_(loop),
        on_socket_(std::move(on_socket)),
        acceptor_(loop.context()),
        retry_(loop.context()) {}

  Result<void> open(const Address& address, std::string_view option) {
    error_code error;
    // Resolving may take its time, but this happens when the daemon starts, before it serves.
    const auto found = tcp::resolver(loop_.context())
                           .resolve(address.host, std::to_string(address.port),
                                    tcp::resolver::passive | tcp::resolver::numeric_service, error);
    for (const auto& entry : found) {
      if (!(error = listen(entry.endpoint()))) break;
    }
    if (error)
      return fail(ErrorCode::io, "cannot listen on {}: {}; {}", format_address(address),
                  words_of(error), hint(error, option));
    const tcp::endpoint real = acceptor_.local_endpoint();
    address_ = Address{real.address().to_string(), real.port()};
    return {};
  }

  void wait() {
    acceptor_.async_wait(tcp::acceptor::wait_read, [weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (self && error != asio::error::operation_aborted) self->accept_some();
    });
  }

  /// After this nothing is handed over any more.
  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
  }

  const Address& address() const { return address_; }
  std::uint64_t failures() const { return failures_; }

 private:
  error_code listen(const tcp::endpoint& endpoint) {
    error_code error;
    const auto failed = [&] { return static_cast<bool>(error); };
    acceptor_.close(error);
    if (acceptor_.open(endpoint.protocol(), error); failed()) return error;
    // A restarted daemon must not wait until the old connections' ports are forgotten.
    if (acceptor_.set_option(tcp::acceptor::reuse_address(true), error); failed()) return error;
    if (acceptor_.native_non_blocking(true, error); failed()) return error;
    if (acceptor_.bind(endpoint, error); failed()) return error;
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  void accept_some() {
    for (int i = 0; i < accepts_in_turn && acceptor_.is_open(); ++i) {
      const int fd = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
      const int error = fd < 0 ? errno : 0;
      if (error == EAGAIN) break;
      if (only_that_connection(error)) continue;
      if (error != 0) return wait_for_resources(error);
      failing_ = false;
      hand_over(kj::AutoCloseFd(fd));
    }
    if (acceptor_.is_open()) wait();
  }

  void hand_over(kj::AutoCloseFd fd) {
    set_options(fd.get());
    try {
      on_socket_(kj::mv(fd));
    } catch (const std::exception& e) {
      loop_.report(fmt::format("a connection to {} was closed because it could not be served: {}",
                               format_address(address_), e.what()));
    }
  }

  /// The connection stays in the kernel's queue, so the socket stays readable: without the pause
  /// this would spin.
  void wait_for_resources(int error) {
    ++failures_;
    if (!failing_)
      loop_.report(fmt::format(
          "cannot accept connections on {}: {}; trying again until it works (is the limit of open "
          "files, ulimit -n, too low?)",
          format_address(address_), words_of(error)));
    failing_ = true;
    retry_.expires_after(pause);
    retry_.async_wait([weak = weak_from_this()](error_code cancelled) {
      const auto self = weak.lock();
      if (self && !cancelled) self->accept_some();
    });
  }

  AsioLoop& loop_;
  OnSocket on_socket_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  Address address_;
  std::uint64_t failures_ = 0;
  bool failing_ = false;  // since the last connection that was accepted
};

Result<Acceptor> Acceptor::listen(AsioLoop& loop, const Address& address, OnStream on_stream,
                                  std::string_view option) {
  const auto wrap = [&loop, on_stream = std::move(on_stream)](kj::AutoCloseFd fd) {
    on_stream(wrap_socket(loop, kj::mv(fd)));
  };
  return listen_sockets(loop, address, wrap, option);
}

Result<Acceptor> Acceptor::listen_sockets(AsioLoop& loop, const Address& address,
                                          OnSocket on_socket, std::string_view option) {
  auto state = std::make_shared<State>(loop, std::move(on_socket));
  CF_TRY(state->open(address, option));
  state->wait();
  return Acceptor(std::move(state));
}

Acceptor::Acceptor(std::shared_ptr<State> state) : state_(std::move(state)) {}
Acceptor::Acceptor(Acceptor&&) noexcept = default;

Acceptor& Acceptor::operator=(Acceptor&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Acceptor::~Acceptor() {
  if (state_) state_->close();
}

const Address& Acceptor::address() const {
  return state_->address();
}
std::uint64_t Acceptor::failures() const {
  return state_->failures();
}

}  // namespace counterfoil
