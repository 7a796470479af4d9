#include <schema/views.capnp.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <set>
#include <thread>

#include "codec/text.h"
#include "core/bytes.h"
#include "projections/budgets.h"
#include "projections/row_codec.h"
#include "projections/rows.h"
#include "projections/support/documents.h"
#include "projections/support/served.h"
#include "projections/support/told.h"
#include "service/queries.h"
#include "support/catch.h"
#include "support/child.h"

using namespace counterfoil;
using namespace counterfoil::test;
using Catch::Matchers::Contains;

namespace {

constexpr BuildPlan in_small_steps{
    .records_in_chunk = 20, .bytes_in_memory = 1, .between_files = std::chrono::milliseconds(0)};

/// Passes on what a fold puts, with the row's item changed.
class MarkedRows final : public Rows {
 public:
  explicit MarkedRows(Rows& rows) : rows_(rows) {}
  Result<bool> get(std::string_view key, std::string& value) override {
    return rows_.get(key, value);
  }
  void put(std::string_view key, std::string_view value) override {
    capnp::MallocMessageBuilder message;
    message.setRoot(RowBuffer<schema::BudgetRow>().read(value));
    auto row = message.getRoot<schema::BudgetRow>();
    row.setItem("new");
    rows_.put(key, bytes_of(canonical_row(row.asReader())));
  }
  void erase(std::string_view key) override { rows_.erase(key); }
  Result<std::string*> edit(std::string_view key) override { return rows_.edit(key); }
  Result<void> each(std::string_view prefix, const Visit& visit) override {
    return rows_.each(prefix, visit);
  }

 private:
  Rows& rows_;
};

/// The next version of budgets: its rows are told apart by their item. It may fail at one record.
class NewBudgets final : public Projection {
 public:
  explicit NewBudgets(bool has_old) : has_old_(has_old) {}
  std::string_view name() const override { return "budgets"; }
  std::uint32_t version() const override { return 2; }
  capnp::StructSchema row_schema() const override { return old_.row_schema(); }
  std::string_view row_prefix() const override { return old_.row_prefix(); }
  const Projection* predecessor() const override { return has_old_ ? &old_ : nullptr; }
  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    ++folded;
    if (record.getSequence() == poison) return fail(ErrorCode::corrupt, "poison");
    MarkedRows marked(rows);
    return old_.fold(record, marked);
  }

  mutable std::atomic<std::uint64_t> folded = 0;
  std::uint64_t poison = UINT64_MAX;

 private:
  Budgets old_;
  bool has_old_;
};

/// A ledger's folder opened by a build in which that projection is in the place of the one of its
/// name.
struct NewBuild {
  LedgerFolder folder;
  Journal journal;
  std::vector<const Projection*> projections;
  std::vector<std::string> notices;
  Views views;
  Projector projector;

  NewBuild(const std::string& path, const Projection& changed)
      : folder(must(LedgerFolder::open(path))),
        journal(must(Journal::open(folder))),
        projections(with(changed)),
        views(must(Views::open(folder.views(), leaf_of(journal), journal.size(), projections,
                               [this](const std::string& one) { notices.push_back(one); }))),
        projector(journal, views, projections) {}

  static std::vector<const Projection*> with(const Projection& changed) {
    std::vector<const Projection*> all = all_projections();
    const auto same = std::find_if(all.begin(), all.end(), [&](const Projection* one) {
      return one->name() == changed.name();
    });
    if (same == all.end())
      all.push_back(&changed);
    else
      *same = &changed;
    return all;
  }
  static std::string leaf_of(const Journal& journal) {
    std::string first;
    must(journal.read(Sequence{0}, first));
    return std::string(bytes_of(must(Hasher::of_suite(journal.suite())).leaf(first)));
  }
  ProjectionStatus status(std::string_view name) const {
    for (ProjectionStatus& one : projector.status())
      if (one.name == name) return one;
    FAIL("no projection " << name);
    return {};
  }
  Hash digest(std::string_view name) const {
    return must(views.digest(views.view(*must(projector.find(name))))).root;
  }
};

/// The items of the rows that a read gives, page by page.
std::set<std::string> items_of(const Projector& projector, std::size_t rows_in_page) {
  std::set<std::string> items;
  std::string after;
  RowBuffer<schema::BudgetRow> buffer;
  do {
    const RowPage page = must(read_rows(projector, "budgets", {}, after, rows_in_page));
    for (const std::string& row : page.rows)
      items.insert(std::string(view(buffer.read(row).getItem())));
    after = page.next;
  } while (!after.empty());
  return items;
}

/// A ledger with views of this build.
void make_followed(const std::string& path) {
  make_ledger(path);
  Served served(path);
  must(served.projector().catch_up());
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Projection* one : all_projections()) names.emplace_back(one->name());
  return names;
}

}  // namespace

TEST_CASE("views that are built in many small files on several threads are the same") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.caught_up();
  BuildPlan plan = in_small_steps;
  SECTION("a file a chunk") {}
  SECTION("a file when memory is full") {
    plan.bytes_in_memory = 30'000;
    plan.between_files = std::chrono::hours(1);
  }
  SECTION("chunks of one record") {
    plan.records_in_chunk = 1;
  }
  served.projector().tune(plan);
  std::uint64_t last = 0;
  must(served.projector().rebuild(all_names(), [&](std::uint64_t done, std::uint64_t total) {
    CHECK(done >= last);
    CHECK(done <= total);
    last = done;
  }));
  CHECK(last == served.ledger->journal().size());
  CHECK(served.digests() == whole);
  CHECK(served.projector().views().view(budgets()).generation == 2);
  served.open();
  CHECK(served.digests() == whole);
  CHECK(served.notices.empty());
}

TEST_CASE("a build that is killed after any chunk goes on from there") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.digests();
  const std::uint64_t size = served.ledger->journal().size();
  for (const unsigned chunks : {1u, 3u, 6u}) {
    const std::uint64_t before = served.projector().views().view(budgets()).generation;
    served.ledger.reset();
    Child child({"rebuild-partly", temp / "ledger", "budgets", std::to_string(chunks)});
    REQUIRE(child.wait() == SIGKILL);
    served.open();
    CHECK(served.digests() == whole);
    CHECK(served.projector().views().view(budgets()).generation == before);
    Views& views = const_cast<Views&>(served.projector().views());
    CHECK(must(views.begin_building(budgets())).position == 20 * chunks);
    CHECK(20 * chunks < size);
    CHECK(served.caught_up() == whole);
    CHECK(served.projector().views().view(budgets()).generation > before);
    CHECK(served.notices.empty());
  }
}

TEST_CASE("builds that are killed at any moment leave what serves, and come to their end") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  Served served(temp / "ledger");
  const auto whole = served.digests();
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 chance(seed);
  for (int kill = 0; kill < 12; ++kill) {
    served.ledger.reset();
    Child child({"rebuild-on", temp / "ledger"});
    REQUIRE(child.read_line() == "open");
    std::this_thread::sleep_for(std::chrono::milliseconds(chance() % 400));
    child.kill();
    served.open();
    CHECK(served.digests() == whole);
    CHECK(served.notices.empty());
    const auto positions = served.positions();
    CHECK(std::set<std::uint64_t>(positions.begin(), positions.end()) ==
          std::set<std::uint64_t>{served.ledger->journal().size()});
  }
  CHECK(served.caught_up() == whole);
}

TEST_CASE("a new version is built beside the old one, which serves until it is swapped in") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  const bool has_old = GENERATE(true, false);
  const NewBudgets changed(has_old);
  {
    NewBuild build(temp / "ledger", changed);
    CHECK(build.notices == std::vector<std::string>{"view budgets serves on as version 1 while "
                                                    "version 2 is built"});
    const ProjectionStatus before = build.status("budgets");
    CHECK(before.version == 1);
    CHECK(before.building == 2);
    CHECK(before.position == build.journal.size());
    CHECK(before.state == "rebuilding");
    CHECK(items_of(build.projector, 2) == std::set<std::string>{"-"});
    bool told = false;
    build.projector.when_folded("budgets", build.journal.size() + 1,
                                [&](const Result<void>& outcome) { told = outcome.has_value(); });
    CHECK(told == !has_old);  // what nothing here folds serves what it holds
    must(build.projector.catch_up());
    CHECK(build.status("budgets").version == 2);
    CHECK(build.status("budgets").building == 0);
    CHECK(build.status("budgets").state == "following");
    CHECK(items_of(build.projector, 2) == std::set<std::string>{"new"});
  }
  // The build before finds a view of another version, and goes about it in the same way.
  Served served(temp / "ledger");
  CHECK(items_of(served.projector(), 2) == std::set<std::string>{"new"});
  must(served.projector().catch_up());
  CHECK(items_of(served.projector(), 2) == std::set<std::string>{"-"});
}

TEST_CASE("no read fails or sees two versions while budgets are swapped under load") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  const NewBudgets changed(true);
  {
    NewBuild build(temp / "ledger", changed);
    build.projector.tune({.records_in_chunk = 200, .bytes_in_memory = 100'000});
    Writer writer(build.journal, must(Zone::find("Asia/Shanghai")), kit::ticking(),
                  [&] { build.projector.notify(); });
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> reads_of_old{0};
    std::atomic<std::uint64_t> reads_of_new{0};
    std::atomic<std::uint64_t> mixed{0};
    std::atomic<std::uint64_t> failed{0};
    writer.start();
    // Ten commands every five milliseconds: 2,000 a second.
    std::thread writing([&] {
      auto next = std::chrono::steady_clock::now();
      for (int i = 0; !done; ++i) {
        std::vector<PreparedCommand> commands;
        for (int j = 0; j < 10; ++j)
          commands.push_back(kit::command(fmt::format("w{}-{}", i, j),
                                          kit::adjustment("supplement", {{"sP1", 1}})));
        for (const Answer& answer : kit::send_all(writer, std::move(commands)))
          if (!answer) ++failed;
        std::this_thread::sleep_until(next += std::chrono::milliseconds(5));
      }
    });
    std::vector<std::thread> readers;
    for (const std::size_t rows_in_page : {1u, 1'000u})
      readers.emplace_back([&, rows_in_page] {
        while (!done) {
          std::promise<Result<void>> folded;
          build.projector.when_folded(
              "budgets", build.journal.size(),
              [&](const Result<void>& outcome) { folded.set_value(outcome); });
          if (!folded.get_future().get()) ++failed;
          const auto items = items_of(build.projector, rows_in_page);
          if (items.size() != 1) ++mixed;
          if (items.contains("-")) ++reads_of_old;
          if (items.contains("new")) ++reads_of_new;
        }
      });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const std::uint64_t before = build.journal.size();
    build.projector.start();
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (build.status("budgets").building != 0 && std::chrono::steady_clock::now() < limit)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(build.status("budgets").version == 2);
    CHECK(build.journal.size() > before);
    for (int i = 0; i < 2; ++i) must(build.projector.rebuild("budgets", nullptr));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    done = true;
    writing.join();
    for (std::thread& reader : readers) reader.join();
    writer.stop();
    build.projector.stop();
    CHECK(mixed == 0);
    CHECK(failed == 0);
    CHECK(reads_of_old > 0);
    CHECK(reads_of_new > 0);
  }
  // Nothing was lost or folded twice on the way.
  NewBuild again(temp / "ledger", changed);
  must(again.projector.catch_up());
  const Hash followed = again.digest("budgets");
  must(again.projector.rebuild("budgets", nullptr));
  CHECK(again.digest("budgets") == followed);
}

TEST_CASE("a new version that cannot fold a record names it, and the old one serves on") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  NewBudgets changed(true);
  changed.poison = 100;
  NewBuild build(temp / "ledger", changed);
  build.projector.tune(in_small_steps);
  CHECK_FALSE(build.projector.catch_up());
  const ProjectionStatus status = build.status("budgets");
  CHECK(status.state == "halted");
  CHECK(status.last_error == "version 2: record 100: poison");
  CHECK(status.version == 1);
  CHECK(status.position == build.journal.size());
  CHECK(items_of(build.projector, 2) == std::set<std::string>{"-"});
  for (const ProjectionStatus& one : build.projector.status())
    if (one.name != "budgets") CHECK(one.state == "following");
  CHECK(must(build.projector.at_one_position()).missing.at(0).why ==
        "version 2 of the view budgets is halted: record 100: poison");

  CHECK_FALSE(build.projector.retry("budgets"));
  changed.poison = UINT64_MAX;
  changed.folded = 0;
  must(build.projector.retry("budgets"));
  CHECK(build.status("budgets").version == 2);
  CHECK(build.status("budgets").state == "following");
  CHECK(changed.folded == build.journal.size() - 100);  // from the last file on
  CHECK(items_of(build.projector, 2) == std::set<std::string>{"new"});
}

TEST_CASE("a read that began before a swap ends with the version that it began with") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  std::string mark;
  const NewBudgets changed(false);
  {
    NewBuild build(temp / "ledger", changed);
    const RowPage first = must(read_rows(build.projector, "budgets", {}, "", 1));
    mark = first.next;
    must(build.projector.catch_up());
    RowBuffer<schema::BudgetRow> buffer;
    const RowPage second = must(read_rows(build.projector, "budgets", {}, mark, 1));
    CHECK(view(buffer.read(second.rows.at(0)).getItem()) == "-");
    CHECK(items_of(build.projector, 1) == std::set<std::string>{"new"});
  }
  // The old one is gone now, and no page of the new one follows one of the old one.
  NewBuild build(temp / "ledger", changed);
  const Error gone = error_of(read_rows(build.projector, "budgets", {}, mark, 1));
  CHECK(gone.code == ErrorCode::conflict);
  CHECK_THAT(gone.message, Contains("version 2 of budgets replaced version 1"));
  CHECK(error_of(read_rows(build.projector, "budgets", {}, "short", 1)).code == ErrorCode::invalid);
}

TEST_CASE("what was swapped out is let go after a while, also when nothing is recorded") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  Served served(temp / "ledger");
  const Views& views = served.projector().views();
  const auto is_kept = [&] { return views.view(budgets(), 1).has_value(); };
  BuildPlan plan;
  SECTION("a short while") {
    plan.kept_after_swap = std::chrono::milliseconds(1);
    served.projector().tune(plan);
    served.ledger->start();
    must(served.projector().rebuild("budgets", nullptr));
    for (int i = 0; i < 3'000 && is_kept(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_FALSE(is_kept());
  }
  SECTION("a long one") {
    served.projector().tune(plan);
    served.ledger->start();
    must(served.projector().rebuild("budgets", nullptr));
    must(served.projector().rebuild("units", nullptr));
    CHECK(is_kept());
  }
  CHECK(views.view(budgets()).generation == 2);
}

TEST_CASE("entries that are stored and entries that are not are walked as one") {
  const TempFolder temp;
  Rocks rocks = must(Rocks::open(temp / "rocks", {"one"}, {.create_if_missing = true}));
  PendingRows rows(rocks, rocks.family("one"));
  const auto walked = [&](std::string_view prefix, std::size_t most = SIZE_MAX) {
    std::string all;
    must(rows.each(prefix, [&](std::string_view key, std::string_view value) -> Result<bool> {
      all.append(key).append("=").append(value).append(" ");
      return --most != 0;
    }));
    return all;
  };
  const auto store = [&] {
    Rocks::Batch batch;
    rows.take(batch);
    must(rocks.write(batch, Rocks::Durability::buffered));
  };
  CHECK(walked("a").empty());
  for (const char* key : {"a1", "a3", "a5", "a7", "b"}) rows.put(key, "old");
  CHECK(walked("a", 2) == "a1=old a3=old ");
  store();
  CHECK(walked("a") == "a1=old a3=old a5=old a7=old ");
  rows.put("a0", "new");
  rows.put("a3", "new");
  rows.put("a4", "new");
  rows.erase("a5");
  rows.erase("a6");
  rows.put("a9", "new");
  CHECK(walked("a") == "a0=new a1=old a3=new a4=new a7=old a9=new ");
  CHECK(walked("a", 3) == "a0=new a1=old a3=new ");
  CHECK(walked("") == walked("a") + "b=old ");
  store();
  rows.erase("a0");
  CHECK(walked("a") == "a1=old a3=new a4=new a7=old a9=new ");
}

TEST_CASE("lag is told in records and in the ledger's time") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  NewBudgets changed(false);
  NewBuild build(temp / "ledger", changed);
  Sequencer sequencer(build.journal, must(Zone::find("Asia/Shanghai")),
                      [now = Instant{1'800'000'000'000'000}]() mutable {
                        now.microseconds += 1'500'000;
                        return now;
                      });
  for (int i = 0; i < 3; ++i)
    must(kit::record(sequencer,
                     kit::command(fmt::format("l{}", i), kit::unit(fmt::format("L{}", i)))));
  const ProjectionStatus behind = build.status("units");
  CHECK(behind.lag == 3);
  CHECK(behind.lag_us >= 4'500'000);
  CHECK(behind.state == "behind");
  must(build.projector.catch_up());
  CHECK(build.status("units").lag_us == 0);
  CHECK(build.status("units").rate > 0);
}

TEST_CASE("a view is compared with what the journal gives, entry by entry") {
  const TempFolder temp;
  make_followed(temp / "ledger");
  Served served(temp / "ledger");
  const auto compared = [&](std::size_t most) {
    return must(served.projector().compare("budgets", most, nullptr));
  };
  const ViewComparison same = compared(10);
  CHECK(same.differing == 0);
  CHECK(same.position == served.ledger->journal().size());
  CHECK(same.served == same.folded);
  REQUIRE(same.served > 2);
  served.ledger.reset();
  std::string first;
  std::string last;
  {
    Rocks rocks = open_views(temp / "ledger");
    const auto family = rocks.family("budgets.1.1");
    auto cursor = rocks.walk(*family);
    cursor.seek({});
    first = cursor.key();
    const std::string value(cursor.value());
    cursor.seek_last("\xfe");
    last = cursor.key();
    Rocks::Batch batch;
    std::string changed = value;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    batch.put(*family, first, changed);
    batch.erase(*family, last);
    batch.put(*family, last + "+", value);
    must(rocks.write(batch, Rocks::Durability::synced));
  }
  served.open();
  const ViewComparison found = compared(10);
  CHECK(found.differing == 3);
  REQUIRE(found.differences.size() == 3);
  CHECK(found.differences[0].key == first);
  CHECK((found.differences[0].served && found.differences[0].folded));
  CHECK(found.differences[1].key == last);
  CHECK((!found.differences[1].served && found.differences[1].folded));
  CHECK(found.differences[2].key == last + "+");
  CHECK((found.differences[2].served && !found.differences[2].folded));
  CHECK(compared(1).differing == 3);
  CHECK(compared(1).differences.size() == 1);
  // What it was compared with is gone, and a rebuild mends the view.
  CHECK(served.projector().views().rocks().families().size() == all_projections().size() + 2);
  must(served.projector().rebuild("budgets", nullptr));
  CHECK(compared(10).differing == 0);
}

TEST_CASE("a new projection takes less than forty lines, and has all that the others have") {
  std::ifstream file(COUNTERFOIL_SOURCE_DIR "/tests/projections/support/documents.cpp");
  REQUIRE(file.is_open());
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) ++lines;
  CHECK(lines > 10);
  CHECK(lines < 40);

  const TempFolder temp;
  make_ledger(temp / "ledger");
  NewBuild build(temp / "ledger", documents_projection());
  Sequencer sequencer(build.journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
  for (const char* const id : {"d1", "d2"})
    must(kit::record(sequencer, kit::prepare(fmt::format(
                                    R"({{"commandId":"{0}","documents":[{{"number":"№ 7"}}],
                                         "facts":[{1}]}})",
                                    id, kit::unit(id)))));
  must(build.projector.catch_up());
  const RowPage page = must(read_rows(build.projector, "documents", {}, "", 10));
  REQUIRE(page.rows.size() == 1);
  CHECK(RowBuffer<schema::AdjustmentRow>().read(page.rows[0]).getSequence() ==
        build.journal.size() - 2);
  const Hash followed = build.digest("documents");
  must(build.projector.rebuild("documents", nullptr));
  CHECK(build.digest("documents") == followed);
  CHECK(must(build.projector.compare("documents", 1, nullptr)).differing == 0);
  CHECK(build.status("documents").state == "following");
}
