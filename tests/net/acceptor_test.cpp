#include "net/acceptor.h"

#include <kj/vector.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "net/connect.h"
#include "sockets.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const Address any_port{"127.0.0.1", 0};

/// Collects the streams that an acceptor hands over.
struct Guests {
  Acceptor::OnStream welcome() {
    return [this](kj::Own<kj::AsyncIoStream> stream) {
      streams.add(kj::mv(stream));
      if (streams.size() >= expected) arrived.fulfiller->fulfill();
    };
  }
  kj::Vector<kj::Own<kj::AsyncIoStream>> streams;
  std::size_t expected = 1;
  kj::PromiseFulfillerPair<void> arrived = kj::newPromiseAndFulfiller<void>();
};

int no_delay(kj::AsyncIoStream& stream) {
  int on = 0;
  kj::uint length = sizeof(on);
  stream.getsockopt(IPPROTO_TCP, TCP_NODELAY, &on, &length);
  return on;
}

/// Leaves the process no free file descriptor while it lives.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    KJ_SYSCALL(::getrlimit(RLIMIT_NOFILE, &before_));
    int lowest_free = 0;
    KJ_SYSCALL(lowest_free = ::dup(0));
    ::close(lowest_free);
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(lowest_free);
    KJ_SYSCALL(::setrlimit(RLIMIT_NOFILE, &now));
  }
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a connection that is made is accepted, on a port that the system chose") {
  AsioLoop loop;
  Guests guests;
  const auto acceptor = Acceptor::listen(loop, any_port, guests.welcome());
  REQUIRE(acceptor.has_value());
  CHECK(acceptor->address().host == "127.0.0.1");
  CHECK(acceptor->address().port != 0);

  for (const char* host : {"127.0.0.1", "localhost"}) {
    auto client = connect(loop, Address{host, acceptor->address().port}).wait(loop.scope());
    client->write("hi", 2).wait(loop.scope());
    guests.arrived.promise.wait(loop.scope());
    guests.arrived = kj::newPromiseAndFulfiller<void>();
    char bytes[2];
    guests.streams.back()->read(bytes, 2).wait(loop.scope());
    CHECK(std::string(bytes, 2) == "hi");
    CHECK(no_delay(*client) == 1);
    CHECK(no_delay(*guests.streams.back()) == 1);
    guests.streams.clear();
  }
}

TEST_CASE("200 connections at once are all accepted") {
  AsioLoop loop;
  Guests guests;
  guests.expected = 200;
  const auto acceptor = Acceptor::listen(loop, any_port, guests.welcome());
  REQUIRE(acceptor.has_value());
  auto clients = kj::heapArrayBuilder<kj::Promise<kj::Own<kj::AsyncIoStream>>>(200);
  for (int i = 0; i < 200; ++i) clients.add(connect(loop, acceptor->address()));
  auto streams = kj::joinPromises(clients.finish()).wait(loop.scope());
  guests.arrived.promise.wait(loop.scope());
  CHECK(guests.streams.size() == 200);
}

TEST_CASE("an address in use is an error that says what to do") {
  AsioLoop loop;
  const auto first = Acceptor::listen(loop, any_port, [](auto) {});
  REQUIRE(first.has_value());
  const auto second = Acceptor::listen(loop, first->address(), [](auto) {});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::io);
  CHECK(second.error().message == "cannot listen on " + format_address(first->address()) +
                                      ": address already in use; another daemon runs there, or "
                                      "choose another port with --listen");
}

TEST_CASE("an address that is not this machine's is an error that says so") {
  AsioLoop loop;
  const auto acceptor = Acceptor::listen(
      loop, {"192.0.2.1", 0}, [](auto) {}, "--http");
  REQUIRE_FALSE(acceptor.has_value());
  CHECK(acceptor.error().message.find("192.0.2.1:0") != std::string::npos);
  CHECK(acceptor.error().message.find("--http") != std::string::npos);
  CHECK_FALSE(Acceptor::listen(loop, {"no.such.host.invalid", 0}, [](auto) {}).has_value());
}

TEST_CASE("a port can be listened on again while old connections to it linger") {
  AsioLoop loop;
  Guests guests;
  auto acceptor = Acceptor::listen(loop, any_port, guests.welcome());
  REQUIRE(acceptor.has_value());
  const Address address = acceptor->address();
  auto client = connect(loop, address).wait(loop.scope());
  guests.arrived.promise.wait(loop.scope());
  guests.streams.clear();  // this side closes first, and so keeps the port in TIME_WAIT
  client = nullptr;
  { const Acceptor closed = std::move(*acceptor); }
  CHECK(Acceptor::listen(loop, address, [](auto) {}).has_value());
}

TEST_CASE("a callback that throws costs its connection, not the server") {
  std::vector<std::string> reports;
  AsioLoop loop([&](std::string_view sentence) { reports.emplace_back(sentence); });
  Guests guests;
  int calls = 0;
  const auto acceptor = Acceptor::listen(loop, any_port, [&](kj::Own<kj::AsyncIoStream> stream) {
    if (++calls == 1) throw std::runtime_error("no room");
    guests.welcome()(kj::mv(stream));
  });
  REQUIRE(acceptor.has_value());
  auto refused = connect(loop, acceptor->address()).wait(loop.scope());
  char byte = 0;
  CHECK(refused->tryRead(&byte, 1, 1).wait(loop.scope()) == 0);
  auto client = connect(loop, acceptor->address()).wait(loop.scope());
  guests.arrived.promise.wait(loop.scope());
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("no room") != std::string::npos);
}

TEST_CASE("running out of file descriptors neither spins nor ends the server") {
  std::vector<std::string> reports;
  AsioLoop loop([&](std::string_view sentence) { reports.emplace_back(sentence); });
  Guests guests;
  const auto acceptor = Acceptor::listen(loop, any_port, guests.welcome());
  REQUIRE(acceptor.has_value());
  kj::AutoCloseFd client;
  {
    int fd = 0;
    KJ_SYSCALL(fd = ::socket(AF_INET, SOCK_STREAM, 0));
    client = kj::AutoCloseFd(fd);
    const NoMoreFiles none;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(acceptor->address().port);
    KJ_SYSCALL(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
    // A server that spins fails once in each of these turns; one that pauses, once in a while.
    constexpr int turns = 2000;
    for (int i = 0; i < turns; ++i) run_what_is_ready(loop);
    CHECK(acceptor->failures() >= 1);
    CHECK(acceptor->failures() < turns / 10);
  }
  CHECK(guests.streams.empty());
  guests.arrived.promise.wait(loop.scope());
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("too many open files") != std::string::npos);
}

TEST_CASE("a destroyed acceptor accepts no more, even from within its own callback") {
  AsioLoop loop;
  kj::Own<Acceptor> acceptor;
  int accepted = 0;
  auto paf = kj::newPromiseAndFulfiller<void>();
  auto listening = Acceptor::listen(loop, any_port, [&](kj::Own<kj::AsyncIoStream>) {
    ++accepted;
    acceptor = nullptr;
    paf.fulfiller->fulfill();
  });
  REQUIRE(listening.has_value());
  acceptor = kj::heap<Acceptor>(std::move(*listening));
  const Address address = acceptor->address();
  auto first = connect(loop, address);
  auto second = connect(loop, address).then([](auto) {}, [](kj::Exception&&) {});
  first.then([](auto) {}, [](kj::Exception&&) {}).wait(loop.scope());
  second.wait(loop.scope());
  paf.promise.wait(loop.scope());
  CHECK(accepted == 1);
  CHECK(exception_of(connect(loop, address), loop).getType() == kj::Exception::Type::DISCONNECTED);
}

TEST_CASE("a refused connection says where and why") {
  AsioLoop loop;
  Address address;
  {
    const auto acceptor = Acceptor::listen(loop, any_port, [](auto) {});
    address = acceptor->address();
  }
  const auto exception = exception_of(connect(loop, address), loop);
  CHECK(exception.getType() == kj::Exception::Type::DISCONNECTED);
  CHECK(std::string(exception.getDescription().cStr()) ==
        "cannot connect to " + format_address(address) +
            ": connection refused; start counterfoild there, or check --connect");
}

TEST_CASE("a dropped connect gives up at any stage") {
  AsioLoop loop;
  Guests guests;
  const auto acceptor = Acceptor::listen(loop, any_port, guests.welcome());
  REQUIRE(acceptor.has_value());
  { auto dropped = connect(loop, acceptor->address()); }
  for (int turns = 1; turns < 5; ++turns) {
    auto dropped = connect(loop, acceptor->address());
    for (int i = 0; i < turns && !dropped.poll(loop.scope()); ++i) {
    }
  }
  auto client = connect(loop, acceptor->address()).wait(loop.scope());
  guests.arrived.promise.wait(loop.scope());
}
