#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async.h>
#include <kj/debug.h>
#include <tests/net/echo.capnp.h>

#include <future>

#include "background.h"
#include "net/acceptor.h"
#include "net/asio_loop.h"

namespace counterfoil::test {

class EchoImpl final : public Echo::Server {
 public:
  kj::Promise<void> echo(EchoContext context) override {
    context.getResults().setPayload(context.getParams().getPayload());
    return kj::READY_NOW;
  }

  kj::Promise<void> dig(DigContext context) override {
    std::uint32_t depth = 0;
    for (auto nest = context.getParams().getNest(); nest.hasInner(); nest = nest.getInner())
      ++depth;
    context.getResults().setDepth(depth);
    return kj::READY_NOW;
  }

  kj::Promise<void> subscribe(SubscribeContext context) override {
    auto params = context.getParams();
    return push(params.getSink(), 0, params.getCount());
  }

 private:
  static kj::Promise<void> push(Sink::Client sink, std::uint32_t number, std::uint32_t count) {
    if (number == count) return sink.doneRequest().send().ignoreResult();
    auto request = sink.pushRequest();
    request.setNumber(number);
    request.initPayload(256).begin()[255] = static_cast<kj::byte>(number);
    return request.send().then(
        [sink, number, count]() mutable { return push(kj::mv(sink), number + 1, count); });
  }
};

/// Serves Echo to everyone who connects, as the daemon will serve its interfaces.
class EchoServer final : private kj::TaskSet::ErrorHandler {
 public:
  explicit EchoServer(AsioLoop& loop)
      : acceptor_(Acceptor::listen(loop, {"127.0.0.1", 0}, [this](auto stream) {
                    auto connection = kj::heap<Connection>(kj::mv(stream), echo_);
                    auto end = connection->network.onDisconnect();
                    tasks_.add(end.attach(kj::mv(connection)));
                  }).value()) {}

  const Address& address() const { return acceptor_.address(); }

 private:
  struct Connection {
    Connection(kj::Own<kj::AsyncIoStream> s, Echo::Client echo)
        : stream(kj::mv(s)), system(capnp::makeRpcServer(network, kj::mv(echo))) {}

    static capnp::ReaderOptions limits() {
      capnp::ReaderOptions options;
      options.traversalLimitInWords = (8u << 20) / sizeof(capnp::word);
      options.nestingLimit = 32;
      return options;
    }
    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyVatNetwork network{*stream, capnp::rpc::twoparty::Side::SERVER, limits()};
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> system;
  };

  void taskFailed(kj::Exception&&) override {}

  Echo::Client echo_ = kj::heap<EchoImpl>();
  kj::TaskSet tasks_{*this};
  Acceptor acceptor_;
};

/// An EchoServer on a thread of its own.
class EchoThread {
 public:
  const Address& address() const { return address_; }

 private:
  std::promise<Address> listening_;
  std::future<Address> listens_ = listening_.get_future();
  Background thread_{[this](AsioLoop& loop) {
    auto server = kj::heap<EchoServer>(loop);
    listening_.set_value(server->address());
    return server;
  }};
  Address address_ = listens_.get();
};

}  // namespace counterfoil::test
