#include "codec/canonical.h"
#include "codec/text.h"
#include "core/limits.h"
#include "ledger_rig.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Rig : ServedLedger {
  void open_lines(int projects) {
    std::vector<Fill> commands{unit("u")};
    for (int i = 0; i < projects; ++i) {
      const std::string id = fmt::format("p{}", i);
      commands.insert(commands.end(),
                      {project(id, "u"), line(id), appropriation(id, 100 + i, "a-" + id)});
    }
    must_record(loop, client, commands);
  }
};

using Budgets = capnp::Response<schema::Reader::BudgetsResults>;
kj::Promise<Budgets> budgets(LedgerClient& client, const std::string& project_id = {},
                             capnp::Data::Reader after = {}, unsigned limit = 0) {
  auto request = client.reader().budgetsRequest();
  request.initFilter().setProject(text_of(project_id));
  if (!project_id.empty()) request.getFilter().setFiscalYear(2024);
  request.setAfter(after);
  request.setLimit(limit);
  return request.send();
}

kj::Promise<capnp::Response<schema::Reader::HistoryResults>> history(LedgerClient& client,
                                                                     const std::string& subject,
                                                                     std::uint64_t from = 0,
                                                                     unsigned limit = 0) {
  auto request = client.reader().historyRequest();
  request.setSubject(text_of(subject));
  request.setFrom(from);
  request.setLimit(limit);
  return request.send();
}

class CountingProgress final : public schema::Progress::Server {
 public:
  explicit CountingProgress(std::vector<std::uint64_t>& done) : done_(done) {}
  kj::Promise<void> report(ReportContext context) override {
    done_.push_back(context.getParams().getDone());
    return kj::READY_NOW;
  }

 private:
  std::vector<std::uint64_t>& done_;
};

}  // namespace

TEST_CASE("a read sees everything that was acknowledged before it, while others record") {
  Rig rig;
  rig.open_lines(2);
  LedgerClient other(rig.loop, rig.server.address(), rig.place.token());
  std::int64_t expected = 100;
  for (int i = 0; i < 60; ++i) {
    std::vector<Fill> noise;
    for (int k = 0; k < 100; ++k)
      noise.push_back(supplement("p1", 1, fmt::format("noise-{}-{}", i, k)));
    auto under_way = record(other.recorder(), noise);
    must_record(rig.loop, rig.client, {supplement("p0", 7, fmt::format("s-{}", i))});
    expected += 7;
    const auto page = budgets(rig.client, "p0").wait(rig.loop.scope());
    REQUIRE(page.getRows().size() == 1);
    REQUIRE(page.getRows()[0].getCurrent() == expected);
    auto adjustments = rig.client.reader().adjustmentsRequest();
    adjustments.initFilter().setProject("p0");
    REQUIRE(adjustments.send().wait(rig.loop.scope()).getRows().size() ==
            static_cast<unsigned>(i + 1));
    under_way.wait(rig.loop.scope());
  }
}

TEST_CASE("pages of budgets follow each other without a row missing or twice") {
  Rig rig;
  rig.open_lines(25);
  for (const unsigned limit : {1u, 7u, 25u, 26u, 0u}) {
    std::vector<std::int64_t> amounts;
    std::string after;
    do {
      const auto page = budgets(rig.client, "", data_of(after), limit).wait(rig.loop.scope());
      CHECK(page.getRows().size() <= (limit == 0 ? limits::rows_in_page : limit));
      for (const auto row : page.getRows()) amounts.push_back(row.getOriginal());
      after = view(page.getNext());
    } while (!after.empty());
    std::sort(amounts.begin(), amounts.end());
    REQUIRE(amounts.size() == 25);
    for (int i = 0; i < 25; ++i) CHECK(amounts[static_cast<unsigned>(i)] == 100 + i);
  }
}

// Cause: a page was bounded by its rows alone. 4,096 adjustments with long reasons made a message
// that no client takes, and the connection ended instead of the call.
TEST_CASE("a page of rows is bounded in bytes, too") {
  Rig rig;
  rig.open_lines(1);
  constexpr unsigned count = 4'200;
  for (unsigned first = 0; first < count; first += 1'400) {
    std::vector<Fill> commands;
    for (unsigned i = first; i < first + 1'400; ++i)
      commands.push_back(supplement("p0", 1, fmt::format("s-{}", i), limits::reason_bytes));
    must_record(rig.loop, rig.client, commands);
  }
  unsigned rows = 0;
  std::string after;
  do {
    auto request = rig.client.reader().adjustmentsRequest();
    request.setAfter(data_of(after));
    const auto page = request.send().wait(rig.loop.scope());
    CHECK(page.totalSize().wordCount * sizeof(capnp::word) < limits::request_bytes);
    rows += page.getRows().size();
    after = view(page.getNext());
  } while (!after.empty());
  CHECK(rows == count);
}

TEST_CASE("a subject's history has a count, pages, and the records as they are stored") {
  Rig rig;
  rig.open_lines(1);
  std::vector<Fill> commands;
  for (int i = 0; i < 20; ++i) commands.push_back(supplement("p0", 1, fmt::format("s-{}", i)));
  must_record(rig.loop, rig.client, commands);
  std::vector<std::uint64_t> sequences;
  for (std::uint64_t from = 0;;) {
    const auto page = history(rig.client, line_id("p0"), from, 6).wait(rig.loop.scope());
    CHECK(page.getCount() == 22);  // opened, appropriated, and the supplements
    CHECK(page.getRecords().size() <= 6);
    if (page.getRecords().size() == 0) break;
    for (const auto bytes : page.getRecords()) {
      RecordBuffer buffer;
      const auto record = buffer.load(view(bytes));
      REQUIRE(record.has_value());
      sequences.push_back(record->getSequence());
      std::string stored;
      REQUIRE(rig.server.ledger().journal().read(Sequence{record->getSequence()}, stored));
      CHECK(stored == view(bytes));
    }
    from += page.getRecords().size();
  }
  CHECK(sequences.size() == 22);
  CHECK(std::is_sorted(sequences.begin(), sequences.end()));
}

TEST_CASE("what a reader asks wrongly is told with the code that fits") {
  Rig rig;
  CHECK(error_of(history(rig.client, "project/unknown"), rig.loop).code == ErrorCode::not_found);
  CHECK(error_of(history(rig.client, "no subject!"), rig.loop).code == ErrorCode::invalid);
  auto rebuilt = rig.client.reader().rebuiltRequest();
  rebuilt.setSubject("project/unknown");
  CHECK(error_of(rebuilt.send(), rig.loop).code == ErrorCode::not_found);
  auto adjustments = rig.client.reader().adjustmentsRequest();
  adjustments.initFilter().setKind("theft");
  CHECK(error_of(adjustments.send(), rig.loop).code == ErrorCode::invalid);
}

TEST_CASE("a project folded from its records alone has the rows that the views have") {
  Rig rig;
  rig.open_lines(3);
  must_record(rig.loop, rig.client, {supplement("p1", 5, "s-1"), supplement("p1", 6, "s-2")});
  auto request = rig.client.reader().rebuiltRequest();
  request.setSubject("project/p1");
  const auto rebuilt = request.send().wait(rig.loop.scope());
  const auto served = budgets(rig.client, "p1").wait(rig.loop.scope());
  REQUIRE(rebuilt.getBudgets().size() == 1);
  REQUIRE(served.getRows().size() == 1);
  CHECK(rebuilt.getBudgets()[0].getCurrent() == 112);
  CHECK(capnp::AnyStruct::Reader(rebuilt.getBudgets()[0]) ==
        capnp::AnyStruct::Reader(served.getRows()[0]));
  CHECK(rebuilt.getAdjustments().size() == 2);
}

TEST_CASE("views are rebuilt while commands are recorded, and no read fails or goes back") {
  Rig rig;
  rig.open_lines(1);
  for (int i = 0; i < 4; ++i) {
    std::vector<Fill> commands;
    for (int k = 0; k < 2'000; ++k)
      commands.push_back(supplement("p0", 1, fmt::format("before-{}-{}", i, k)));
    must_record(rig.loop, rig.client, commands);
  }
  std::vector<std::uint64_t> reported;
  auto request = rig.client.admin().rebuildRequest();
  request.setProgress(kj::heap<CountingProgress>(reported));
  auto rebuilding = request.send();
  std::int64_t expected = 100 + 8'000;
  int rounds = 0;
  for (; rounds < 5 || (!rebuilding.poll(rig.loop.scope()) && rounds < 2'000); ++rounds) {
    must_record(rig.loop, rig.client, {supplement("p0", 1, fmt::format("during-{}", rounds))});
    const auto page = budgets(rig.client, "p0").wait(rig.loop.scope());
    REQUIRE(page.getRows().size() == 1);
    REQUIRE(page.getRows()[0].getCurrent() == ++expected);
  }
  const auto rebuilt = rebuilding.wait(rig.loop.scope());
  CHECK(rebuilt.getBefore().size() == rebuilt.getAfter().size());
  for (const auto view : rebuilt.getAfter()) CHECK(view.getLastError().size() == 0);
  CHECK(std::is_sorted(reported.begin(), reported.end()));

  // With nothing recorded meanwhile, a rebuilt view is the same down to its digest.
  const auto again = rig.client.admin().rebuildRequest().send().wait(rig.loop.scope());
  auto request_views = rig.client.reader().viewsRequest();
  request_views.setDigests(true);
  const auto views = request_views.send().wait(rig.loop.scope());
  REQUIRE(views.getViews().size() == again.getAfter().size());
  for (unsigned i = 0; i < views.getViews().size(); ++i) {
    CHECK(again.getBefore()[i].getDigest() == again.getAfter()[i].getDigest());
    CHECK(views.getViews()[i].getDigest() == again.getAfter()[i].getDigest());
    CHECK(views.getViews()[i].getDigest().size() == 32);
    CHECK(views.getViews()[i].getLag() == 0);
  }
}
