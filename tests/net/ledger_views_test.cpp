#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "codec/text.h"
#include "ledger_rig.h"
#include "projections/own.h"
#include "projections/scratch.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;
using Catch::Matchers::Contains;

namespace {

/// Fails at one record, until the cause is gone.
class Fussy final : public RowProjection<schema::BudgetRow> {
 public:
  std::string_view name() const override { return "fussy"; }
  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    if (record.getSequence() == poison) return fail(ErrorCode::corrupt, "poison");
    rows.put(fmt::format("own/{}", record.getSequence()), "x");
    return {};
  }
  std::atomic<std::uint64_t> poison{UINT64_MAX};
};

using Infos = capnp::Response<schema::Reader::ViewsResults>;
Infos infos(AsioLoop& loop, LedgerClient& client, bool digests) {
  auto request = client.reader().viewsRequest();
  request.setDigests(digests);
  return request.send().wait(loop.scope());
}

schema::ViewInfo::Reader info_of(const Infos& infos, std::string_view name) {
  for (const auto info : infos.getViews())
    if (view(info.getName()) == name) return info;
  FAIL("no view " << name);
  return {};
}

auto retry(AsioLoop& loop, LedgerClient& client) {
  auto request = client.admin().retryRequest();
  request.setName("fussy");
  return request.send().wait(loop.scope());
}

}  // namespace

TEST_CASE(
    "a poison event is shown with its view, the others go on, and a retry after the fix too") {
  const LedgerPlace place;
  Fussy fussy;
  std::vector<const Projection*> projections = all_projections();
  projections.push_back(&fussy);
  LedgerServer server(place, projections);
  AsioLoop loop;
  LedgerClient client(loop, server.address(), place.token());
  record_units(loop, client, "before", 10);
  const std::uint64_t poison = server.ledger().journal().size() + 3;
  fussy.poison = poison;
  record_units(loop, client, "behind", 10);
  const std::string sentence = fmt::format("record {}: poison", poison);
  REQUIRE(eventually(loop, [&] {
    const auto all = infos(loop, client, false);
    return view(info_of(all, "fussy").getState()) == "halted";
  }));
  must_record(loop, client, {project("p", "before0"), line("p"), appropriation("p", 100, "a")});
  const std::uint64_t size = server.ledger().journal().size();

  // What serves needs only its own view; it waits for that one to hold all that was acknowledged.
  CHECK(client.reader().budgetsRequest().send().wait(loop.scope()).getRows().size() == 1);
  REQUIRE(eventually(loop, [&] {
    const auto all = infos(loop, client, false);
    bool have_all = true;
    for (const auto info : all.getViews())
      have_all = have_all && (view(info.getName()) == "fussy" || info.getPosition() == size);
    return have_all;
  }));
  const auto all = infos(loop, client, true);
  CHECK(all.getViews().size() == projections.size());
  for (const auto info : all.getViews()) {
    INFO(view(info.getName()));
    const bool is_halted = view(info.getName()) == "fussy";
    CHECK(view(info.getState()) == (is_halted ? "halted" : "following"));
    CHECK(view(info.getLastError()) == (is_halted ? sentence : ""));
    CHECK(info.getPosition() == (is_halted ? poison : size));
    CHECK(info.getLag() == (is_halted ? size - poison : 0));
  }
  const auto rows = [&] {
    auto request = client.reader().rowsRequest();
    request.setView("fussy");
    return request.send();
  };
  const Error refused = error_of(rows(), loop);
  CHECK_THAT(refused.message, Contains("the view fussy is halted: " + sentence));
  CHECK_THAT(refused.message, Contains("`counterfoil projections retry fussy`"));

  const auto again = retry(loop, client);
  CHECK(view(again.getView().getState()) == "halted");
  CHECK(view(again.getView().getLastError()) == sentence);
  fussy.poison = UINT64_MAX;
  const auto mended = retry(loop, client);
  CHECK(view(mended.getView().getState()) == "following");
  CHECK(view(mended.getView().getLastError()).empty());
  CHECK(mended.getView().getPosition() == size);
  CHECK(info_of(infos(loop, client, true), "fussy").getRows() == size);
  CHECK(rows().wait(loop.scope()).getRows().size() == 0);
}

TEST_CASE("a digest is of the records that the position beside it counts, while others record") {
  const LedgerPlace place;
  LedgerServer server(place);
  AsioLoop loop;
  LedgerClient client(loop, server.address(), place.token());
  // Long enough a walk that the views behind it go on meanwhile.
  const auto lines = [](const std::string& prefix, int count) {
    std::vector<Fill> commands;
    for (int i = 0; i < count; ++i) {
      const std::string id = fmt::format("{}-{}", prefix, i);
      commands.insert(commands.end(),
                      {project(id, "u"), line(id), appropriation(id, 100 + i, "a-" + id)});
    }
    return commands;
  };
  must_record(loop, client, {unit("u")});
  for (int i = 0; i < 10; ++i) must_record(loop, client, lines(fmt::format("before{}", i), 100));
  std::atomic<bool> done{false};
  std::thread writing([&] {
    AsioLoop own;
    LedgerClient other(own, server.address(), place.token());
    for (int i = 0; !done; ++i) must_record(own, other, lines(fmt::format("w{}", i), 2));
  });
  struct Seen {
    std::uint64_t rows;
    Hash digest;
  };
  std::map<std::string, std::map<std::uint64_t, Seen>> seen;  // by name and position
  const auto is_seen_often = [&] {
    return !seen.empty() &&
           std::ranges::all_of(seen, [](const auto& one) { return one.second.size() >= 8; });
  };
  for (int i = 0; i < 2'000 && !is_seen_often(); ++i) {
    const auto all = infos(loop, client, true);
    for (const auto info : all.getViews()) {
      Seen one{info.getRows(), {}};
      const auto digest = info.getDigest();
      REQUIRE(digest.size() == one.digest.size());
      std::copy(digest.begin(), digest.end(), one.digest.begin());
      seen[std::string(view(info.getName()))][info.getPosition()] = one;
    }
  }
  done = true;
  writing.join();
  server.stop();

  // Folded to each of those positions by itself, a view is the same.
  Hasher hasher = Hasher::sha256();
  for (const Projection* const projection : all_projections()) {
    auto scratch =
        Scratch::make(place.ledger() + "/scratch", server.ledger().journal(), {projection});
    REQUIRE(scratch);
    const auto& positions = seen.at(std::string(projection->name()));
    CHECK(positions.size() >= 8);
    for (const auto& [position, told] : positions) {
      INFO(projection->name() << " at " << position);
      REQUIRE(scratch->fold_to(position, [](std::uint64_t) { return true; }));
      auto cursor = scratch->walk(*projection);
      const auto digest = Views::digest(cursor, hasher);
      REQUIRE(digest);
      CHECK(digest->entries == told.rows);
      CHECK(digest->root == told.digest);
    }
  }
}
