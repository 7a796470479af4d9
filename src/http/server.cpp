#include "http/server.h"

#include "core/limits.h"

namespace counterfoil::http {
namespace {

constexpr auto draining_max = 2 * kj::SECONDS;
constexpr std::size_t turned_away_max = 256;  // who come when even these are told wait for nothing

}  // namespace

/// A connection that ends badly ends alone.
class Server::Errors final : public kj::TaskSet::ErrorHandler {
 public:
  explicit Errors(AsioLoop& loop) : loop_(loop) {}
  void taskFailed(kj::Exception&& exception) override {
    if (exception.getType() == kj::Exception::Type::DISCONNECTED) return;
    loop_.report(
        fmt::format("an HTTP connection was closed: {}", exception.getDescription().cStr()));
  }

 private:
  AsioLoop& loop_;
};

Server::Server(AsioLoop& loop, Hall& hall, ServerOptions options)
    : loop_(loop),
      options_(options),
      service_(hall),
      errors_(std::make_unique<Errors>(loop)),
      tasks_(*errors_) {}

Server::~Server() noexcept(false) = default;

Result<Address> Server::listen(const Address& address) {
  CF_LET(Acceptor acceptor,
         Acceptor::listen(
             loop_, address, [this](kj::Own<kj::AsyncIoStream> stream) { admit(kj::mv(stream)); },
             "--http"));
  acceptor_ = std::make_unique<Acceptor>(std::move(acceptor));
  return acceptor_->address();
}

void Server::admit(kj::Own<kj::AsyncIoStream> stream) {
  if (tls_ == nullptr) return serve({kj::mv(stream), ""});
  if (shaking_hands_ >= options_.connections_max) return;
  ++shaking_hands_;
  tasks_.add(tls_->accept(kj::mv(stream))
                 .then([this](SecuredStream secured) { serve(kj::mv(secured)); })
                 .attach(kj::defer([this] { --shaking_hands_; })));
}

void Server::serve(SecuredStream secured) {
  auto connection =
      kj::heap<Connection>(kj::mv(secured), service_, loop_.timer(), options_.patience);
  Connection* const peer = connection.get();
  if (connections_.size() >= options_.connections_max) {
    ++service_.meters().refused_connections;
    if (turned_away_ >= turned_away_max) return;
    ++turned_away_;
    auto told = kj::defer([this] { --turned_away_; });
    tasks_.add(peer->turn_away().attach(kj::mv(told), kj::mv(connection)));
    return;
  }
  connections_.insert(peer);
  service_.meters().connections = connections_.size();
  auto leave = kj::defer([this, peer] {
    connections_.erase(peer);
    service_.meters().connections = connections_.size();
  });
  tasks_.add(peer->run().attach(kj::mv(leave), kj::mv(connection)));
}

void Server::drain() {
  acceptor_.reset();
  const std::set<Connection*> open = connections_;
  for (Connection* peer : open) peer->drain();
  tasks_.onEmpty().exclusiveJoin(loop_.timer().afterDelay(draining_max)).wait(loop_.scope());
}

}  // namespace counterfoil::http
