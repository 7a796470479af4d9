#include <chrono>

#include "codec/canonical.h"
#include "codec/text.h"
#include "core/files.h"
#include "core/limits.h"
#include "ledger_rig.h"
#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Rig : ServedLedger {
  /// A line whose `count` supplements of 1 have reasons as long as they may be; each rests on the
  /// one before it where that is asked for. What they come to.
  std::int64_t adjust(std::size_t count, bool each_rests_on_the_last) {
    must_record(loop, client,
                {unit("u"), project("p", "u"), line("p"), appropriation("p", 5, "a")});
    const std::uint64_t first = server.ledger().journal().size();
    const std::size_t in_request = limits::request_bytes / (limits::reason_bytes + 512);
    for (std::size_t begin = 0; begin < count; begin += in_request) {
      std::vector<Fill> commands;
      for (std::size_t i = begin; i < std::min(count, begin + in_request); ++i) {
        const Fill fill = supplement("p", 1, fmt::format("s{}", i), limits::reason_bytes);
        commands.push_back([=](schema::Command::Builder command) {
          fill(command);
          if (each_rests_on_the_last && i != 0) command.initEvidence(1).set(0, first + i - 1);
        });
      }
      must_record(loop, client, commands);
    }
    return 5 + static_cast<std::int64_t>(count);
  }

  kj::Promise<capnp::Response<schema::Reader::ExplainResults>> explain(const std::string& subject,
                                                                       capnp::Data::Reader after) {
    auto request = client.reader().explainRequest();
    request.setSubject(text_of(subject));
    request.setFigure(schema::Figure::CURRENT);
    request.setAfter(after);
    return request.send();
  }
};

}  // namespace

TEST_CASE("a figure with more contributions than one answer holds is explained over pages") {
  Rig rig;
  const std::int64_t budget = rig.adjust(3'000, false);
  std::string after;
  std::int64_t sum = 0;
  std::uint32_t seen = 0;
  unsigned pages = 0;
  do {
    const auto page = rig.explain(line_id("p"), data_of(after)).wait(rig.loop.scope());
    REQUIRE(page.getFigures().size() == 1);
    CHECK(page.getFigures()[0].getAmount() == budget);
    CHECK(page.getFigures()[0].getSum() == budget);
    CHECK(page.getFigures()[0].getEvents() == 3'001);
    CHECK(page.getEventsBefore() == seen);
    for (const auto one : page.getContributions()) {
      sum += one.getAmount();
      CHECK(one.getSumAfter() == sum);
    }
    seen += page.getContributions().size();
    CHECK(page.getEventsAfter() == 3'001 - seen);
    after = view(page.getNext());
    ++pages;
  } while (!after.empty());
  CHECK(sum == budget);
  CHECK(pages > 2);

  sum = 0;
  pages = 0;
  do {
    auto request = rig.client.reader().differenceRequest();
    request.initFirst().setHasSequence(true);
    request.getFirst().setSequence(4);
    request.setFigure(schema::Figure::CURRENT);
    request.setAfter(data_of(after));
    const auto page = request.send().wait(rig.loop.scope());
    REQUIRE(page.getChanges().size() == 1);
    CHECK(page.getChanges()[0].getTo() == budget);
    for (const auto one : page.getContributions()) sum += one.getAmount();
    after = view(page.getNext());
    ++pages;
    CHECK((page.getEventsAfter() != 0) == !after.empty());
  } while (!after.empty());
  CHECK(pages > 2);
  CHECK(sum > 2'999);
}

TEST_CASE("the evidence of one event that no answer holds is told, and not sent") {
  Rig rig;
  rig.adjust(2'400, true);
  std::string after;
  std::uint32_t seen = 0;
  std::string refusal;
  while (refusal.empty()) {
    try {
      const auto page = rig.explain(line_id("p"), data_of(after)).wait(rig.loop.scope());
      std::size_t bytes = 0;
      for (const auto record : page.getEvidence()) bytes += record.size();
      CHECK(bytes <= limits::evidence_bytes);
      seen += page.getContributions().size();
      after = view(page.getNext());
      REQUIRE_FALSE(after.empty());
    } catch (const kj::Exception& exception) {
      const Error error = from_exception(exception);
      CHECK(error.code == ErrorCode::limit);
      refusal = error.message;
    }
  }
  CHECK_THAT(refusal, Catch::Contains("rests on, directly and by others, is more than one answer"));
  CHECK(seen > 1'500);  // as far as what they rest on fits
}

TEST_CASE("who asks for much of the past and hangs up does not keep the next one waiting") {
  Rig rig;
  rig.adjust(1'500, false);
  const std::string rules =
      must(read_file(COUNTERFOIL_SOURCE_DIR "/schema/rulesets/city-2024.json"));
  const auto at_version = rules.find("\"version\"");
  const auto at_value = rules.find('"', rules.find(':', at_version)) + 1;
  // Rule sets of other versions have nothing in common that is kept.
  const auto ask = [&](LedgerClient& client, unsigned version) {
    auto request = client.reader().whatIfRequest();
    request.setRuleSet(text_of(
        fmt::format("{}v{}-{}", rules.substr(0, at_value), version, rules.substr(at_value))));
    request.setInPlaceOf("all");
    return request.send();
  };
  const auto started = std::chrono::steady_clock::now();
  (void)ask(rig.client, 0).wait(rig.loop.scope());
  const auto alone = std::chrono::steady_clock::now() - started;
  {
    LedgerClient leaving(rig.loop, rig.server.address(), rig.place.token());
    std::vector<kj::Promise<void>> asked;
    for (unsigned i = 1; i <= 200; ++i)
      asked.push_back(ask(leaving, i).ignoreResult().eagerlyEvaluate([](kj::Exception&&) {}));
    // They have arrived when an answer to what was asked behind them has.
    (void)leaving.log().checkpointRequest().send().wait(rig.loop.scope());
  }
  const auto hung_up = std::chrono::steady_clock::now();
  (void)ask(rig.client, 1'000).wait(rig.loop.scope());
  const auto behind = std::chrono::steady_clock::now() - hung_up;
  INFO(std::chrono::duration<double>(alone).count()
       << " s alone, " << std::chrono::duration<double>(behind).count() << " s behind 200");
  CHECK(behind < 20 * alone);
}
