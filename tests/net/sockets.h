#pragma once

#include <kj/async-io.h>
#include <kj/debug.h>
#include <kj/io.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "net/asio_loop.h"
#include "net/asio_stream.h"

namespace counterfoil::test {

/// The far end of a connection, driven by plain blocking system calls, so that a test says exactly
/// what the peer does.
class Peer {
 public:
  explicit Peer(kj::AutoCloseFd fd) : fd_(kj::mv(fd)) {}

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = 0;
      KJ_SYSCALL(sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Up to `limit` bytes that arrive before the end of file.
  std::string receive(std::size_t limit) {
    std::string all;
    char buffer[65536];
    while (all.size() < limit) {
      ssize_t size = 0;
      KJ_SYSCALL(size = ::recv(fd_.get(), buffer, std::min(limit - all.size(), sizeof(buffer)), 0));
      if (size == 0) break;
      all.append(buffer, static_cast<std::size_t>(size));
    }
    return all;
  }
  std::string receive_all() { return receive(static_cast<std::size_t>(-1)); }

  /// What has arrived by now.
  void discard_arrived() {
    char buffer[65536];
    while (::recv(fd_.get(), buffer, sizeof(buffer), MSG_DONTWAIT) > 0) {
    }
  }

  void finish_writing() { KJ_SYSCALL(::shutdown(fd_.get(), SHUT_WR)); }
  void close() { fd_ = nullptr; }

  /// Closes so that the other end gets a reset instead of an end of file.
  void vanish() {
    const linger at_once{1, 0};
    KJ_SYSCALL(::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
    close();
  }

  int fd() const { return fd_.get(); }

 private:
  kj::AutoCloseFd fd_;
};

struct Ends {
  kj::AutoCloseFd near;
  kj::AutoCloseFd far;
};

/// Both ends of a TCP connection over loopback.
inline Ends tcp_ends() {
  const auto open = [] {
    int fd = 0;
    KJ_SYSCALL(fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return kj::AutoCloseFd(fd);
  };
  kj::AutoCloseFd listener = open();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  KJ_SYSCALL(::bind(listener.get(), generic, size));
  KJ_SYSCALL(::listen(listener.get(), 1));
  KJ_SYSCALL(::getsockname(listener.get(), generic, &size));
  Ends ends;
  ends.near = open();
  KJ_SYSCALL(::connect(ends.near.get(), generic, size));
  int fd = 0;
  KJ_SYSCALL(fd = ::accept(listener.get(), nullptr, nullptr));
  ends.far = kj::AutoCloseFd(fd);
  return ends;
}

inline Ends unix_ends() {
  int fds[2];
  KJ_SYSCALL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  return Ends{kj::AutoCloseFd(fds[0]), kj::AutoCloseFd(fds[1])};
}

/// A loop with one stream under test, and its peer.
struct Fixture {
  Fixture() : Fixture(tcp_ends()) {}
  explicit Fixture(Ends ends)
      : stream(wrap_socket(loop, kj::mv(ends.near))), peer(kj::mv(ends.far)) {}

  kj::Promise<void> write(std::string_view bytes) {
    return stream->write(bytes.data(), bytes.size());
  }

  /// What one tryRead gives.
  std::string read(std::size_t min, std::size_t max) {
    std::string bytes(max, '\0');
    bytes.resize(stream->tryRead(bytes.data(), min, max).wait(loop.scope()));
    return bytes;
  }

  /// Waits until the kernel says that something (bytes, an end, a reset) has come to the stream.
  void await_arrival(short what = POLLIN) {
    pollfd state{KJ_ASSERT_NONNULL(stream->getFd()), what, 0};
    KJ_SYSCALL(::poll(&state, 1, -1));
  }

  AsioLoop loop;
  kj::Own<kj::AsyncIoStream> stream;
  Peer peer;
};

/// Lets handlers and promises run until none is left that could, without sleeping.
inline void run_what_is_ready(AsioLoop& loop) {
  kj::Promise<void>(kj::NEVER_DONE).poll(loop.scope());
}

/// The exception that a promise ends with; fails the test if there is none.
template <typename T>
kj::Exception exception_of(kj::Promise<T> promise, AsioLoop& loop) {
  KJ_IF_MAYBE (exception, kj::runCatchingExceptions([&] { promise.wait(loop.scope()); }))
    return kj::mv(*exception);
  KJ_FAIL_ASSERT("the promise did not fail");
}

/// Bytes that show where they belong, so that a gap or a repetition is seen.
inline std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>('a' + (i * 2654435761u >> 16) % 26);
  return bytes;
}

}  // namespace counterfoil::test
