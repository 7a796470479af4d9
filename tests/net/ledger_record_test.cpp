#include "codec/text.h"
#include "core/limits.h"
#include "ledger_rig.h"
#include "net/recorder.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// An answer in short: "3+1", "3+1 again", or the code of the failure.
std::string short_form(schema::Answer::Reader answer) {
  if (answer.isFailed()) return answer.getFailed().getCode().cStr();
  const auto accepted = answer.getAccepted();
  return fmt::format("{}+{}{}", accepted.getFirst(), accepted.getCount(),
                     accepted.getAgain() ? " again" : "");
}

std::vector<std::string> short_forms(const RecordResponse& response) {
  std::vector<std::string> all;
  for (const auto answer : response.getAnswers()) all.push_back(short_form(answer));
  return all;
}

/// A unit whose command id another command has.
Fill with_id(std::string command_id, Fill fill) {
  return [=](schema::Command::Builder command) {
    fill(command);
    command.setCommandId(text_of(command_id));
  };
}

struct Rig : ServedLedger {
  std::vector<std::string> answers(const std::vector<Fill>& commands) {
    return short_forms(record(client.recorder(), commands).wait(loop.scope()));
  }
};

}  // namespace

TEST_CASE("answers come in the order of the commands, whatever each of them is") {
  Rig rig;
  const Fill malformed = with_id("", unit("m"));
  const Fill bare = [](schema::Command::Builder command) { command.setCommandId("bare"); };
  const std::vector<Fill> commands = {malformed,
                                      unit("a"),
                                      line("nowhere"),
                                      unit("a"),
                                      with_id("unit-a", unit("other")),
                                      malformed,
                                      unit("b"),
                                      bare,
                                      project("p", "a"),
                                      unit("b")};
  CHECK(rig.answers(commands) == std::vector<std::string>{"invalid", "2+1", "refused", "2+1 again",
                                                          "conflict", "invalid", "3+1", "invalid",
                                                          "4+1", "3+1 again"});
  // Sent again, each has the answer that it had.
  CHECK(rig.answers(commands) ==
        std::vector<std::string>{"invalid", "2+1 again", "refused", "2+1 again", "conflict",
                                 "invalid", "3+1 again", "invalid", "4+1 again", "3+1 again"});
  CHECK(rig.answers({}).empty());
}

TEST_CASE("an answer that was given survives a restart, and its command is known by its id") {
  const LedgerPlace place;
  AsioLoop loop;
  {
    LedgerServer server(place);
    LedgerClient client(loop, server.address(), place.token());
    must_record(loop, client, {unit("a"), unit("b")});
  }
  LedgerServer server(place);
  LedgerClient client(loop, server.address(), place.token());
  CHECK(short_forms(record(client.recorder(), {unit("b")}).wait(loop.scope())) ==
        std::vector<std::string>{"3+1 again"});
  auto request = client.recorder().acceptedRequest();
  auto ids = request.initCommandIds(4);
  ids.set(0, "unit-b");
  ids.set(1, "never");
  ids.set(2, "unit-a");
  ids.set(3, "");
  const auto response = request.send().wait(loop.scope());
  const auto first = response.getFirst();
  REQUIRE(first.size() == 4);
  CHECK(first[0] == 3);
  CHECK(first[1] == never_recorded);
  CHECK(first[2] == 2);
  CHECK(first[3] == never_recorded);
}

TEST_CASE("4,096 commands are recorded and one more is refused whole") {
  Rig rig;
  std::vector<Fill> commands;
  for (std::size_t i = 0; i <= limits::commands_in_request; ++i)
    commands.push_back(unit(std::to_string(i)));
  const Error error = error_of(record(rig.client.recorder(), commands), rig.loop);
  CHECK(error.code == ErrorCode::limit);
  CHECK(error.message.find("4096") != std::string::npos);
  CHECK(rig.server.ledger().journal().size() == 2);
  commands.pop_back();
  const auto answers = rig.answers(commands);
  REQUIRE(answers.size() == limits::commands_in_request);
  CHECK(answers.front() == "2+1");
  CHECK(answers.back() == "4097+1");
  auto request = rig.client.recorder().acceptedRequest();
  request.initCommandIds(limits::commands_in_request + 1);
  CHECK(error_of(request.send(), rig.loop).code == ErrorCode::limit);
}

// Cause: Cap'n Proto counts what is read of a message against the same number that bounds its
// length, and counts what is read twice twice. Measuring, checking and copying a request of more
// than a third of the limit used it up, and the commands at its end were refused as malformed.
TEST_CASE("a request just under 8 MiB is recorded whole, and one over it is refused") {
  Rig rig;
  constexpr std::size_t reason_bytes = 3'900;
  const std::size_t bytes_each = reason_bytes + 300;
  std::vector<Fill> commands;
  for (std::size_t i = 0; i < limits::request_bytes / bytes_each; ++i)
    commands.push_back(unit_with_reason(std::to_string(i), reason_bytes));
  const auto answers = rig.answers(commands);
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (answers[i] != fmt::format("{}+1", i + 2)) FAIL(i << ": " << answers[i]);
  const std::uint64_t size = rig.server.ledger().journal().size();

  for (std::size_t i = 0; i < 200; ++i)
    commands.push_back(unit_with_reason("more" + std::to_string(i), reason_bytes));
  const Error error = error_of(record(rig.client.recorder(), commands), rig.loop);
  CHECK(error.code == ErrorCode::limit);
  CHECK(error.message.find("8388608") != std::string::npos);
  CHECK(rig.server.ledger().journal().size() == size);
  CHECK(rig.answers({unit("after")}).size() == 1);
}

TEST_CASE("requests of one connection are recorded in the order of their sending") {
  Rig rig;
  std::vector<kj::Promise<RecordResponse>> under_way;
  for (std::size_t i = 0; i < 300; ++i)
    under_way.push_back(record(rig.client.recorder(), {unit(std::to_string(i))}));
  for (std::size_t i = 0; i < under_way.size(); ++i)
    CHECK(short_forms(under_way[i].wait(rig.loop.scope())) ==
          std::vector<std::string>{fmt::format("{}+1", i + 2)});
}

TEST_CASE("a client that leaves while it records costs the others nothing") {
  Rig rig;
  for (int round = 0; round < 20; ++round) {
    LedgerClient leaving(rig.loop, rig.server.address(), rig.place.token());
    std::vector<Fill> commands;
    for (int i = 0; i < 200; ++i) commands.push_back(unit(fmt::format("{}-{}", round, i)));
    auto dropped = record(leaving.recorder(), commands);
    auto kept = record(leaving.recorder(), {unit(fmt::format("kept-{}", round))});
    { const auto gone = kj::mv(dropped); }
    if (round % 2 == 0)
      kept.wait(rig.loop.scope());
    else
      kept.poll(rig.loop.scope());
  }
  // The first half of the rounds' commands are recorded; the others may be, but whole or not at
  // all.
  const auto answers = rig.answers({unit("after")});
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].ends_with("+1"));
  rig.client.reader().viewsRequest().send().wait(rig.loop.scope());
  CHECK(eventually(rig.loop, [&] {
    std::size_t connections = 0;
    rig.server.on_loop([&](Server& server) { connections = server.connections(); });
    return connections == 1;
  }));
}
