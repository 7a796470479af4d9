#include <string>

#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

constexpr auto disconnected_type = kj::Exception::Type::DISCONNECTED;

}  // namespace

TEST_CASE("a peer that finished writing reads on") {
  Fixture f;
  f.peer.send("last words");
  f.peer.finish_writing();
  CHECK(f.read(100, 100) == "last words");  // fewer than the minimum: the end
  CHECK(f.read(1, 100).empty());
  f.write("answer").wait(f.loop.scope());
  CHECK(f.peer.receive(6) == "answer");
}

TEST_CASE("an end of file reaches a read that waits") {
  Fixture f;
  std::string buffer(100, '\0');
  auto reading = f.stream->tryRead(buffer.data(), 50, 100);
  CHECK_FALSE(reading.poll(f.loop.scope()));
  f.peer.send("12");
  f.peer.close();
  CHECK(reading.wait(f.loop.scope()) == 2);
}

TEST_CASE("a stream that finished writing reads on") {
  Fixture f;
  f.write("question").wait(f.loop.scope());
  f.stream->shutdownWrite();
  CHECK(f.peer.receive_all() == "question");
  f.peer.send("answer");
  CHECK(f.read(6, 6) == "answer");
  CHECK(exception_of(f.write("more"), f.loop).getType() == disconnected_type);
}

TEST_CASE("an aborted read ends, and writing goes on") {
  Fixture f;
  char byte = 0;
  auto reading = f.stream->tryRead(&byte, 1, 1);
  CHECK_FALSE(reading.poll(f.loop.scope()));
  f.stream->abortRead();
  CHECK(reading.wait(f.loop.scope()) == 0);
  f.write("on").wait(f.loop.scope());
  CHECK(f.peer.receive(2) == "on");
}

TEST_CASE("a peer that vanishes during a read is a disconnect") {
  Fixture f;
  char byte = 0;
  auto reading = f.stream->tryRead(&byte, 1, 1);
  CHECK_FALSE(reading.poll(f.loop.scope()));
  f.peer.vanish();
  CHECK(exception_of(kj::mv(reading), f.loop).getType() == disconnected_type);
  f.stream->shutdownWrite();  // nothing left to shut down, and no error either
}

TEST_CASE("a peer that vanishes during a write is a disconnect") {
  Fixture f;
  const std::string large = pattern(32u << 20);
  auto writing = f.write(large);
  CHECK_FALSE(writing.poll(f.loop.scope()));
  f.peer.vanish();
  CHECK(exception_of(kj::mv(writing), f.loop).getType() == disconnected_type);
  CHECK(exception_of(f.write("more"), f.loop).getType() == disconnected_type);
}

TEST_CASE("a peer that vanishes resolves every whenWriteDisconnected") {
  Fixture f;
  auto first = f.stream->whenWriteDisconnected();
  auto second = f.stream->whenWriteDisconnected();
  CHECK_FALSE(first.poll(f.loop.scope()));
  CHECK_FALSE(second.poll(f.loop.scope()));
  f.peer.vanish();
  first.wait(f.loop.scope());
  second.wait(f.loop.scope());
  f.stream->whenWriteDisconnected().wait(f.loop.scope());
  CHECK(exception_of(f.write("more"), f.loop).getType() == disconnected_type);
}

TEST_CASE("whenWriteDisconnected asked for after the peer vanished resolves") {
  Fixture f;
  f.peer.vanish();
  f.await_arrival();
  f.stream->whenWriteDisconnected().wait(f.loop.scope());
}

TEST_CASE("a peer that only finished writing is not disconnected") {
  Fixture f;
  auto gone = f.stream->whenWriteDisconnected();
  f.peer.finish_writing();
  CHECK(f.read(1, 1).empty());
  CHECK_FALSE(gone.poll(f.loop.scope()));
}

TEST_CASE("urgent data is no disconnect, and a later one is still noticed") {
  Fixture f;
  auto gone = f.stream->whenWriteDisconnected();
  CHECK_FALSE(gone.poll(f.loop.scope()));
  REQUIRE(::send(f.peer.fd(), "!", 1, MSG_OOB) == 1);
  f.await_arrival(POLLPRI);  // before the next bytes are read, which ends the urgency
  CHECK_FALSE(gone.poll(f.loop.scope()));
  f.peer.send("normal");
  CHECK(f.read(6, 6) == "normal");
  CHECK_FALSE(gone.poll(f.loop.scope()));
  char byte = 0;
  auto reading = f.stream->tryRead(&byte, 1, 1);
  f.peer.vanish();
  CHECK(exception_of(kj::mv(reading), f.loop).getType() == disconnected_type);
  gone.wait(f.loop.scope());
}
