#include "service/event_filter.h"

#include "service/partition.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

using namespace counterfoil;

namespace {

/// A ledger whose story each test writes itself.
struct Told {
  TempFolder temp;
  std::optional<Journal> journal;
  std::optional<Sequencer> sequencer;
  int number = 0;

  Told() {
    journal.emplace(kit::create_journal(must(LedgerFolder::create(temp / "ledger")), "observe"));
    sequencer.emplace(*journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
  }
  /// Records the facts, one command each; the sequence of the last.
  std::uint64_t tell(const std::vector<std::string>& facts) {
    for (const std::string& fact : facts) {
      const Answer answer =
          kit::record(*sequencer, kit::command(fmt::format("c{}", number++), fact));
      if (!answer) throw std::runtime_error(fact + ": " + answer.error().message);
    }
    return journal->size() - 1;
  }
  /// The sequences that the filter lets through, read from there on.
  std::vector<std::uint64_t> matched(const EventFilter& filter, std::uint64_t from = 0) {
    ProjectUnits projects(*journal);
    EventMatcher matcher = must(EventMatcher::from(filter, *journal, projects, Sequence{from}));
    std::vector<std::uint64_t> found;
    each(from, [&](schema::Record::Reader record) {
      if (must(matcher.matches(record))) found.push_back(record.getSequence());
    });
    return found;
  }
  void each(std::uint64_t from, const std::function<void(schema::Record::Reader)>& visit) {
    auto scan = journal->scan(Sequence{from});
    RecordBuffer buffer;
    while (const auto bytes = must(scan.next())) visit(must(buffer.load(*bytes)));
  }
};

using Found = std::vector<std::uint64_t>;

std::string merger(std::string_view from, std::string_view into) {
  return fmt::format(R"({{"unitReorganised":{{"kind":"merged","unit":"{}","into":"{}"}}}})", from,
                     into);
}

}  // namespace

TEST_CASE("a filter lets through the facts that it names, below the subjects that it names") {
  Told told;
  const auto line_a = told.tell({kit::unit("U1"), kit::project("A", "U1"), kit::line("A")});
  const auto paid = told.tell({kit::project("AB", "U1"), kit::line("AB"),
                               kit::appropriation("A", 500), kit::payment("A", 20)});
  CHECK(told.matched({}).size() == told.journal->size());
  CHECK(told.matched({.facts = {"paymentRecorded"}}) == Found{paid});
  CHECK(told.matched({.facts = {"paymentRecorded", "lineOpened"}}) ==
        Found{line_a, paid - 2, paid});
  CHECK(told.matched({.subjects = {"project/A"}}) == Found{line_a - 1, line_a, paid - 1, paid});
  CHECK(told.matched({.subjects = {"line/2024/A"}}) == Found{line_a, paid - 1, paid});
  CHECK(told.matched({.subjects = {"line"}}) == Found{line_a, paid - 2, paid - 1, paid});
  CHECK(told.matched({.facts = {"lineOpened"}, .subjects = {"project/A"}}) == Found{line_a});
  CHECK(told.matched({.facts = {"budgetAdjusted"}}).empty());
}

TEST_CASE("what no record could match is refused with a sentence") {
  const auto refused = [](const EventFilter& filter) { return error_of(check_filter(filter)); };
  CHECK(refused({.facts = {"budgetadjusted"}}).message.find("\"budgetadjusted\"") !=
        std::string::npos);
  CHECK(refused({.facts = {"unspecified"}}).code == ErrorCode::invalid);
  CHECK(refused({.subjects = {"line/2024/"}}).code == ErrorCode::invalid);
  CHECK(refused({.subjects = {"ministry/1"}}).code == ErrorCode::invalid);
  CHECK(refused({.units = {"unit/1"}}).code == ErrorCode::invalid);
  CHECK(refused({.fiscal_years = {24}}).code == ErrorCode::invalid);
  CHECK(refused({.units = std::vector<std::string>(257, "U")}).code == ErrorCode::limit);
  CHECK(check_filter(
      {.facts = {"lineOpened"}, .subjects = {"ledger"}, .units = {"101"}, .fiscal_years = {2024}}));
}

TEST_CASE("a unit's feed has what is about it and about its projects, and nothing of others") {
  Told told;
  const auto first = told.tell({kit::unit("U1")});
  told.tell({kit::unit("U2"), kit::project("A", "U1"), kit::project("B", "U2"), kit::line("A"),
             kit::line("B"), kit::appropriation("A", 500), kit::appropriation("B", 500),
             kit::adjustment("virement", {{"A", -100}, {"B", 100}}), kit::payment("B", 20)});
  // U1, A, line A, its appropriation, and the virement that touches both.
  CHECK(told.matched({.units = {"U1"}}) ==
        Found{first, first + 2, first + 4, first + 6, first + 8});
  CHECK(told.matched({.units = {"U1"}}, first + 5) == Found{first + 6, first + 8});
  CHECK(told.matched({.units = {"U2"}}) ==
        Found{first + 1, first + 3, first + 5, first + 7, first + 8, first + 9});
  CHECK(told.matched({.units = {"U1", "U2"}}).size() == 10);
  CHECK(told.matched({.units = {"U3"}}).empty());
}

TEST_CASE("a project's events belong to the unit that has it when they are recorded") {
  Told told;
  const auto first = told.tell({kit::unit("U1")});
  told.tell({kit::unit("U2"), kit::unit("U3"), kit::project("A", "U1"), kit::line("A")});
  const auto before = told.tell({kit::appropriation("A", 900)});
  const auto merged = told.tell({merger("U1", "U2")});
  const auto in_u2 = told.tell({kit::payment("A", 1)});
  const auto merged_on = told.tell({merger("U2", "U3")});
  const auto in_u3 = told.tell({kit::payment("A", 2)});
  const auto undone = told.tell({kit::reversal(merged_on)});
  const auto back_in_u2 = told.tell({kit::payment("A", 3)});

  const Found u1{first, first + 3, first + 4, before, merged};
  const Found u2{first + 1, merged, in_u2, merged_on, undone, back_in_u2};
  const Found u3{first + 2, merged_on, in_u3, undone};
  CHECK(told.matched({.units = {"U1"}}) == u1);
  CHECK(told.matched({.units = {"U2"}}) == u2);
  CHECK(told.matched({.units = {"U3"}}) == u3);
  // Whoever begins in the middle sees the same.
  for (std::uint64_t from = 0; from <= told.journal->size(); ++from)
    for (const auto& [unit, all] : {std::pair{"U1", u1}, {"U2", u2}, {"U3", u3}}) {
      Found rest;
      for (const auto sequence : all)
        if (sequence >= from) rest.push_back(sequence);
      INFO(unit << " from " << from);
      CHECK(told.matched({.units = {unit}}, from) == rest);
    }
}

// Cause: who is looked up is the proposal that stands today, and a cache that kept it would go on
// saying so.
TEST_CASE("a project that was proposed again belongs to its new unit from then on") {
  Told told;
  told.tell({kit::unit("U1"), kit::unit("U2")});
  const auto proposed = told.tell({kit::project("A", "U1")});
  ProjectUnits projects(*told.journal);
  EventMatcher live =
      must(EventMatcher::from({.units = {"U2"}}, *told.journal, projects, Sequence{proposed}));
  told.each(proposed, [&](auto record) { CHECK_FALSE(must(live.matches(record))); });
  told.tell({kit::reversal(proposed)});
  const auto again = told.tell({kit::project("A", "U2")});
  const auto line = told.tell({kit::line("A")});
  Found found;
  told.each(proposed + 1, [&](auto record) {
    if (must(live.matches(record))) found.push_back(record.getSequence());
  });
  CHECK(found == Found{again, line});
  CHECK(told.matched({.units = {"U1"}}, proposed) == Found{proposed, proposed + 1});
}

// Cause: what a project's unit was stayed in memory for as long as the daemon ran, unless somebody
// happened to follow a unit while the project was proposed again.
TEST_CASE("whoever comes later is told of a project's new unit, whatever others were told before") {
  Told told;
  told.tell({kit::unit("U1"), kit::unit("U2")});
  const auto proposed = told.tell({kit::project("Q", "U1")});
  ProjectUnits projects(*told.journal);
  CHECK(must(projects.unit_at("Q", Sequence{proposed})) == "U1");
  told.tell({fmt::format(R"({{"reversalProposed":{{"event":{}}}}})", proposed),
             fmt::format(R"({{"eventReversed":{{"event":{}}}}})", proposed),
             kit::project("Q", "U2")});
  const auto opened = told.tell({kit::line("Q")});
  CHECK(must(projects.unit_at("Q", Sequence{opened})) == "U2");
}

TEST_CASE("a record's fiscal years are those of its lines and fields, else of the event it names") {
  Told told;
  told.tell({kit::unit("U1"), kit::project("A", "U1"), kit::line("A")});
  const auto line = told.journal->size() - 1;
  const auto check = told.tell(
      {R"({"monitoringChecked":{"fiscalYear":2025,"checkedOn":"2024-07-31","light":"green",
          "about":"project/A","executionRate":1,"attainments":[{"attained":1,"indicator":"x"}]}})"});
  const auto undone = told.tell({kit::reversal(check)});
  const auto graded = told.tell(
      {R"({"gradeAssigned":{"evaluatedYear":2023,"level":"finance","grade":"good","about":"project/A"}})"});
  const auto closed = told.tell({R"({"periodClosed":{"fiscalYear":2022}})"});
  CHECK(told.matched({.fiscal_years = {2024}}) == Found{line});
  CHECK(told.matched({.fiscal_years = {2025}}) == Found{check, undone});
  CHECK(told.matched({.fiscal_years = {2023, 2022}}) == Found{graded, closed});
  CHECK(told.matched({.fiscal_years = {2021}}).empty());
}

TEST_CASE("partitions together have each record once, and a project's records in one of them") {
  Told told;
  for (const auto& command : kit::story(7, 12, 200, "p")) kit::record(*told.sequencer, command);
  for (const std::uint32_t count : {1u, 2u, 3u, 7u, 256u}) {
    std::map<std::string, std::set<std::uint32_t>, std::less<>> homes;
    std::set<std::uint32_t> used;
    told.each(0, [&](schema::Record::Reader record) {
      unsigned held = 0;
      for (std::uint32_t index = 0; index < count; ++index)
        if (holds(must(checked_partition(index, count)), record)) {
          ++held;
          homes[std::string(partition_key(record))].insert(index);
          used.insert(index);
        }
      CHECK(held == 1);
    });
    for (const auto& [key, in] : homes) CHECK(in.size() == 1);
    CHECK(used.size() > (count == 1 ? 0u : 1u));
  }
}

TEST_CASE("a partition is computed as FORMAT.md says") {
  // printf project/A | sha256sum | cut -c1-16 gives these as hexadecimal numbers
  CHECK(partition_of("project/A", 256) == 0x7c);
  CHECK(partition_of("ledger", 256) == 0x03);
  CHECK(partition_of("project/A", 7) == 0x464bae6c3a41e47cull % 7);
  CHECK(error_of(checked_partition(4, 4)).code == ErrorCode::invalid);
  CHECK(error_of(checked_partition(0, 257)).code == ErrorCode::limit);
  CHECK(must(checked_partition(0, 0)) == Partition{0, 1});

  Told told;
  const auto last = told.tell({kit::unit("U1"), kit::project("B", "U1"), kit::project("A", "U1"),
                               kit::line("A"), kit::line("B"), kit::appropriation("B", 500),
                               kit::adjustment("virement", {{"B", -1}, {"A", 1}})});
  std::vector<std::string> keys;
  told.each(0, [&](auto record) { keys.emplace_back(partition_key(record)); });
  CHECK(keys.front() == "ledger");
  CHECK(keys[1].starts_with("ruleset/"));
  CHECK(keys[2] == "unit/U1");
  CHECK(keys[last] == "project/A");
}
