#include <kj/async-io.h>
#include <netinet/in.h>

#include <string>
#include <vector>

#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

TEST_CASE("a read waits for its minimum and takes no more than its maximum") {
  Fixture f;
  std::string bytes(8, '\0');
  auto reading = f.stream->tryRead(bytes.data(), 4, 6);
  CHECK_FALSE(reading.poll(f.loop.scope()));
  f.peer.send("abc");
  f.await_arrival();
  CHECK_FALSE(reading.poll(f.loop.scope()));
  f.peer.send("defgh");
  const auto size = reading.wait(f.loop.scope());
  CHECK(size >= 4);
  CHECK(size <= 6);
  bytes.resize(size);
  CHECK(bytes + f.read(8 - size, 8 - size) == "abcdefgh");
}

TEST_CASE("streams work over Unix sockets too") {
  Fixture f(unix_ends());
  f.peer.send("hello");
  CHECK(f.read(5, 5) == "hello");
  f.write("world").wait(f.loop.scope());
  f.stream->shutdownWrite();
  CHECK(f.peer.receive_all() == "world");
}

TEST_CASE("gathered pieces arrive in order, empty and many ones included") {
  Fixture f;
  const std::string all = pattern(3000);
  std::vector<kj::ArrayPtr<const kj::byte>> pieces;  // more than one sendmsg() may take
  for (const char& c : all) {
    pieces.emplace_back(reinterpret_cast<const kj::byte*>(&c), 1);
    if (pieces.size() % 7 == 0) pieces.emplace_back(nullptr);
  }
  f.stream->write(kj::arrayPtr(pieces.data(), pieces.size())).wait(f.loop.scope());
  CHECK(f.peer.receive(all.size()) == all);
  f.stream->write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>>()).wait(f.loop.scope());
  f.stream->write(nullptr, size_t{0}).wait(f.loop.scope());
}

TEST_CASE("more than the sockets hold passes in both directions at once") {
  AsioLoop loop;
  auto ends = tcp_ends();
  auto a = wrap_socket(loop, kj::mv(ends.near));
  auto b = wrap_socket(loop, kj::mv(ends.far));
  const std::string sent = pattern(16u << 20);
  const kj::ArrayPtr<const kj::byte> halves[] = {
      kj::arrayPtr(reinterpret_cast<const kj::byte*>(sent.data()), 5'000'001),
      kj::arrayPtr(reinterpret_cast<const kj::byte*>(sent.data()) + 5'000'001,
                   sent.size() - 5'000'001)};
  std::string at_a(sent.size(), '\0');
  std::string at_b(sent.size(), '\0');
  auto all = kj::heapArrayBuilder<kj::Promise<void>>(4);
  all.add(a->write(sent.data(), sent.size()));
  all.add(b->write(halves));
  all.add(a->read(at_a.data(), at_a.size()));
  all.add(b->read(at_b.data(), at_b.size()));
  kj::joinPromises(all.finish()).wait(loop.scope());
  CHECK(at_a == sent);
  CHECK(at_b == sent);
}

TEST_CASE("a second read or write while one is pending is refused, and harms neither") {
  Fixture f;
  char buffer[4];
  auto reading = f.stream->tryRead(buffer, 1, 4);
  CHECK_THROWS(f.stream->tryRead(buffer, 1, 4));
  const std::string large = pattern(16u << 20);
  auto writing = f.write(large);
  CHECK_FALSE(writing.poll(f.loop.scope()));
  CHECK_THROWS(f.write("x"));
  f.peer.send("ok");
  CHECK(reading.wait(f.loop.scope()) >= 1);
}

TEST_CASE("socket options and names are the socket's own") {
  Fixture f;
  int size = 0;
  kj::uint length = sizeof(size);
  f.stream->getsockopt(SOL_SOCKET, SO_SNDBUF, &size, &length);  // RPC sizes its window by it
  CHECK(size > 0);
  sockaddr_in near{};
  sockaddr_in far{};
  length = sizeof(near);
  f.stream->getsockname(reinterpret_cast<sockaddr*>(&near), &length);
  socklen_t far_length = sizeof(far);
  REQUIRE(::getpeername(f.peer.fd(), reinterpret_cast<sockaddr*>(&far), &far_length) == 0);
  CHECK(near.sin_port == far.sin_port);
  CHECK_THROWS(f.stream->getsockopt(SOL_SOCKET, 9999, &size, &length));
}

TEST_CASE("a descriptor that is no stream socket is refused and closed") {
  AsioLoop loop;
  int fds[2];
  KJ_SYSCALL(::pipe(fds));
  kj::AutoCloseFd write_end(fds[1]);
  CHECK_THROWS(wrap_socket(loop, kj::AutoCloseFd(fds[0])));
  pollfd state{write_end.get(), 0, 0};
  CHECK(::poll(&state, 1, -1) == 1);
  CHECK((state.revents & POLLERR) != 0);  // nobody can read from the pipe any more
}
