#include <algorithm>
#include <set>

#include "codec/json.h"
#include "codec/text.h"
#include "ledger_rig.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

using State = schema::ProposalRow::State;

Fill command(std::string id, std::string facts, std::string more = {}) {
  return [=](schema::Command::Builder builder) {
    const auto json =
        parse_json(fmt::format(R"({{"commandId":"{}","facts":[{}]{}}})", id, facts, more));
    REQUIRE(json.has_value());
    const auto read = command_from_json(*json, builder);
    INFO((read ? "" : read.error().message));
    REQUIRE(read.has_value());
  };
}

std::string opened(std::string_view project, int year, int amount) {
  return fmt::format(R"({{"lineOpened":{{"line":"line/{1}/{0}/general/net/-"}}}},
      {{"budgetAppropriated":{{"line":"line/{1}/{0}/general/net/-","amount":{2}}}}})",
                     project, year, amount);
}

Fill medium(std::string_view project, std::string id) {
  return command(std::move(id),
                 fmt::format(R"({{"gradeAssigned":{{"evaluatedYear":2023,"level":"finance",
                     "grade":"medium","about":"project/{}","evaluator":"bureau"}}}})",
                             project),
                 R"(,"decidedAt":"2023-12-01T00:00:00Z")");
}

/// A city whose rule set follows from grades and closes, with lines of 2023 and 2024.
struct City : ServedLedger {
  explicit City(int projects) {
    std::vector<Fill> commands{
        command("rules", R"({"ruleSetPublished":{"inForceFrom":"2020-01-02","name":"city",
            "version":"1","document":"{\"name\":\"city\",\"version\":\"1\",\"rules\":)"
                         R"({\"R4\":{\"mode\":\"observe\"},\"R7\":{\"mode\":\"enforce\"}},)"
                         R"(\"balanceGroups\":[[\"net\"]],\"expenditureMeasures\":[\"net\"]}"}})"),
        unit("u")};
    for (int i = 0; i < projects; ++i) {
      const std::string id = fmt::format("p{}", i);
      commands.push_back(project(id, "u"));
      commands.push_back(
          command("open-" + id, opened(id, 2023, 1'000) + "," + opened(id, 2024, 900)));
    }
    must_record(loop, client, commands);
  }

  kj::Promise<capnp::Response<schema::Reader::CeilingsResults>> ceilings(
      const std::string& after = {}, unsigned limit = 0, std::int32_t year = 2024) {
    auto request = client.reader().ceilingsRequest();
    request.setFiscalYear(year);
    request.setAfter(text_of(after));
    request.setLimit(limit);
    return request.send();
  }

  /// What becomes of the commands; the failure's code, or empty.
  template <typename Page>
  std::vector<std::string> record_all(const Page& page) {
    auto request = client.recorder().recordRequest();
    request.setCommands(page.getCommands());
    const auto response = request.send().wait(loop.scope());
    std::vector<std::string> outcomes;
    for (const auto answer : response.getAnswers())
      outcomes.emplace_back(answer.isFailed() ? view(answer.getFailed().getCode()) : "");
    return outcomes;
  }
};

}  // namespace

TEST_CASE("ceilings come in pages of whole projects, with commands that are recorded as they are") {
  City city(5);
  for (int i = 0; i < 5; ++i)
    must_record(city.loop, city.client, {medium(fmt::format("p{}", i), fmt::format("g{}", i))});
  std::set<std::string> ids;
  std::string after;
  int pages = 0;
  do {
    const auto page = city.ceilings(after, 2).wait(city.loop.scope());
    for (const auto row : page.getRows()) {
      CHECK(row.getBase() == 1'000);
      CHECK(row.getCeiling() == 800);
      CHECK(row.getAppropriated() == 900);
      CHECK(row.getChange() == -100);
      CHECK(row.getState() == State::DUE);
    }
    for (const auto command : page.getCommands()) ids.emplace(view(command.getCommandId()));
    for (const std::string& outcome : city.record_all(page)) CHECK(outcome.empty());
    // The same commands once more are the same commands.
    for (const std::string& outcome : city.record_all(page)) CHECK(outcome.empty());
    after = view(page.getNext());
    ++pages;
  } while (!after.empty());
  CHECK(pages == 3);
  CHECK(ids.size() == 5);
  const auto again = city.ceilings().wait(city.loop.scope());
  CHECK(again.getRows().size() == 5);
  for (const auto row : again.getRows()) CHECK(row.getState() == State::OPEN);
  CHECK(again.getCommands().size() == 0);
}

TEST_CASE("a proposal is a conflict where its project or the rules have moved since it was read") {
  City city(2);
  must_record(city.loop, city.client, {medium("p0", "g0"), medium("p1", "g1")});
  const auto before = city.ceilings().wait(city.loop.scope());
  must_record(city.loop, city.client, {supplement("p0", 5, "s")});
  CHECK(city.record_all(before) == std::vector<std::string>{"conflict", ""});
  const auto now = city.ceilings().wait(city.loop.scope());
  REQUIRE(now.getCommands().size() == 1);
  must_record(city.loop, city.client,
              {command("rules-2", R"({"ruleSetPublished":{"inForceFrom":"2020-01-03","name":"n",
                  "version":"1","document":"{\"name\":\"n\",\"version\":\"1\",\"rules\":{}}"}})")});
  CHECK(city.record_all(now) == std::vector<std::string>{"conflict"});
  CHECK(error_of(city.ceilings(), city.loop).message.find("R4 is off") != std::string::npos);
}

// Cause: pages of the book are written before readers may see the records that they name. A read
// that came between failed on a grade that "the journal does not hold".
TEST_CASE("what is proposed is read while others record, from one moment") {
  City city(1);
  must_record(city.loop, city.client, {medium("p0", "g")});
  LedgerClient other(city.loop, city.server.address(), city.place.token());
  for (int i = 0; i < 40; ++i) {
    std::vector<Fill> noise;
    for (int k = 0; k < 60; ++k) noise.push_back(medium("p0", fmt::format("g-{}-{}", i, k)));
    auto under_way = record(other.recorder(), noise);
    for (int k = 0; k < 5; ++k) {
      const auto page = city.ceilings().wait(city.loop.scope());
      REQUIRE(page.getRows().size() == 1);
      REQUIRE(page.getCommands().size() == 1);
    }
    under_way.wait(city.loop.scope());
  }
}

TEST_CASE("a year is closed once, and what is unspent is proposed behind the close") {
  City city(2);
  const auto closing = [&] {
    auto request = city.client.reader().closingRequest();
    request.setFiscalYear(2024);
    request.setPool("pool");
    return request.send().wait(city.loop.scope());
  };
  const auto open = closing();
  CHECK(open.getRows().size() == 4);  // out of a line and into the next, of each project
  CHECK(open.getCommands().size() == 0);
  REQUIRE(open.getClose().getFacts().size() == 1);
  auto close = city.client.recorder().recordRequest();
  close.initCommands(1).setWithCaveats(0, open.getClose());
  REQUIRE(close.send().wait(city.loop.scope()).getAnswers()[0].isAccepted());
  const auto closed = closing();
  CHECK(closed.getClose().getFacts().size() == 0);
  CHECK(city.record_all(closed) == std::vector<std::string>{"", ""});
  CHECK(closing().getCommands().size() == 0);

  // What one line was computed from changes; both are approved, and one is carried out.
  must_record(city.loop, city.client, {supplement("p0", 5, "s")});
  std::vector<Fill> approvals;
  const auto proposed = closing();
  for (const auto row : proposed.getRows())
    if (row.getLeg() == 0)
      approvals.push_back(command(fmt::format("approve-{}", row.getProposal()),
                                  fmt::format(R"({{"approvalRecorded":{{"event":{},
                                      "verdict":"approved","authority":"mayor"}}}})",
                                              row.getProposal())));
  CHECK(approvals.size() == 2);
  must_record(city.loop, city.client, approvals);
  auto request = city.client.reader().proposalsRequest();
  request.setFiscalYear(2024);
  const auto decided = request.send().wait(city.loop.scope());
  std::vector<State> states;
  for (const auto row : decided.getRows())
    if (row.getLeg() == 0) states.push_back(row.getState());
  CHECK(states == std::vector<State>{State::MOVED, State::APPROVED});
  CHECK(decided.getRows()[0].getMovedBy() != 0);
  CHECK(city.record_all(decided) == std::vector<std::string>{""});
}

TEST_CASE("a year that is none is told so") {
  City city(1);
  for (const std::int32_t year : {INT32_MIN, 0, 12, 3'000, INT32_MAX}) {
    CHECK(error_of(city.ceilings({}, 0, year), city.loop).code == ErrorCode::invalid);
    auto proposals = city.client.reader().proposalsRequest();
    proposals.setFiscalYear(year);
    CHECK(error_of(proposals.send(), city.loop).code == ErrorCode::invalid);
  }
}
