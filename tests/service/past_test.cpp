#include "service/past.h"

#include <capnp/dynamic.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <set>
#include <thread>

#include "codec/text.h"
#include "core/bytes.h"
#include "projections/own.h"
#include "projections/row_codec.h"
#include "service/support/past_ledger.h"
#include "support/catch.h"
#include "support/ledger_kit.h"
#include "support/must.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

PastLedger& shared_ledger() {
  static PastLedger ledger(11, 300);
  return ledger;
}

std::vector<std::string> read_all(PastLedger& ledger, const Projection& projection,
                                  const Filter& filter, const AsOf& as_of, std::size_t limit = 0) {
  std::vector<std::string> rows;
  std::string after;
  do {
    RowPage page = must(ledger.rows_as_of(projection.name(), filter, as_of, after, limit));
    rows.insert(rows.end(), page.rows.begin(), page.rows.end());
    after = page.next;
  } while (!after.empty());
  return rows;
}

std::vector<std::string> values_of(const Entries& entries) {
  std::vector<std::string> values;
  for (const auto& [key, value] : entries) values.push_back(value);
  return values;
}

/// Those whose field has that value.
std::vector<std::string> of(const Projection& projection, const std::vector<std::string>& rows,
                            const char* field, std::string_view value) {
  std::vector<std::string> found;
  AnyRowBuffer buffer(projection.row_schema());
  for (const std::string& row : rows)
    if (view(must(buffer.read(row)).get(field).as<capnp::Text>()) == value) found.push_back(row);
  return found;
}

bool has_field(const Projection& projection, const char* name) {
  return projection.row_schema().findFieldByName(name) != nullptr;
}

/// All values that the rows of all records have there.
std::set<std::string> values_in(const Projection& projection, const PastLedger& ledger,
                                const char* field) {
  std::set<std::string> values;
  AnyRowBuffer buffer(projection.row_schema());
  for (const auto& [key, row] : folded_from_nothing(projection, ledger.records(), {}))
    values.emplace(view(must(buffer.read(row)).get(field).as<capnp::Text>()));
  values.erase("");
  return values;
}

bool has_events_by(const PastLedger& ledger, const AsOf& as_of) {
  RecordBuffer buffer;
  for (const std::string& bytes : ledger.records()) {
    const auto record = must(buffer.load(bytes));
    if (record.getSequence() != 0 && counts(as_of, record)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("500 moments on each axis: every read model is a fold from nothing of what counts") {
  PastLedger& ledger = shared_ledger();
  std::mt19937 random(3);
  const auto& projections = all_projections();
  std::size_t checked = 0;
  std::size_t rows_seen = 0;
  for (unsigned axis = 0; axis < 4; ++axis)
    for (unsigned i = 0; i < 500; ++i) {
      AsOf as_of = ledger.any_bound(axis, random);
      if (i % 5 == 4) {  // two axes at once
        const AsOf other = ledger.any_bound((axis + 1 + i % 3) % 4, random);
        if (other.sequence) as_of.sequence = other.sequence;
        if (other.recorded) as_of.recorded = other.recorded;
        if (other.decided) as_of.decided = other.decided;
        if (other.effective) as_of.effective = other.effective;
      }
      if (!has_events_by(ledger, as_of) && !(as_of.sequence && as_of.sequence->value == 0))
        continue;
      const Projection& projection = *projections[i % projections.size()];
      const auto expected = values_of(folded_from_nothing(projection, ledger.records(), as_of));
      INFO(projection.name() << " as of " << format(as_of));
      REQUIRE(read_all(ledger, projection, {}, as_of) == expected);
      rows_seen += expected.size();
      ++checked;
    }
  CHECK(checked > 1'950);
  CHECK(rows_seen > 3'000);
}

namespace {

/// A field by which rows can be folded from few records.
struct Choice {
  const char* field;
  std::string Filter::*value;
  std::size_t views;  // that have such rows
};
const Choice choices[] = {{"project", &Filter::project, 12}, {"unit", &Filter::unit, 13}};
const Choice by_pool{"pool", &Filter::pool, 1};

/// Compares what is folded from few records with those rows of all; how many there are.
std::size_t check_own_rows(const PastLedger& ledger, const Projection& projection,
                           const Choice& choice, const std::set<std::string>& values,
                           const AsOf& as_of) {
  std::size_t rows_seen = 0;
  const auto all = values_of(folded_from_nothing(projection, ledger.records(), as_of));
  for (const std::string& value : values) {
    Filter filter;
    filter.*choice.value = value;
    INFO(projection.name() << " of " << value << " as of " << format(as_of));
    const auto found =
        must(read_own_rows_as_of(ledger.projector(), ledger.journal(), projection.name(), filter,
                                 as_of, PastLedger::now(), "", 0, {}));
    REQUIRE(found);
    CHECK(found->next.empty());
    const auto expected = of(projection, all, choice.field, value);
    REQUIRE(found->rows == expected);
    rows_seen += expected.size();
  }
  return rows_seen;
}

std::vector<const Projection*> views_with(const Choice& choice) {
  std::vector<const Projection*> found;
  for (const Projection* const projection : all_projections())
    if (has_field(*projection, choice.field) &&
        (choice.field != by_pool.field || projection->name() == "pools"))
      found.push_back(projection);
  CHECK(found.size() == choice.views);
  return found;
}

/// What becomes of rows of P by what is recorded about others alone.
PastLedger told_of_others() {
  TempFolder temp;
  Journal journal = kit::create_journal(must(LedgerFolder::create(temp / "ledger")), "observe");
  Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
  const auto tell = [&](const std::string& fact, const std::string& more = "") {
    const std::uint64_t sequence = journal.size();
    must(kit::record(
        sequencer, kit::prepare(fmt::format(R"({{"commandId":"told-{}","facts":[{}]{}}})", sequence,
                                            fact, more))));
    return sequence;
  };
  const auto graded = [&](const char* project, const char* grade) {
    return tell(fmt::format(
        R"({{"gradeAssigned":{{"evaluatedYear":2023,"level":"finance","grade":"{}","about":"project/{}"}}}})",
        grade, project));
  };
  const auto listed = [&](const char* items) {
    tell(fmt::format(
        R"({{"priorityListAdopted":{{"fiscalYear":2024,"list":"L","department":"D","items":[{}]}}}})",
        items));
  };
  const auto planned = [&](const char* project) {
    tell(fmt::format(
        R"({{"fundingPlanFiled":{{"fiscalYear":2024,"list":"L","items":[{{"planned":70,"project":"{}","fund":"general"}}]}}}})",
        project));
  };
  constexpr auto of_p = R"({"required":100,"project":"P","name":"school"})";
  constexpr auto of_q = R"({"required":10,"project":"Q","name":"road"})";
  tell(kit::unit("U"));
  tell(kit::unit("V"));
  tell(kit::project("P", "U"));
  tell(kit::project("Q", "V"));
  tell(kit::line("P"));
  tell(kit::line("Q"));
  const auto grade_of_q = graded("Q", "medium");
  const auto grade_of_p = graded("P", "poor");
  tell(fmt::format(
           R"({{"budgetAppropriated":{{"line":"{}","amount":80,"base":100,"cutForGrade":20}}}})",
           kit::line_id("P")),
       fmt::format(R"(,"evidence":[{}])", grade_of_q));
  tell(kit::appropriation("Q", 60));
  const auto answer = tell(kit::adjustment("reduction", {{"Q", -5}}));
  tell(fmt::format(R"({{"resultApplied":{{"grade":{},"answers":[{}]}}}})", grade_of_p, answer));
  tell(kit::reversal(answer));
  graded("Q", "good");
  listed(fmt::format("{},{}", of_p, of_q).c_str());
  planned("P");
  planned("Q");
  listed(of_q);
  std::vector<Words> records;
  std::string bytes;
  RecordBuffer buffer;
  for (std::uint64_t at = 0; at < journal.size(); ++at) {
    must(journal.read(Sequence{at}, bytes));
    records.push_back(canonical(must(buffer.load(bytes))));
  }
  return PastLedger(std::move(records));
}

}  // namespace

TEST_CASE("a project's, a unit's and a pool's rows of the past are folded from few records") {
  const Choice choice = GENERATE(choices[0], choices[1], by_pool);
  static const PastLedger second(23, 300);
  std::mt19937 random(5);
  for (const Projection* const projection : views_with(choice)) {
    std::size_t rows_seen = 0;
    for (const PastLedger* const ledger : {&std::as_const(shared_ledger()), &second}) {
      const auto values = values_in(*projection, *ledger, choice.field);
      for (unsigned i = 0; i < 25; ++i)
        rows_seen +=
            check_own_rows(*ledger, *projection, choice, values, ledger->any_bound(i % 4, random));
    }
    INFO(projection->name());
    CHECK(rows_seen > 0);
  }
}

TEST_CASE("a project's rows of the past follow what is recorded about others alone") {
  static const PastLedger ledger = told_of_others();
  const char* const view = GENERATE("obligations", "stale", "cuts", "priorities");
  const Projection& projection = *must(ledger.projector().find(view));
  for (const Choice& choice : choices)
    for (std::uint64_t at = 0; at < ledger.journal().size(); ++at)
      check_own_rows(ledger, projection, choice, {"P", "Q", "U", "V"}, {.sequence = Sequence{at}});
}

TEST_CASE("a unit's rows of the past come in pages of any size") {
  PastLedger& ledger = shared_ledger();
  const Projection& budgets = *all_projections().front();
  Filter filter;
  filter.unit = "U";
  const AsOf as_of{.sequence = Sequence{ledger.journal().size() - 1}};
  const auto all = read_all(ledger, budgets, filter, as_of);
  CHECK(all.size() > 1);
  for (const std::size_t limit : {1u, 2u, 3u})
    CHECK(read_all(ledger, budgets, filter, as_of, limit) == all);
}

TEST_CASE("pages of a read of the past are of one moment, each row once") {
  PastLedger& ledger = shared_ledger();
  std::mt19937 random(7);
  const Projection& budgets = *all_projections().front();
  for (unsigned axis = 0; axis < 4; ++axis) {
    AsOf as_of = ledger.any_bound(axis, random);
    while (!has_events_by(ledger, as_of)) as_of = ledger.any_bound(axis, random);
    const auto all = read_all(ledger, budgets, {}, as_of);
    for (const std::size_t limit : {1u, 2u, 3u})
      CHECK(read_all(ledger, budgets, {}, as_of, limit) == all);
  }
}

TEST_CASE("moments that cannot be are told apart") {
  PastLedger& ledger = shared_ledger();
  const Journal& journal = ledger.journal();
  const auto refused = [&](const AsOf& as_of) {
    const auto found = ledger.rows_as_of("budgets", {}, as_of);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::not_found);
    return found.error().message;
  };
  CHECK_THAT(refused({.sequence = Sequence{journal.size()}}),
             Catch::Contains("is behind the end: the ledger holds"));
  CHECK_THAT(refused({.recorded = Instant{PastLedger::now().microseconds + 1}}),
             Catch::Contains("is later than now"));
  CHECK_THAT(refused({.decided = Instant{PastLedger::now().microseconds + 1}}),
             Catch::Contains("is later than now"));
  CHECK_THAT(refused({.recorded = Instant{0}}), Catch::Contains("is before the beginning"));
  CHECK_THAT(refused({.decided = Instant{0}}), Catch::Contains("the earliest is decided at"));
  CHECK_THAT(refused({.effective = Date{0}}), Catch::Contains("the earliest effective on"));

  const Moment now{journal.size(), {}};
  const auto never = check_subject_there(journal, "project/nobody", now);
  REQUIRE_FALSE(never);
  CHECK(never.error().message ==
        "nothing was ever recorded about project/nobody: check its spelling, or prove it with "
        "`counterfoil prove --absent project/nobody`");
  const auto not_yet = check_subject_there(
      journal, "project/P", must(moment_of(journal, {.sequence = Sequence{0}}, PastLedger::now())));
  REQUIRE_FALSE(not_yet);
  CHECK_THAT(not_yet.error().message, Catch::Contains("counts as of seq:0 yet: the first event"));
}

TEST_CASE("who asks for one moment at once waits for one fold, and gets the same") {
  PastLedger& ledger = shared_ledger();
  const Projection& budgets = *all_projections().front();
  std::mt19937 random(9);
  AsOf as_of = ledger.any_bound(2, random);
  while (!has_events_by(ledger, as_of)) as_of = ledger.any_bound(2, random);
  const auto expected = values_of(folded_from_nothing(budgets, ledger.records(), as_of));
  std::vector<std::vector<std::string>> answers(6);
  std::vector<std::thread> threads;
  for (auto& answer : answers)
    threads.emplace_back([&] { answer = read_all(ledger, budgets, {}, as_of); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : answers) CHECK(answer == expected);
}

TEST_CASE("what is folded for the past is ended by stop") {
  PastLedger ledger(13, 60);
  ledger.past().stop();
  const auto found = ledger.rows_as_of("grades", {}, {.sequence = Sequence{30}});
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::busy);
}

namespace {

/// Folds nothing, and waits at each record until it may go on.
class Held final : public RowProjection<schema::BudgetRow> {
 public:
  std::string_view name() const override { return "held"; }
  Result<void> fold(schema::Record::Reader /*record*/, Rows& /*rows*/) const override {
    ++folded;
    while (!may_go_on) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return {};
  }

  mutable std::atomic<std::uint64_t> folded{0};
  std::atomic<bool> may_go_on{false};
};

void wait_for(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000 && !condition(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(condition());
}

}  // namespace

TEST_CASE("a fold of the past ends when nobody waits for it any more, and not before") {
  static PastLedger ledger(11, 1'800);
  static int run = 0;
  const Moment now{ledger.journal().size(), {}};
  REQUIRE(now.end > 300);  // a fold looks around now and then
  const std::string name = fmt::format("held {}", ++run);
  Held held;
  const Asker first;
  const Asker second;
  Result<Past::StatePtr> answers[2];
  std::thread one([&] { answers[0] = ledger.past().state(held, name, now, first); });
  wait_for([&] { return held.folded == 1; });
  std::thread other([&] { answers[1] = ledger.past().state(held, name, now, second); });
  SECTION("who waits leaves at once, whoever folds") {
    second.leave();
    other.join();
    CHECK_FALSE(answers[1]);
    CHECK(held.folded == 1);
    held.may_go_on = true;
    one.join();
    CHECK(answers[0]);
  }
  SECTION("who folds goes on for who waits") {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    first.leave();
    held.may_go_on = true;
    one.join();
    other.join();
    CHECK(answers[1]);
    CHECK(held.folded == now.end);
  }
  SECTION("all are gone") {
    first.leave();
    second.leave();
    other.join();
    held.may_go_on = true;
    one.join();
    CHECK_FALSE(answers[0]);
    CHECK(held.folded < now.end);
    CHECK(ledger.past().state(held, name, now));  // who comes later is answered
  }
}

// Cause: a page's end was taken as it was given, and kept under a moment that it was not of.
TEST_CASE("a made-up page does not change what others are told of the past") {
  PastLedger ledger(17, 120);
  const std::uint64_t size = ledger.journal().size();
  std::string forged;
  put_big_endian(forged, size - 5);
  const auto refused = ledger.rows_as_of("grades", {}, {.sequence = Sequence{30}}, forged);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid);
  const Projection& grades = *must(ledger.projector().find("grades"));
  const AsOf later{.sequence = Sequence{size - 6}};
  CHECK(read_all(ledger, grades, {}, later) ==
        values_of(folded_from_nothing(grades, ledger.records(), later)));
}
