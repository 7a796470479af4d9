#pragma once

#include <memory>
#include <set>

#include "http/connection.h"
#include "net/acceptor.h"
#include "net/asio_loop.h"

namespace counterfoil::http {

struct ServerOptions {
  std::size_t connections_max = limits::http_connections;
  Patience patience = {};
};

/// Serves HTTP/1.1 to any number of connections on one event loop.
class Server {
 public:
  /// What is passed in outlives it.
  Server(AsioLoop& loop, Hall& hall, ServerOptions options = {});
  /// Every connection speaks TLS from now on; it outlives the server.
  void protect(const Tls& tls) { tls_ = &tls; }
  ~Server() noexcept(false);

  /// Begins to accept; gives the address that it really listens on.
  Result<Address> listen(const Address& address);
  /// Accepts nothing more, ends connections that wait for a request, and lets the others have the
  /// response at hand; no longer than a few seconds.
  void drain();

  Service& service() { return service_; }
  std::size_t connections() const { return connections_.size(); }

 private:
  class Errors;
  void admit(kj::Own<kj::AsyncIoStream> stream);
  void serve(SecuredStream secured);

  AsioLoop& loop_;
  const ServerOptions options_;
  const Tls* tls_ = nullptr;
  Service service_;
  std::set<Connection*> connections_;
  std::size_t shaking_hands_ = 0;
  std::size_t turned_away_ = 0;     // that are told so now
  std::unique_ptr<Errors> errors_;  // its base has no virtual destructor
  kj::TaskSet tasks_;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace counterfoil::http
