#include "net/message_stream.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

std::string message(std::size_t bytes) {
  capnp::MallocMessageBuilder builder;
  builder.initRoot<capnp::AnyPointer>().initAs<capnp::Data>(static_cast<unsigned>(bytes));
  const auto words = capnp::messageToFlatArray(builder);
  const auto raw = words.asBytes();
  return {reinterpret_cast<const char*>(raw.begin()), raw.size()};
}

/// Reads whole messages until the peer ends its side; how many there were.
kj::Promise<int> count_messages(MessageStream& stream, int so_far = 0) {
  return stream.tryReadMessage(nullptr, {}, nullptr)
      .then([&stream, so_far](kj::Maybe<capnp::MessageReaderAndFds> read) -> kj::Promise<int> {
        if (read == nullptr) return so_far;
        return count_messages(stream, so_far + 1);
      });
}

}  // namespace

// Cause: a server that stopped closed its connections at once. Where a client was still sending,
// the kernel then reset the connection, and answers that the client had not read yet were gone.
TEST_CASE("hanging up loses nothing that was said while the peer goes on sending") {
  Fixture f;
  MessageStream messages(*f.stream);
  auto counted = count_messages(messages);
  f.peer.send(message(8));
  f.await_arrival();
  CHECK_FALSE(counted.poll(f.loop.scope()));

  const std::string answer = pattern(32);
  f.write(answer).wait(f.loop.scope());
  messages.hang_up().wait(f.loop.scope());
  for (int i = 0; i < 3; ++i) f.peer.send(message(4000));
  f.await_arrival();
  CHECK_FALSE(counted.poll(f.loop.scope()));  // it listens until the peer ends

  capnp::MallocMessageBuilder late;
  late.initRoot<capnp::AnyPointer>().initAs<capnp::Data>(100);
  messages.writeMessage(nullptr, late.getSegmentsForOutput()).wait(f.loop.scope());
  f.peer.finish_writing();
  CHECK(counted.wait(f.loop.scope()) == 1);  // what came after hanging up was dropped
  f.stream = nullptr;
  CHECK(f.peer.receive_all() == answer);  // and the end was no reset
}
