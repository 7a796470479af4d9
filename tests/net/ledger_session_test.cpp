#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <set>

#include "codec/text.h"
#include "core/limits.h"
#include "ledger_rig.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

Error login_error(AsioLoop& loop, const Address& address, const std::string& token) {
  LedgerClient client(loop, address, "");
  auto login = client.gate().loginRequest();
  login.setCredential(text_of(token));
  return error_of(login.send(), loop);
}

}  // namespace

TEST_CASE("every error survives the way through an exception") {
  for (const ErrorCode code :
       {ErrorCode::invalid, ErrorCode::refused, ErrorCode::conflict, ErrorCode::not_found,
        ErrorCode::corrupt, ErrorCode::limit, ErrorCode::busy, ErrorCode::unsupported,
        ErrorCode::denied, ErrorCode::io}) {
    for (const std::string message :
         {"a sentence", "", "[refused] inside", "预算 \"1\" ≥ 2", "remote exception: no"}) {
      const Error back = from_exception(to_exception({code, message}));
      CHECK(back.code == code);
      CHECK(back.message == message);
      CHECK(error_named(name_of(code), message).code == code);
    }
  }
  CHECK(error_named("never heard of", "m").code == ErrorCode::io);
  CHECK(from_exception(KJ_EXCEPTION(FAILED, "some words")).message == "some words");
  CHECK(from_exception(KJ_EXCEPTION(DISCONNECTED, "Peer disconnected.")).message ==
        "the connection to the ledger ended: Peer disconnected. When its daemon runs, give the "
        "command again: what was recorded is not recorded twice");
}

TEST_CASE("only the ledger's token logs in") {
  const LedgerPlace place;
  LedgerServer server(place);
  AsioLoop loop;
  const std::string token = place.token();
  std::string last_wrong = token;
  last_wrong.back() = last_wrong.back() == '0' ? '1' : '0';
  for (const std::string& wrong : {std::string("x"), std::string(), last_wrong, token + "0",
                                   token.substr(1), std::string(100'000, 'a')}) {
    const Error error = login_error(loop, server.address(), wrong);
    CHECK(error.code == ErrorCode::denied);
    CHECK(error.message.find("--token-file") != std::string::npos);
    CHECK(error.message.find(token) == std::string::npos);
  }
  LedgerClient client(loop, server.address(), token);
  CHECK(std::string(client.info().getPrincipal().cStr()) == "admin");
}

// Cause: the empty credential of an emptied token file was compared like any other, and was equal
// to the one that a stranger leaves out.
TEST_CASE("an empty token opens nothing, although the server's is empty, too") {
  const LedgerPlace place;
  AsioLoop loop;
  auto ledger = Ledger::open(
      place.ledger(), [] { return Instant{}; }, [](const std::string&) {});
  REQUIRE(ledger.has_value());
  Hall hall(loop, **ledger, "");
  Server server(loop, hall);
  const auto address = server.listen({"127.0.0.1", 0});
  REQUIRE(address.has_value());
  CHECK(login_error(loop, *address, "").code == ErrorCode::denied);
}

// Cause: a wrong token was refused at once, as fast as a peer could send guesses one after another.
TEST_CASE("a wrong token costs its sender time, and nobody else") {
  const LedgerPlace place;
  LedgerServer server(place);
  AsioLoop loop;
  LedgerClient guesser(loop, server.address(), "");
  auto login = guesser.gate().loginRequest();
  login.setCredential("guess");
  const auto before = loop.timer().now();
  auto guess = login.send();
  LedgerClient client(loop, server.address(), place.token());
  CHECK_FALSE(guess.poll(loop.scope()));
  CHECK(error_of(kj::mv(guess), loop).code == ErrorCode::denied);
  CHECK(loop.timer().now() - before >= 150 * kj::MILLISECONDS);
}

TEST_CASE("a session says what the ledger is and holds every capability of an administrator") {
  const LedgerPlace place;
  LedgerServer server(place);
  AsioLoop loop;
  LedgerClient client(loop, server.address(), place.token());
  CHECK(std::string(client.info().getOrigin().cStr()) == "ledger.example/test");
  CHECK(std::string(client.info().getCurrency().cStr()) == "CNY");
  CHECK(std::string(client.info().getTimeZone().cStr()) == "Asia/Shanghai");
  CHECK(std::string(client.info().getRuleSetVersion().cStr()) == "open@1");
  CHECK(client.info().getSize() == 2);
  must_record(loop, client, {unit("u1")});
  CHECK(client.reader().viewsRequest().send().wait(loop.scope()).getViews().size() >= 2);
  const auto subscribed = subscribe(loop, client, 0);
  CHECK(eventually(loop, [&] { return subscribed.seen->next == 3; }));
  auto rebuild = client.admin().rebuildRequest();
  rebuild.initNames(1).set(0, "no such view");
  CHECK(error_of(rebuild.send(), loop).code == ErrorCode::not_found);
}

TEST_CASE("capabilities fail as io once their connection has ended") {
  const LedgerPlace place;
  auto server = std::make_unique<LedgerServer>(place);
  AsioLoop loop;
  LedgerClient client(loop, server->address(), place.token());
  server.reset();
  CHECK(error_of(record(client.recorder(), {unit("u1")}), loop).code == ErrorCode::io);
  CHECK(error_of(client.reader().viewsRequest().send(), loop).code == ErrorCode::io);
}

TEST_CASE("a connection over the limit is closed, and one that ends makes room") {
  const LedgerPlace place;
  std::vector<std::string> reports;
  AsioLoop loop([&](std::string_view sentence) { reports.emplace_back(sentence); });
  auto ledger = Ledger::open(
      place.ledger(), [] { return Instant{}; }, [](const std::string&) {});
  REQUIRE(ledger.has_value());
  Hall hall(loop, **ledger, place.token());
  Server server(loop, hall, 2);
  const auto address = server.listen({"127.0.0.1", 0});
  REQUIRE(address.has_value());
  auto first = std::make_unique<LedgerClient>(loop, *address, place.token());
  const LedgerClient second(loop, *address, place.token());
  for (int i = 0; i < 3; ++i) {
    auto third = connect(loop, *address).wait(loop.scope());
    char byte = 0;
    CHECK(third->tryRead(&byte, 1, 1).wait(loop.scope()) == 0);
  }
  CHECK(reports.size() == 1);
  first.reset();
  CHECK(eventually(loop, [&] { return server.connections() == 1; }));
  const LedgerClient fourth(loop, *address, place.token());
}

// Cause: nothing asked a silent peer whether it was still there, so that the connection of one that
// had lost its network, and what it subscribed to, stayed for ever.
TEST_CASE("a connection that was accepted finds out when its peer is gone") {
  AsioLoop loop;
  auto arrived = kj::newPromiseAndFulfiller<kj::Own<kj::AsyncIoStream>>();
  const auto acceptor = Acceptor::listen(
      loop, {"127.0.0.1", 0}, [&](auto stream) { arrived.fulfiller->fulfill(kj::mv(stream)); });
  REQUIRE(acceptor.has_value());
  const auto client = connect(loop, acceptor->address()).wait(loop.scope());
  auto accepted = arrived.promise.wait(loop.scope());
  const auto option = [&](int level, int name) {
    int value = 0;
    kj::uint size = sizeof(value);
    accepted->getsockopt(level, name, &value, &size);
    return value;
  };
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
  const int noticed_after_s = option(IPPROTO_TCP, TCP_KEEPIDLE) +
                              option(IPPROTO_TCP, TCP_KEEPINTVL) * option(IPPROTO_TCP, TCP_KEEPCNT);
  CHECK(noticed_after_s <= 180);
  CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) > 0);
  CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) <= 600'000);
}
