#include "projections/projector.h"

#include <schema/views.capnp.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "projections/rows.h"
#include "projections/support/served.h"
#include "service/queries.h"
#include "support/catch.h"
#include "support/child.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
using namespace counterfoil::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Positions of views that are empty.
std::vector<std::uint64_t> nothing() {
  return std::vector<std::uint64_t>(all_projections().size(), 0);
}

/// The families of a views' database in which every view is of that generation.
std::vector<std::string> families_of(std::uint64_t generation) {
  std::vector<std::string> names = {"default", "meta"};
  for (const Projection* one : all_projections())
    names.push_back(fmt::format("{}.{}.{}", one->name(), one->version(), generation));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("views follow the journal live") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  served.ledger->start();
  for (int i = 0; i < 20; ++i) {
    must(kit::send(served.ledger->writer(),
                   kit::command(std::to_string(i), kit::unit(fmt::format("L{}", i)))));
    for (const Projection* one : all_projections()) {
      std::promise<Result<void>> folded;
      served.projector().when_folded(
          one->name(), served.ledger->journal().size(),
          [&](const Result<void>& outcome) { folded.set_value(outcome); });
      CHECK(folded.get_future().get());
      CHECK(served.projector().views().view(*one).position == served.ledger->journal().size());
    }
  }
  for (const ProjectionStatus& one : served.projector().status()) {
    CHECK(one.state == "following");
    CHECK(one.lag == 0);
  }
}

TEST_CASE("a view that is opened again goes on where it was") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  const auto positions = served.positions();
  served.open();
  CHECK(served.positions() == positions);
  CHECK(served.digests() == whole);
  CHECK(served.caught_up() == whole);
  CHECK(served.notices.empty());
}

TEST_CASE("views whose folder was deleted are built again to the same bytes") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  served.ledger.reset();
  fs::remove_all(temp / "ledger/views");
  served.open();
  CHECK(served.positions() == nothing());
  const auto states = [&] {
    std::set<std::string> all;
    for (const ProjectionStatus& one : served.projector().status()) all.insert(one.state);
    return all;
  };
  CHECK(states() == std::set<std::string>{"behind"});  // it said "following", of no record
  CHECK(served.caught_up() == whole);
  CHECK(states() == std::set<std::string>{"following"});
}

TEST_CASE("views are the same however the journal was cut into batches") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  kit::create_ledger_in(temp / "live");
  Served live(temp / "live");
  live.ledger->start();
  for (PreparedCommand& one : kit::story(3, 5, 150, "s"))
    (void)kit::send(live.ledger->writer(), std::move(one));
  (void)kit::send(live.ledger->writer(),
                  kit::command("r", kit::reversal(live.ledger->journal().size() - 1)));
  live.ledger->stop();
  live.open();  // times differ in the records of the two, so that the rows must be built again
  const auto followed = live.caught_up();
  for (const Projection* one : all_projections())
    must(live.projector().rebuild(one->name(), nullptr));
  CHECK(live.digests() == followed);
}

TEST_CASE("a view is built again beside the one that serves") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  for (const Projection* one : all_projections()) {
    const View before = served.projector().views().view(*one);
    int told = 0;
    must(served.projector().rebuild(one->name(), [&](std::uint64_t done, std::uint64_t total) {
      ++told;
      CHECK(done == total);
      CHECK(served.projector().views().view(*one).generation == before.generation);
      CHECK(served.digests() == whole);
      bool rebuilding = false;
      for (const ProjectionStatus& status : served.projector().status())
        rebuilding = rebuilding || (status.name == one->name() && status.state == "rebuilding");
      CHECK(rebuilding);
      const Error twice = error_of(served.projector().rebuild(one->name(), nullptr));
      CHECK(twice.code == ErrorCode::busy);
    }));
    CHECK(told == 1);
    CHECK(served.projector().views().view(*one).generation == before.generation + 1);
  }
  CHECK(served.digests() == whole);
  CHECK(error_of(served.projector().rebuild("nosuch", nullptr)).message ==
        "there is no projection \"nosuch\"; there are budgets, adjustments, targets, monitoring, "
        "grades, obligations, compliance, stale, priorities, pools, library, units, cuts, "
        "statements, principals");
  served.open();
  CHECK(served.digests() == whole);
  CHECK(served.notices.empty());
}

TEST_CASE("views are built again while commands are recorded and rows are read") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  served.ledger->start();
  std::atomic<bool> done{false};
  std::thread writing([&] {
    for (int i = 0; !done; ++i) {
      (void)kit::send(
          served.ledger->writer(),
          kit::command(fmt::format("w{}", i), kit::adjustment("supplement", {{"sP1", 1}})));
      std::this_thread::sleep_for(
          std::chrono::milliseconds(2));  // else the journal outgrows builds
    }
  });
  std::thread reading([&] {
    while (!done) must(read_rows(served.projector(), "adjustments", {}, "", 50));
  });
  std::vector<std::string> names;
  for (const Projection* one : all_projections()) names.emplace_back(one->name());
  for (int i = 0; i < 5; ++i) must(served.projector().rebuild(names, nullptr));
  done = true;
  writing.join();
  reading.join();
  served.ledger->stop();
  served.open();
  const auto followed = served.caught_up();
  served.ledger.reset();
  fs::remove_all(temp / "ledger/views");
  served.open();
  CHECK(served.caught_up() == followed);
}

TEST_CASE("a rebuild that is killed leaves the view that served, and goes on when it is opened") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  served.ledger.reset();
  Child child({"rebuild", temp / "ledger", "budgets"});
  REQUIRE(child.wait() == SIGKILL);
  {
    Rocks rocks = open_views(temp / "ledger");
    CHECK(rocks.family("budgets.1.2") != nullptr);
    must(rocks.create_family("asof.7"));  // whatever else was begun is garbage
  }
  served.open();
  CHECK(served.digests() == whole);
  CHECK(served.projector().views().view(budgets()).generation == 1);
  CHECK(served.projector().views().rocks().family("asof.7") == nullptr);
  CHECK(served.caught_up() == whole);
  CHECK(served.projector().views().view(budgets()).generation == 2);
  served.ledger.reset();
  {
    const Rocks rocks = open_views(temp / "ledger");
    CHECK(rocks.family("budgets.1.1") == nullptr);
    CHECK(must(rocks.get(*rocks.family("meta"), "position/budgets.1.1")) == std::nullopt);
    CHECK(must(rocks.get(*rocks.family("meta"), "building/budgets")) == std::nullopt);
  }
  served.open();
  CHECK(served.digests() == whole);
  must(served.projector().rebuild("budgets", nullptr));
  CHECK(served.digests() == whole);
}

TEST_CASE("views of another ledger, empty ones or ones ahead of the journal are thrown away") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  served.ledger.reset();
  SECTION("another ledger") {
    change_meta(temp / "ledger", "ledger", std::string(32, 'x'));
  }
  SECTION("another version, empty") {
    Rocks rocks = open_views(temp / "ledger");
    for (const Projection* one : all_projections()) {
      must(rocks.drop_family(fmt::format("{}.{}.1", one->name(), one->version())));
      must(rocks.create_family(fmt::format("{}.0.1", one->name())));
    }
  }
  SECTION("ahead of the journal") {
    for (const Projection* one : all_projections())
      change_meta(temp / "ledger", fmt::format("position/{}.{}.1", one->name(), one->version()),
                  number(1'000'000));
  }
  served.open();
  CHECK(served.positions() == nothing());
  CHECK(served.caught_up() == whole);
  served.ledger.reset();
  CHECK(open_views(temp / "ledger").families() == families_of(2));
}

// Cause: the position of a family outlived the family when a rebuild was killed. The next family of
// that name, still empty, then counted as filled.
TEST_CASE("a new generation starts at nothing, whatever was left under its name") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  served.ledger.reset();
  change_meta(temp / "ledger", "position/budgets.1.2", number(100));
  change_meta(temp / "ledger", "ledger", std::string(32, 'x'));
  served.open();  // makes generation 2, and nothing is folded before the next
  served.open();
  CHECK(served.positions() == nothing());
  CHECK(served.caught_up() == whole);
}

// Cause: how far a view is stood in a family of its own, so that a manifest that was cut could keep
// that and lose the view's entries. The view then served nothing and said that it was up to date.
TEST_CASE("a view whose entries are of another moment than its position is built again") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  served.ledger.reset();
  {
    Rocks rocks = open_views(temp / "ledger");
    must(rocks.drop_family("budgets.1.1"));
    must(rocks.create_family("budgets.1.1"));
  }
  served.open();
  CHECK(served.notices == std::vector<std::string>{"view budgets is not whole and is built again"});
  CHECK(served.caught_up() == whole);
}

TEST_CASE("views that are damaged in any way are built again, and the ledger opens") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  served.ledger.reset();
  const auto each_file = [&](const std::string& part, auto change) {
    int changed = 0;
    for (const auto& file : fs::directory_iterator(temp / "ledger/views"))
      if (file.path().filename().string().find(part) != std::string::npos) {
        change(file.path());
        ++changed;
      }
    return changed;
  };
  const auto cut = [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); };
  const auto remove = [](const fs::path& file) { fs::remove(file); };
  // Opening twice writes what is in the log into table files.
  served.open();
  served.ledger.reset();
  int changed = 0;
  SECTION("a table is cut") {
    changed = each_file(".sst", cut);
  }
  SECTION("a table is missing") {
    changed = each_file(".sst", remove);
  }
  SECTION("the manifest is cut") {
    changed = each_file("MANIFEST", cut);
  }
  SECTION("the manifest is missing") {
    changed = each_file("MANIFEST", remove);
  }
  SECTION("the current manifest's name is missing") {
    changed = each_file("CURRENT", remove);
  }
  SECTION("everything is missing but the logs") {
    changed =
        each_file("MANIFEST", remove) + each_file("CURRENT", remove) + each_file(".sst", remove);
  }
  CHECK(changed > 0);
  served.open();
  // Cause: the notice quoted what to do about a damaged journal, "restore a backup".
  for (const std::string& notice : served.notices) {
    CHECK_THAT(notice,
               Contains("the views are built again now") || Contains("is not whole and is built"));
    CHECK_THAT(notice, !Contains("backup"));
  }
  CHECK(served.caught_up() == whole);
}

// Cause: RocksDB's own words, without what to do.
TEST_CASE("a file where the views should be is left alone, with what to do about it") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  must(create_private_file(temp / "ledger/views", "mine"));
  const Error error = error_of(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
  CHECK(error.code == ErrorCode::io);
  CHECK_THAT(error.message, Contains("ledger/views is no folder: remove it"));
  CHECK(must(read_file(temp / "ledger/views")) == "mine");
}

namespace {

/// Counts facts by their tag, and fails at one record.
class Fussy final : public Projection {
 public:
  explicit Fussy(std::uint64_t poison) : poison_(poison) {}
  std::string_view name() const override { return "fussy"; }
  std::uint32_t version() const override { return 1; }
  capnp::StructSchema row_schema() const override {
    return capnp::Schema::from<schema::BudgetRow>();
  }
  std::string_view row_prefix() const override { return {}; }
  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    rows.put(fmt::format("{}", record.getSequence()), "x");
    if (record.getSequence() == poison_) return fail(ErrorCode::corrupt, "poison");
    ++folded_;
    return {};
  }
  std::uint64_t poison_;
  mutable std::uint64_t folded_ = 0;
};

struct WithFussy {
  LedgerFolder folder;
  Journal journal;
  Fussy fussy;
  std::vector<const Projection*> projections;
  Views views;
  Projector projector;

  WithFussy(const std::string& path, std::uint64_t poison)
      : folder(must(LedgerFolder::open(path))),
        journal(must(Journal::open(folder))),
        fussy(poison),
        projections(with(all_projections(), &fussy)),
        views(must(
            Views::open(folder.views(), "test", journal.size(), projections, [](const auto&) {}))),
        projector(journal, views, projections) {}

  static std::vector<const Projection*> with(std::vector<const Projection*> all,
                                             const Projection* one) {
    all.insert(all.begin(), one);
    return all;
  }
};

}  // namespace

TEST_CASE("a record that a projection cannot fold halts that one alone, and names the record") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  WithFussy open(temp / "ledger", 100);
  const std::uint64_t size = open.journal.size();
  Result<void> told;
  open.projector.when_folded("fussy", size, [&](const Result<void>& outcome) { told = outcome; });
  CHECK_FALSE(open.projector.catch_up());
  CHECK_THAT(error_of(told).message, Contains("the view fussy is halted: record 100: poison"));
  for (const ProjectionStatus& one : open.projector.status()) {
    CHECK(one.state == (one.name == "fussy" ? "halted" : "following"));
    CHECK(one.position == (one.name == "fussy" ? 100 : size));
    CHECK(one.last_error == (one.name == "fussy" ? "record 100: poison" : ""));
  }
  open.projector.when_folded("fussy", 100, [&](const Result<void>& outcome) { told = outcome; });
  CHECK(told);
  open.projector.when_folded("fussy", 101, [&](const Result<void>& outcome) { told = outcome; });
  CHECK_FALSE(told);

  SECTION("a rebuild fails at it, too, and leaves nothing behind") {
    CHECK_THAT(error_of(open.projector.rebuild("fussy", nullptr)).message, Contains("record 100"));
    CHECK(open.views.rocks().family("fussy.1.2") == nullptr);
    CHECK(open.projector.status().front().state == "halted");
  }
  SECTION("it goes on where it stands when it is let, after the cause is gone") {
    CHECK_THAT(error_of(open.projector.retry("fussy")).message, Contains("record 100"));
    CHECK(open.projector.status().front().state == "halted");
    open.fussy.poison_ = UINT64_MAX;
    open.fussy.folded_ = 0;
    must(open.projector.retry("fussy"));
    CHECK(open.fussy.folded_ == size - 100);
    CHECK(open.projector.status().front().state == "following");
    CHECK(open.projector.status().front().last_error.empty());
    CHECK(must(open.views.digest(open.views.view(open.fussy))).entries == size);
  }
  SECTION("a rebuild after the cause is gone makes it follow again") {
    open.fussy.poison_ = UINT64_MAX;
    must(open.projector.rebuild("fussy", nullptr));
    CHECK(open.projector.status().front().state == "following");
    CHECK(open.projector.status().front().position == size);
  }
}

TEST_CASE("all views are given at one position while records come in") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  served.ledger->start();
  std::atomic<bool> done{false};
  std::thread writing([&] {
    for (int i = 0; !done; ++i)
      (void)kit::send(
          served.ledger->writer(),
          kit::command(fmt::format("w{}", i), kit::adjustment("supplement", {{"sP1", 1}})));
  });
  Hasher hasher = Hasher::sha256();
  std::uint64_t before = 0;
  for (int i = 0; i < 20; ++i) {
    ViewsMoment moment = must(served.projector().at_one_position());
    CHECK(moment.position > before);
    while (served.ledger->journal().size() < moment.position + 3) std::this_thread::yield();
    CHECK(moment.parts.size() == all_projections().size());
    RecordBuffer buffer;
    std::string bytes;
    for (ViewsMoment::Part& part : moment.parts) {
      const auto found = must(Views::digest(part.cursor, hasher));
      if (i % 7 != 0 && part.projection->name() != "adjustments") continue;
      const TempFolder folded;
      Rocks rocks = must(Rocks::open(folded / "rocks", {"rows"}, {.create_if_missing = true}));
      PendingRows rows(rocks, rocks.family("rows"));
      for (std::uint64_t at = 0; at < moment.position; ++at) {
        must(served.ledger->journal().read(Sequence{at}, bytes));
        must(part.projection->fold(must(buffer.load(bytes)), rows));
      }
      Rocks::Batch batch;
      rows.take(batch);
      must(rocks.write(batch, Rocks::Durability::buffered));
      auto cursor = rocks.walk(*rocks.family("rows"));
      cursor.seek({});
      CHECK(must(Views::digest(cursor, hasher)).root == found.root);
    }
    before = moment.position;
  }
  done = true;
  writing.join();
}

TEST_CASE("a halted view is missing from those at one position, which say why") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  WithFussy open(temp / "ledger", 100);
  const ViewsMoment moment = must(open.projector.at_one_position());
  REQUIRE(moment.missing.size() == 1);
  CHECK(moment.missing.front().projection->name() == "fussy");
  CHECK_THAT(moment.missing.front().why, Contains("fussy is halted: record 100: poison"));
  REQUIRE_FALSE(moment.parts.empty());
  for (const ViewsMoment::Part& part : moment.parts) CHECK(part.projection->name() != "fussy");
}

// Cause: a fold ignored facts that it did not know, so that an older build would have served sums
// without what a newer one recorded.
TEST_CASE("a fact that this build does not know halts every fold, with its tag and place") {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  record.setFormat(1);
  record.setSequence(7);
  record.initFact().initEventReversed();
  CHECK(check_foldable(record.asReader()));
  // The union's tag is the first 16 bits of Fact's data.
  auto fact = capnp::toAny(record.getFact());
  fact.getDataSection()[0] = 200;
  const Error error = error_of(check_foldable(record.asReader()));
  CHECK(error.code == ErrorCode::unsupported);
  CHECK(error.message ==
        "record 7 holds a fact with tag 200, which this build does not know: install a newer one");
  CHECK(check_canonical(bytes_of(canonical(record.asReader()))));
}

// Cause: whoever waited for a view when the ledger stopped was never told anything.
TEST_CASE("whoever waits when following ends is told so, and so is whoever asks later") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  served.ledger->start();
  const std::uint64_t size = served.ledger->journal().size();
  std::promise<Result<void>> folded;
  served.projector().when_folded("budgets", size,
                                 [&](const Result<void>& outcome) { folded.set_value(outcome); });
  CHECK(folded.get_future().get());
  std::vector<Error> told;
  const auto tell = [&](const Result<void>& outcome) { told.push_back(error_of(outcome)); };
  served.projector().when_folded("budgets", size + 1, tell);
  CHECK(told.empty());
  served.ledger->stop();
  served.projector().when_folded("budgets", size + 1, tell);
  REQUIRE(told.size() == 2);
  CHECK(told[0].code == ErrorCode::busy);
  CHECK(told[1].code == ErrorCode::busy);
  bool now = false;
  served.projector().when_folded("budgets", size,
                                 [&](const Result<void>& outcome) { now = !!outcome; });
  CHECK(now);
}

// Cause: a rebuild on another thread went on in a ledger that was being destroyed.
TEST_CASE("stopping ends a rebuild and waits for it, and the next opening goes on") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  served.ledger->start();
  std::promise<void> begun;
  Result<void> outcome;
  std::atomic<bool> ended{false};
  std::thread rebuilding([&] {
    outcome = served.projector().rebuild("budgets", [&](std::uint64_t, std::uint64_t) {
      begun.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      ended = true;
    });
  });
  begun.get_future().wait();
  served.ledger->stop();
  CHECK(ended);
  rebuilding.join();
  CHECK(error_of(outcome).code == ErrorCode::busy);
  served.open();
  CHECK(served.projector().views().view(budgets()).generation == 1);
  must(served.projector().catch_up());
  CHECK(served.projector().views().view(budgets()).generation == 2);
}
