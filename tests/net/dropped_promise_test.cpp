#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

// Each buffer here is freed with its promise, so that AddressSanitizer sees who still uses it.

namespace {

constexpr auto disconnected_type = kj::Exception::Type::DISCONNECTED;
constexpr std::size_t more_than_fits = 32u << 20;

std::unique_ptr<char[]> buffer_of(std::size_t size) {
  return std::make_unique<char[]>(size);
}

}  // namespace

TEST_CASE("a dropped read takes no bytes from the one that follows") {
  Fixture f;
  for (int round = 0; round < 3; ++round) {
    auto buffer = buffer_of(64);
    auto reading = f.stream->tryRead(buffer.get(), 1, 64);
    CHECK_FALSE(reading.poll(f.loop.scope()));
  }
  f.peer.send("hello");
  CHECK(f.read(5, 5) == "hello");
}

TEST_CASE("a read dropped after its bytes arrived, but before the loop ran, leaves them") {
  Fixture f;
  {
    auto buffer = buffer_of(64);
    auto reading = f.stream->tryRead(buffer.get(), 1, 64);
    CHECK_FALSE(reading.poll(f.loop.scope()));
    f.peer.send("hello");
    f.await_arrival();
  }
  run_what_is_ready(f.loop);
  CHECK(f.read(5, 5) == "hello");
}

TEST_CASE("a read dropped half-way makes later reads fail instead of misplacing bytes") {
  Fixture f;
  {
    auto buffer = buffer_of(64);
    auto reading = f.stream->tryRead(buffer.get(), 8, 64);
    f.peer.send("1234");
    f.await_arrival();
    CHECK_FALSE(reading.poll(f.loop.scope()));
  }
  f.peer.send("5678");
  char byte = 0;
  CHECK(exception_of(f.stream->tryRead(&byte, 1, 1), f.loop).getType() == disconnected_type);
  f.write("still writes").wait(f.loop.scope());
  CHECK(f.peer.receive(12) == "still writes");
}

TEST_CASE("a stream may be destroyed with a dropped read behind it") {
  Fixture f;
  {
    auto buffer = buffer_of(64);
    auto reading = f.stream->tryRead(buffer.get(), 1, 64);
    CHECK_FALSE(reading.poll(f.loop.scope()));
    f.peer.send("hello");
  }
  f.stream = nullptr;
  run_what_is_ready(f.loop);
}

TEST_CASE("a loop may be destroyed with waits of dropped promises behind it") {
  auto f = std::make_unique<Fixture>();
  auto buffer = buffer_of(64);
  CHECK_FALSE(f->stream->tryRead(buffer.get(), 1, 64).poll(f->loop.scope()));
  CHECK_FALSE(f->stream->whenWriteDisconnected().poll(f->loop.scope()));
}

TEST_CASE("promises that outlive their stream fail instead of dangling") {
  Fixture f;
  char byte = 0;
  const std::string large = pattern(more_than_fits);
  auto reading = f.stream->tryRead(&byte, 1, 1);
  auto writing = f.write(large);
  auto gone = f.stream->whenWriteDisconnected();
  CHECK_FALSE(gone.poll(f.loop.scope()));
  f.stream = nullptr;
  CHECK(exception_of(kj::mv(reading), f.loop).getType() == disconnected_type);
  CHECK(exception_of(kj::mv(writing), f.loop).getType() == disconnected_type);
  gone.wait(f.loop.scope());
}

TEST_CASE("a write dropped half sent makes later writes fail instead of corrupting the stream") {
  Fixture f;
  const std::string sent = pattern(more_than_fits);
  auto gone = f.stream->whenWriteDisconnected();
  {
    auto buffer = buffer_of(sent.size());
    std::memcpy(buffer.get(), sent.data(), sent.size());
    auto writing = f.stream->write(buffer.get(), sent.size());
    CHECK_FALSE(writing.poll(f.loop.scope()));
  }
  CHECK(exception_of(f.write("NEXT"), f.loop).getType() == disconnected_type);
  gone.wait(f.loop.scope());
  f.peer.send("reading goes on");
  CHECK(f.read(15, 15) == "reading goes on");
  f.stream = nullptr;
  const std::string received = f.peer.receive_all();
  CHECK(received.size() < sent.size());
  CHECK(received == sent.substr(0, received.size()));
}

TEST_CASE("a write dropped before any of it was sent leaves the stream as it was") {
  Fixture f;
  // The test fills the socket behind the stream's back, so that the write can send nothing.
  const std::string chunk = pattern(65536);
  std::size_t filled = 0;
  for (ssize_t size = 0; size >= 0; filled += static_cast<std::size_t>(std::max<ssize_t>(size, 0)))
    size = ::send(KJ_ASSERT_NONNULL(f.stream->getFd()), chunk.data(), chunk.size(), MSG_DONTWAIT);
  {
    auto buffer = buffer_of(64);
    auto writing = f.stream->write(buffer.get(), 64);
    CHECK_FALSE(writing.poll(f.loop.scope()));
  }
  CHECK(f.peer.receive(filled).size() == filled);
  f.write("NEXT").wait(f.loop.scope());
  f.stream->shutdownWrite();
  CHECK(f.peer.receive_all() == "NEXT");
}

TEST_CASE("a write dropped while the peer takes more leaves freed memory alone") {
  Fixture f;
  {
    auto buffer = buffer_of(more_than_fits);
    auto writing = f.stream->write(buffer.get(), more_than_fits);
    CHECK_FALSE(writing.poll(f.loop.scope()));
    f.peer.discard_arrived();  // the socket becomes writable, but the loop does not run before
  }
  run_what_is_ready(f.loop);
  f.peer.discard_arrived();
  run_what_is_ready(f.loop);
}
