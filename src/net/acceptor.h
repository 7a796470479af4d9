#pragma once

#include <kj/async-io.h>
#include <kj/io.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "core/result.h"
#include "net/address.h"

namespace counterfoil {

class AsioLoop;

/// A listening TCP socket that accepts connections whenever its loop runs, until it is destroyed.
///
/// Failure to accept one connection never ends it. When the process runs out of file descriptors or
/// memory, it reports that once to the loop, waits a moment, and tries again until it works.
class Acceptor {
 public:
  using OnStream = std::function<void(kj::Own<kj::AsyncIoStream>)>;
  using OnSocket = std::function<void(kj::AutoCloseFd)>;

  /// Listens on `address`; port 0 takes any free one. Each connection is handed to `on_stream`,
  /// with TCP_NODELAY set; one whose handing over throws is closed and reported. The callback may
  /// destroy the acceptor. `option` is the command line option that the error message names.
  static Result<Acceptor> listen(AsioLoop& loop, const Address& address, OnStream on_stream,
                                 std::string_view option = "--listen");

  /// The same, for those who speak to the socket through Asio themselves.
  static Result<Acceptor> listen_sockets(AsioLoop& loop, const Address& address, OnSocket on_socket,
                                         std::string_view option = "--listen");

  ~Acceptor();
  Acceptor(Acceptor&&) noexcept;
  Acceptor& operator=(Acceptor&&) noexcept;

  /// Where it really listens: numeric, with the real port.
  const Address& address() const;

  /// How often accepting failed for lack of resources, for the metrics.
  std::uint64_t failures() const;

 private:
  class State;
  explicit Acceptor(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared only while a handler runs
};

}  // namespace counterfoil
