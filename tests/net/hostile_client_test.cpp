#include <capnp/message.h>
#include <capnp/rpc-twoparty.h>

#include <cstdint>
#include <string>

#include "echo_server.h"
#include "net/connect.h"
#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// Sends bytes to the server and waits until it ends the connection.
void server_hangs_up_on(const Address& address, std::string_view bytes) {
  AsioLoop loop;
  auto stream = connect(loop, address).wait(loop.scope());
  // The server may reset the connection while it is still being written to.
  stream->write(bytes.data(), bytes.size()).catch_([](kj::Exception&&) {}).wait(loop.scope());
  char buffer[4096];
  const auto end = kj::runCatchingExceptions([&] {
    while (stream->tryRead(buffer, 1, sizeof(buffer)).wait(loop.scope()) > 0) {
    }
  });
  KJ_IF_MAYBE (exception, end) CHECK(exception->getType() == kj::Exception::Type::DISCONNECTED);
}

/// 32-bit little-endian words, as in the table that starts a message.
std::string words(std::initializer_list<std::uint32_t> values) {
  std::string bytes;
  for (const std::uint32_t value : values)
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

void still_serves(const Address& address) {
  AsioLoop loop;
  auto stream = connect(loop, address).wait(loop.scope());
  capnp::TwoPartyClient rpc(*stream);
  auto request = rpc.bootstrap().castAs<Echo>().echoRequest();
  request.setPayload(kj::StringPtr("alive").asBytes());
  CHECK(request.send().wait(loop.scope()).getPayload().size() == 5);
}

}  // namespace

TEST_CASE("the server hangs up on garbage and goes on serving others") {
  const EchoThread server;
  const std::string attacks[] = {
      "GET / HTTP/1.1\r\nHost: ledger\r\n\r\n" + std::string(4096, ' '),
      std::string(65536, '\xff'),
      pattern(65536),
      words({0xffffffff, 0xffffffff}),            // 2^32 segments
      words({600, 1}) + std::string(4096, '\1'),  // too many segments
      words({0, 0x7fffffff}),                     // one of 16 GiB
      words({1, 0xffffffff, 0xffffffff, 0}),      // two of 32 GiB
      words({0, (8u << 20) / 8 + 1}),             // one word over the limit
      words({0, 1, 0xfffffffc, 0xffffffff}),      // a root that points outside
      words({0, 2, 0, 0x00010001, 0x00ff, 0}),    // no such kind of RPC message
  };
  for (const std::string& attack : attacks) server_hangs_up_on(server.address(), attack);
  still_serves(server.address());
}

TEST_CASE("a message nested too deep fails its call, and the connection goes on") {
  const EchoThread server;
  AsioLoop loop;
  auto stream = connect(loop, server.address()).wait(loop.scope());
  capnp::TwoPartyClient rpc(*stream);
  auto echo = rpc.bootstrap().castAs<Echo>();
  const auto dig = [&](int depth) {
    auto request = echo.digRequest();
    auto nest = request.initNest();
    for (int i = 0; i < depth; ++i) nest = nest.initInner();
    return request.send();
  };
  CHECK(dig(10).wait(loop.scope()).getDepth() == 10);
  const auto exception = kj::runCatchingExceptions([&] { dig(1000).wait(loop.scope()); });
  CHECK(exception != nullptr);
  CHECK(dig(10).wait(loop.scope()).getDepth() == 10);
}

TEST_CASE("half a message and an end or a reset leave the server alone") {
  const EchoThread server;
  for (const bool reset : {false, true}) {
    AsioLoop loop;
    auto stream = connect(loop, server.address()).wait(loop.scope());
    const std::string half = words({0, 100, 1, 2});
    stream->write(half.data(), half.size()).wait(loop.scope());
    const linger at_once{reset, 0};
    stream->setsockopt(SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  still_serves(server.address());
}
