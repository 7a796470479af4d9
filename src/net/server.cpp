#include "net/server.h"

#include <capnp/rpc.h>

#include "core/limits.h"

namespace counterfoil {
namespace {

/// Calls of one connection that are under way, in words: past it the connection waits.
constexpr std::size_t flow_limit_words = 4 * limits::request_bytes / sizeof(capnp::word);

/// One peer, for as long as it stays.
struct Connection {
  kj::Own<kj::AsyncIoStream> stream;
  capnp::TwoPartyVatNetwork network;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;

  Connection(kj::Own<kj::AsyncIoStream> socket, schema::Gate::Client gate)
      : stream(kj::mv(socket)),
        network(*stream, capnp::rpc::twoparty::Side::SERVER, message_limits()),
        rpc(capnp::makeRpcServer(network, kj::mv(gate))) {
    rpc.setFlowLimit(flow_limit_words);
  }
};

}  // namespace

capnp::ReaderOptions message_limits() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 2 * limits::request_bytes / sizeof(capnp::word);
  options.nestingLimit = static_cast<int>(limits::message_depth);
  return options;
}

/// A connection that ends badly ends alone; the operator is told.
class Server::Errors final : public kj::TaskSet::ErrorHandler {
 public:
  explicit Errors(AsioLoop& loop) : loop_(loop) {}
  void taskFailed(kj::Exception&& exception) override {
    if (exception.getType() == kj::Exception::Type::DISCONNECTED) return;
    loop_.report(fmt::format("a connection was closed: {}", exception.getDescription().cStr()));
  }

 private:
  AsioLoop& loop_;
};

Server::Server(AsioLoop& loop, Ledger& ledger, std::string credential, Principal administrator)
    : loop_(loop),
      growth_(ledger),
      gate_(make_gate({ledger, growth_, background_, loop.timer()}, std::move(credential),
                      std::move(administrator))),
      errors_(std::make_unique<Errors>(loop)),
      tasks_(*errors_) {}

Server::~Server() noexcept(false) = default;

Result<Address> Server::listen(const Address& address) {
  CF_LET(Acceptor acceptor, Acceptor::listen(loop_, address,
                                             [this](kj::Own<kj::AsyncIoStream> stream) {
                                               serve(kj::mv(stream));
                                             }));
  acceptor_ = std::make_unique<Acceptor>(std::move(acceptor));
  return acceptor_->address();
}

void Server::serve(kj::Own<kj::AsyncIoStream> stream) {
  if (connections_ >= limits::connections) {
    loop_.report(fmt::format("a connection was refused: {} are open, which is the limit",
                             limits::connections));
    return;
  }
  ++connections_;
  auto connection = kj::heap<Connection>(kj::mv(stream), gate_);
  auto ended = connection->network.onDisconnect();
  tasks_.add(ended.attach(kj::mv(connection), kj::defer([this] { --connections_; })));
}

void Server::drain() {
  acceptor_.reset();
  // The writer's answers are on their way to this loop as events already; they are sent before a
  // timer that is started now fires.
  loop_.timer().afterDelay(100 * kj::MILLISECONDS).wait(loop_.scope());
}

}  // namespace counterfoil
