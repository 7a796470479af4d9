#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <functional>
#include <memory>

#include "net/acceptor.h"
#include "net/asio_loop.h"
#include "net/gate.h"

namespace counterfoil {

/// Serves RPC to any number of connections on one event loop.
class Server {
 public:
  /// What is passed in outlives it.
  Server(AsioLoop& loop, Ledger& ledger, std::string credential, Principal administrator);
  ~Server() noexcept(false);

  /// Begins to accept; gives the address that it really listens on.
  Result<Address> listen(const Address& address);
  /// Accepts nothing more, and lets answers that are ready go out. The ledger's writer must have
  /// stopped before, so that every command has its answer.
  void drain();

 private:
  class Errors;
  void serve(kj::Own<kj::AsyncIoStream> stream);

  AsioLoop& loop_;
  Background background_;
  Growth growth_;
  schema::Gate::Client gate_;
  std::size_t connections_ = 0;
  std::unique_ptr<kj::TaskSet::ErrorHandler> errors_;
  kj::TaskSet tasks_;
  std::unique_ptr<Acceptor> acceptor_;
};

/// What a peer's message may be: enough for the largest request, and no deeper than any of ours.
capnp::ReaderOptions message_limits();

}  // namespace counterfoil
