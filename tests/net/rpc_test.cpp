#include <capnp/rpc-twoparty.h>

#include <cstdint>
#include <string>
#include <vector>

#include "echo_server.h"
#include "net/connect.h"
#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// A connection to an EchoServer from the test's own thread.
struct Client {
  Client(AsioLoop& loop, const Address& address)
      : stream(connect(loop, address).wait(loop.scope())) {}

  kj::Promise<bool> echoes(std::string payload) {
    auto request = echo.echoRequest();
    request.setPayload(
        kj::arrayPtr(reinterpret_cast<const kj::byte*>(payload.data()), payload.size()));
    return request.send().then([payload = std::move(payload)](auto response) {
      const auto chars = response.getPayload().asChars();
      return std::string_view(chars.begin(), chars.size()) == payload;
    });
  }

  kj::Own<kj::AsyncIoStream> stream;
  capnp::TwoPartyClient rpc{*stream};
  Echo::Client echo = rpc.bootstrap().castAs<Echo>();
};

class CountingSink final : public Sink::Server {
 public:
  explicit CountingSink(std::uint32_t& in_order, bool& done) : in_order_(in_order), done_(done) {}

  kj::Promise<void> push(PushContext context) override {
    const auto params = context.getParams();
    const auto payload = params.getPayload();
    if (params.getNumber() == in_order_ && payload.size() == 256 &&
        payload[255] == static_cast<kj::byte>(in_order_))
      ++in_order_;
    return kj::READY_NOW;
  }
  kj::Promise<void> done(DoneContext) override {
    done_ = true;
    return kj::READY_NOW;
  }

 private:
  std::uint32_t& in_order_;
  bool& done_;
};

}  // namespace

TEST_CASE("RPC calls cross two loops on two threads") {
  const EchoThread server;
  AsioLoop loop;
  Client client(loop, server.address());
  CHECK(client.echoes("hello").wait(loop.scope()));
  CHECK(client.echoes(pattern(4u << 20)).wait(loop.scope()));
  auto pipelined = kj::heapArrayBuilder<kj::Promise<bool>>(500);
  for (std::size_t i = 0; i < 500; ++i) pipelined.add(client.echoes(pattern(i * 10)));
  for (const bool same : kj::joinPromises(pipelined.finish()).wait(loop.scope())) CHECK(same);
}

TEST_CASE("server and client share one loop") {
  AsioLoop loop;
  EchoServer server(loop);
  Client client(loop, server.address());
  CHECK(client.echoes(pattern(1u << 20)).wait(loop.scope()));
}

TEST_CASE("200 clients are served at once") {
  const EchoThread server;
  AsioLoop loop;
  std::vector<std::unique_ptr<Client>> clients;
  auto answers = kj::heapArrayBuilder<kj::Promise<bool>>(200);
  for (std::size_t i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<Client>(loop, server.address()));
    answers.add(clients.back()->echoes(pattern(1000 + i)));
  }
  for (const bool same : kj::joinPromises(answers.finish()).wait(loop.scope())) CHECK(same);
}

TEST_CASE("events that the server pushes all arrive, in order") {
  const EchoThread server;
  AsioLoop loop;
  Client client(loop, server.address());
  constexpr std::uint32_t count = 20'000;
  std::uint32_t in_order = 0;
  bool done = false;
  auto request = client.echo.subscribeRequest();
  request.setSink(kj::heap<CountingSink>(in_order, done));
  request.setCount(count);
  request.send().wait(loop.scope());
  CHECK(in_order == count);
  CHECK(done);
}

TEST_CASE("a client that leaves in the middle of a call does not trouble the server") {
  const EchoThread server;
  AsioLoop loop;
  for (int i = 0; i < 20; ++i) {
    Client client(loop, server.address());
    auto answer = client.echoes(pattern(4u << 20));
    answer.poll(loop.scope());  // some of it is under way now, in one direction or the other
  }
  Client client(loop, server.address());
  CHECK(client.echoes("still there").wait(loop.scope()));
}

TEST_CASE("calls fail as disconnected when the server goes away") {
  AsioLoop loop;
  auto server = std::make_unique<EchoThread>();
  Client client(loop, server->address());
  CHECK(client.echoes("hello").wait(loop.scope()));
  server.reset();
  CHECK(exception_of(client.echoes("gone"), loop).getType() == kj::Exception::Type::DISCONNECTED);
}
