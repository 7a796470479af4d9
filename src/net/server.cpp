#include "net/server.h"

#include <capnp/rpc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/limits.h"
#include "net/message_stream.h"

namespace counterfoil {
namespace {

/// Calls of one connection that are under way, in words: past it the connection waits.
constexpr std::size_t flow_limit_words = 4 * limits::request_bytes / sizeof(capnp::word);

/// How long draining may take: first for answers to be written down, then for peers to take them,
/// then for peers to end their side.
constexpr auto answering = 100 * kj::MILLISECONDS;
constexpr auto draining_max = 2 * kj::SECONDS;
constexpr auto parting_max = 500 * kj::MILLISECONDS;
/// Who has not logged in by then makes room for others.
constexpr auto login_max = 60 * kj::SECONDS;
constexpr auto look_again = 5 * kj::MILLISECONDS;

/// What was sent and not acknowledged by the peer's machine for so long ends the connection: it may
/// have lost its power, or stopped reading for good.
constexpr unsigned gone_after_ms = 120'000;

void end_if_gone(kj::AsyncIoStream& stream) {
  KJ_IF_MAYBE (fd, stream.getFd())
    // Of a socket that knows no such thing nothing is asked.
    ::setsockopt(*fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_after_ms, sizeof(gone_after_ms));
}

}  // namespace

/// One peer, for as long as it stays.
struct Server::Connection {
  kj::Own<kj::AsyncIoStream> stream;
  kj::PromiseFulfillerPair<void> hung_up = kj::newPromiseAndFulfiller<void>();
  bool let_in = false;  // somebody logged in over it
  MessageStream messages;
  capnp::TwoPartyVatNetwork network;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;

  Connection(SecuredStream secured, Hall& hall)
      : stream(kj::mv(secured.stream)),
        messages(*stream),
        network(messages, capnp::rpc::twoparty::Side::SERVER, message_limits()),
        rpc(capnp::makeRpcServer(network, hall.make_gate({std::move(secured.common_name),
                                                          [this] { hung_up.fulfiller->fulfill(); },
                                                          [this] { let_in = true; }}))) {
    rpc.setFlowLimit(flow_limit_words);
  }

  /// Whether nothing waits to be written to it.
  bool sent() { return network.getCurrentQueueCount() == 0; }
};

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

Server::Server(AsioLoop& loop, Hall& hall, std::size_t connections_max)
    : loop_(loop),
      hall_(hall),
      connections_max_(connections_max),
      errors_(std::make_unique<Errors>(loop)),
      tasks_(*errors_) {}

Server::~Server() noexcept(false) = default;

Result<Address> Server::listen(const Address& address) {
  CF_LET(Acceptor acceptor,
         Acceptor::listen(loop_, address,
                          [this](kj::Own<kj::AsyncIoStream> stream) { admit(kj::mv(stream)); }));
  acceptor_ = std::make_unique<Acceptor>(std::move(acceptor));
  return acceptor_->address();
}

void Server::admit(kj::Own<kj::AsyncIoStream> stream) {
  if (connections_.size() + shaking_hands_ >= connections_max_) {
    if (!full_)
      loop_.report(fmt::format("a connection was refused: {} are open, which is the limit",
                               connections_max_));
    full_ = true;
    return;
  }
  full_ = false;
  end_if_gone(*stream);
  if (tls_ == nullptr) return serve({kj::mv(stream), ""});
  ++shaking_hands_;
  tasks_.add(tls_->accept(kj::mv(stream))
                 .then([this](SecuredStream secured) { serve(kj::mv(secured)); })
                 .attach(kj::defer([this] { --shaking_hands_; })));
}

void Server::serve(SecuredStream secured) {
  auto connection = kj::heap<Connection>(kj::mv(secured), hall_);
  connections_.insert(connection.get());
  auto ended = connection->network.onDisconnect().exclusiveJoin(connection->hung_up.promise.then(
      [&timer = loop_.timer()] { return timer.afterDelay(parting_words); }));
  auto stranger = loop_.timer().afterDelay(login_max).then([peer = connection.get()] {
    return peer->let_in ? kj::Promise<void>(kj::NEVER_DONE) : kj::READY_NOW;
  });
  auto leave = kj::defer([this, peer = connection.get()] { connections_.erase(peer); });
  tasks_.add(ended.exclusiveJoin(kj::mv(stranger)).attach(kj::mv(leave), kj::mv(connection)));
}

void Server::drain() {
  acceptor_.reset();
  hall_.feeds().subscribers.end_all({ErrorCode::busy, "the ledger is stopping"});
  // The writer's answers are on their way to this loop as events already. The last event of all
  // comes after they have become messages; but peers may go on sending, so it is not waited for
  // longer than peers are given to take their answers.
  loop_.timer()
      .afterDelay(answering)
      .then([] { return kj::evalLast([] {}); })
      .then([this] { return until([this] { return all_sent(); }); })
      .exclusiveJoin(loop_.timer().afterDelay(draining_max))
      .wait(loop_.scope());
  for (Connection* peer : connections_)
    if (peer->sent()) tasks_.add(peer->messages.hang_up());
  until([this] { return connections_.empty(); })
      .exclusiveJoin(loop_.timer().afterDelay(parting_max))
      .wait(loop_.scope());
}

bool Server::all_sent() const {
  return std::all_of(connections_.begin(), connections_.end(),
                     [](Connection* peer) { return peer->sent(); });
}

kj::Promise<void> Server::until(std::function<bool()> condition) {
  if (condition()) return kj::READY_NOW;
  return loop_.timer().afterDelay(look_again).then([this, condition = std::move(condition)]() {
    return until(condition);
  });
}

}  // namespace counterfoil
