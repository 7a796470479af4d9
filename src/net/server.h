#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <functional>
#include <memory>
#include <set>

#include "core/limits.h"
#include "net/acceptor.h"
#include "net/asio_loop.h"
#include "net/gate.h"

namespace counterfoil {

/// Serves RPC to any number of connections on one event loop.
class Server {
 public:
  /// What is passed in outlives it.
  Server(AsioLoop& loop, Ledger& ledger, std::string credential, Principal administrator,
         std::size_t connections_max = limits::connections);
  ~Server() noexcept(false);

  /// Begins to accept; gives the address that it really listens on.
  Result<Address> listen(const Address& address);
  /// Accepts nothing more, ends subscriptions, lets answers that are ready go out and peers read
  /// them; no longer than a few seconds, for a peer may never take its own. The ledger's writer
  /// must have stopped before, so that every command has its answer.
  void drain();

  /// For those who serve the same ledger in another way, on the same loop.
  schema::Gate::Client gate() { return gate_; }
  Access access() { return access_; }

  std::size_t subscribers() const { return feeds_.subscribers.size(); }
  std::size_t connections() const { return connections_.size(); }

 private:
  class Errors;
  struct Connection;
  void serve(kj::Own<kj::AsyncIoStream> stream);
  bool all_sent() const;
  kj::Promise<void> until(std::function<bool()> condition);

  AsioLoop& loop_;
  Background background_;
  Feeds feeds_;
  Access access_;
  schema::Gate::Client gate_;
  const std::size_t connections_max_;
  std::set<Connection*> connections_;
  bool full_ = false;               // since the last connection that was served
  std::unique_ptr<Errors> errors_;  // its base has no virtual destructor
  kj::TaskSet tasks_;
  std::unique_ptr<Acceptor> acceptor_;
};

/// What a peer's message may be: enough for the largest request, and no deeper than any of ours.
capnp::ReaderOptions message_limits();

}  // namespace counterfoil
