#include "service/seal.h"

#include <filesystem>
#include <future>
#include <map>

#include "codec/binary_text.h"
#include "codec/line.h"
#include "codec/text.h"
#include "proof/memory_hashes.h"
#include "proof/sealed_subjects.h"
#include "service/verify_seals.h"
#include "support/catch.h"
#include "support/golden.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
using Catch::Matchers::Contains;
using namespace std::string_literals;

namespace {

/// A ledger with a story in it, open and recording.
struct Rig {
  TempFolder temp;
  std::unique_ptr<Ledger> ledger;

  explicit Rig(std::string_view suite = default_suite) {
    kit::create_ledger_in(temp / "ledger", "observe", suite);
    open();
  }
  void open() {
    ledger.reset();
    ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
    ledger->start();
  }
  void tell(unsigned seed, const std::string& prefix, unsigned changes = 60) {
    for (Answer& answer : kit::send_all(ledger->writer(), kit::story(seed, 4, changes, prefix)))
      (void)answer;
  }
  void send(const std::string& id, const std::string& facts) {
    must(kit::send(ledger->writer(), kit::command(id, facts)));
  }
  std::uint64_t size() { return ledger->journal().size(); }
  HeldRecord newest() { return std::move(*must(newest_seal(ledger->journal()))); }
  SealedSource source() {
    return {ledger->folder(), ledger->journal(), ledger->projector(), ledger->facts()};
  }
  Result<SealedAnswer> ask(const SealedQuestion& question, const GoOn& go_on = goes_on) {
    return read_sealed(source(), question, go_on);
  }
  Result<ComputedSeal> compute(const GoOn& go_on = goes_on) {
    return compute_seal(ledger->journal(), ledger->projector(), ledger->facts(), go_on);
  }
  Result<SealsReport> verify() {
    const SealedSource from = source();
    return verify_seals(from, [](std::uint64_t, std::uint64_t) { return true; });
  }
};

/// The entries of subjects at a size, out of the records one by one.
std::vector<std::string> naive_subjects(const Journal& journal, std::uint64_t size) {
  std::map<std::string, SealedSubject> subjects;
  RecordBuffer buffer;
  std::string bytes;
  for (std::uint64_t i = 0; i < size; ++i) {
    must(journal.read(Sequence{i}, bytes));
    for (const auto entry : must(buffer.load(bytes)).getSubjects()) {
      SealedSubject& subject = subjects[std::string(view(entry.getId()))];
      subject.subject = view(entry.getId());
      ++subject.count;
      subject.last = i;
    }
  }
  std::vector<std::string> entries;
  for (const auto& [id, subject] : subjects) entries.push_back(encode_sealed(subject));
  std::ranges::sort(entries);
  return entries;
}

/// Checks an answer against the root, and gives the entries.
std::vector<std::string> proved(const SealedAnswer& answer, const SealedRoot& root,
                                Hasher& hasher) {
  std::vector<std::string> entries;
  for (const SealedEntry& entry : answer.entries) {
    must(check_inclusion(entry.index, root.entries, hasher.leaf(entry.bytes), entry.path, root.root,
                         hasher));
    entries.push_back(entry.bytes);
  }
  return entries;
}

std::int64_t current_in(const std::string& entry, const std::string& line) {
  std::int64_t current = 0;
  must(read_budget_entry(entry, line, [&](auto row) { current = row.getCurrent(); }));
  return current;
}

}  // namespace

TEST_CASE("the subjects of every size are those of its records, in the order of their entries") {
  Rig rig;
  rig.tell(1, "a", 120);  // histories longer than what is stepped over
  const Journal& journal = rig.ledger->journal();
  REQUIRE(rig.size() > 60);
  for (std::uint64_t size = 0; size <= rig.size(); size += size % 7 + 1) {
    std::vector<std::string> entries;
    must(journal.visit_subjects(
        size, [&](std::string_view subject, std::uint64_t count, Sequence last) -> Result<void> {
          entries.push_back(encode_sealed({std::string(subject), count, last.value}));
          return {};
        }));
    CHECK(entries == naive_subjects(journal, size));
  }
}

TEST_CASE("a seal says what the records before it amount to, and is recorded by the ledger") {
  const auto suite = GENERATE(default_suite, national_suite);
  Rig rig(suite);
  rig.tell(2, "a");
  const std::uint64_t covered = rig.size();
  const Sealer::Sealed sealed = must(rig.ledger->sealer().seal());
  CHECK(sealed.sequence == Sequence{covered});
  CHECK_FALSE(sealed.again);
  const HeldRecord record = rig.newest();
  CHECK(view(record->getActor()) == rig.ledger->facts().administrator);
  CHECK(view(record->getCommandId()) == fmt::format("seal/{}", covered));
  const auto seal = record.fact().getLedgerSealed();
  CHECK(seal.getSize() == covered);
  CHECK(view(seal.getCurrency()) == rig.ledger->facts().currency);
  CHECK(seal.getCurrencyExponent() == rig.ledger->facts().currency_exponent);

  Hasher hasher = must(Hasher::of_suite(suite));
  std::vector<Hash> leaves;
  for (const auto& entry : naive_subjects(rig.ledger->journal(), covered))
    leaves.push_back(hasher.leaf(entry));
  CHECK(must(subjects_of_seal(seal)) ==
        SealedRoot{naive_root(leaves, 0, leaves.size(), hasher), leaves.size()});
  CHECK(seal.getProjections().size() == all_projections().size());
  std::string before;
  for (const auto projection : seal.getProjections()) {
    const std::string name(view(projection.getName()));
    CHECK(before < name);
    before = name;
  }
  CHECK(must(rig.verify()).seals == 1);
}

TEST_CASE("where nothing was recorded since, a seal is not repeated") {
  Rig rig;
  const Sealer::Sealed first = must(rig.ledger->sealer().seal());
  const Sealer::Sealed again = must(rig.ledger->sealer().seal());
  CHECK(again.again);
  CHECK(again.sequence == first.sequence);
  rig.send("u", kit::unit("U9"));
  const Sealer::Sealed next = must(rig.ledger->sealer().seal());
  CHECK_FALSE(next.again);
  CHECK(next.sequence.value == first.sequence.value + 2);
}

TEST_CASE("a closed period is sealed once, also when the ledger was closed before that") {
  Rig rig;
  CHECK_FALSE(must(rig.ledger->sealer().seal_if_closed()).has_value());
  rig.send("c", R"({"periodClosed":{"fiscalYear":2022}},{"periodClosed":{"fiscalYear":2023}})");
  rig.open();
  CHECK(must(is_close_unsealed(rig.ledger->journal())));
  CHECK(must(rig.ledger->sealer().seal_if_closed()).has_value());
  CHECK_FALSE(must(rig.ledger->sealer().seal_if_closed()).has_value());
  rig.send("u", kit::unit("U9"));
  CHECK_FALSE(must(is_close_unsealed(rig.ledger->journal())));
  rig.send("r", R"({"periodReopened":{"fiscalYear":2023,"authority":"mayor"}})");
  CHECK_FALSE(must(is_close_unsealed(rig.ledger->journal())));
  rig.send("d", R"({"periodClosed":{"fiscalYear":2023}})");
  CHECK(must(is_close_unsealed(rig.ledger->journal())));
}

TEST_CASE("what was sealed of a line is found when the view has gone on") {
  const auto suite = GENERATE(default_suite, national_suite);
  Rig rig(suite);
  Hasher hasher = must(Hasher::of_suite(suite));
  rig.send("a", kit::unit("U") + "," + kit::project("P", "U") + "," + kit::line("P") + "," +
                    kit::appropriation("P", 1'000));
  const std::string line = kit::line_id("P");
  must(rig.ledger->sealer().seal());
  const HeldRecord first = rig.newest();
  rig.send("b", kit::adjustment("supplement", {{"P", 1}}));
  must(rig.ledger->sealer().seal());
  const HeldRecord second = rig.newest();
  rig.send("c", kit::adjustment("supplement", {{"P", 10}}));
  must(rig.ledger->projector().catch_up());

  const auto current = [&](Sequence at, const HeldRecord& record) {
    const SealedAnswer answer = must(rig.ask({SealedQuestion::About::budget, line, at}));
    CHECK(answer.seal == record.sequence());
    const auto root = must(projection_of_seal(record.fact().getLedgerSealed(), "budgets", 1));
    return current_in(proved(answer, root, hasher).at(0), line);
  };
  CHECK(current(first.sequence(), first) == 1'000);
  CHECK(current(second.sequence(), second) == 1'001);
  CHECK(current(Sequence{0}, second) == 1'001);
  CHECK_FALSE(std::filesystem::exists(rig.ledger->folder().scratch()));
  const SealedQuestion nobody{SealedQuestion::About::budget, kit::line_id("Q"), Sequence{0}};
  CHECK(error_of(rig.ask(nobody)).code == ErrorCode::not_found);
}

TEST_CASE("a subject is found in a seal, or the place where it is not") {
  Rig rig;
  const SealedQuestion project{SealedQuestion::About::subject, "project/P", Sequence{0}};
  CHECK_THAT(error_of(rig.ask(project)).message, Contains("counterfoil seal"));
  rig.tell(3, "a");
  must(rig.ledger->sealer().seal());
  const HeldRecord record = rig.newest();
  rig.tell(4, "b");
  const auto root = must(subjects_of_seal(record.fact().getLedgerSealed()));
  Hasher hasher = must(Hasher::of_suite(default_suite));
  const auto entries = naive_subjects(rig.ledger->journal(), record.sequence().value);
  const auto ask = [&](const std::string& subject) {
    return must(rig.ask({SealedQuestion::About::subject, subject, record.sequence()}));
  };
  for (const std::string& entry : entries) {
    const SealedAnswer answer = ask(must(decode_sealed_subject(entry)).subject);
    CHECK(proved(answer, root, hasher) == std::vector{entry});
  }
  for (const std::string& subject :
       {"fund/1"s, "unit/zz"s, "project/nobody"s, std::string("line/") + std::string(90, 'x')}) {
    const SealedAnswer answer = ask(subject);
    CHECK_FALSE(proved(answer, root, hasher).empty());
    must(check_absent(subject, answer.entries, root.entries));
  }
  const SealedQuestion no_seal{SealedQuestion::About::subject, "ledger", Sequence{1}};
  CHECK(error_of(rig.ask(no_seal)).code == ErrorCode::not_found);
}

// Cause: one view that could not fold a record kept the whole ledger from being sealed.
TEST_CASE("a seal leaves out the view that is halted, and says so") {
  Rig rig;
  // What goes through a pool, there and back, is more than 64 bits count.
  constexpr std::int64_t much = 6'000'000'000'000'000'000;
  rig.send("a", kit::unit("U") + "," + kit::project("P", "U") + "," + kit::line("P") + "," +
                    kit::appropriation("P", 1));
  rig.send("b", kit::adjustment("supplement", {{"P", much}}));
  rig.send("c", kit::adjustment("reduction", {{"P", -much}}));
  rig.send("d", kit::adjustment("supplement", {{"P", much}}));
  const Sealer::Sealed sealed = must(rig.ledger->sealer().seal());
  std::vector<std::string> named;
  const HeldRecord record = rig.newest();
  for (const auto one : record.fact().getLedgerSealed().getProjections())
    named.emplace_back(view(one.getName()));
  std::vector<std::string> halted;
  for (const ProjectionStatus& status : rig.ledger->projector().status())
    if (status.state == "halted") halted.push_back(status.name);
  REQUIRE_FALSE(halted.empty());
  REQUIRE(sealed.left_out.size() == halted.size());
  CHECK(named.size() + halted.size() == all_projections().size());
  for (std::size_t i = 0; i < halted.size(); ++i) {
    CHECK(std::ranges::find(named, halted[i]) == named.end());
    CHECK_THAT(sealed.left_out[i], Contains("counterfoil projections retry " + halted[i]));
  }
  CHECK(must(rig.verify()).seals == 1);
  CHECK_THAT(
      error_of(rig.ask({SealedQuestion::About::budget, kit::line_id("P"), Sequence{0}})).message,
      Contains("was halted"));
}

TEST_CASE("what nobody waits for is given up") {
  Rig rig;
  rig.tell(8, "a");
  must(rig.ledger->sealer().seal());
  rig.tell(9, "b", 200);
  must(rig.ledger->projector().catch_up());
  const auto nobody = [] { return false; };
  const SealedQuestion of_old{SealedQuestion::About::budget, kit::line_id("aP"), Sequence{0}};
  CHECK(error_of(rig.ask(of_old, nobody)).code == ErrorCode::busy);
}

TEST_CASE("verifying computes every seal again, and names the one that says what is not so") {
  Rig rig;
  rig.tell(5, "a");
  must(rig.ledger->sealer().seal());
  rig.tell(6, "b");
  must(rig.ledger->sealer().seal());
  rig.send("u", kit::unit("U9"));
  const SealsReport report = must(rig.verify());
  CHECK(report.seals == 2);
  CHECK(report.newest_size == rig.newest().sequence().value);
  CHECK(report.not_recomputed.empty());
  rig.ledger->stop();

  const auto lie = [&](const std::function<void(schema::LedgerSealed::Builder)>& change) {
    Rig liar;
    liar.tell(5, "a");
    const ComputedSeal honest = must(liar.compute());
    const kj::ArrayPtr<const capnp::word> segment = honest.command.words;
    capnp::SegmentArrayMessageReader read(kj::arrayPtr(&segment, 1));
    capnp::MallocMessageBuilder message;
    message.setRoot(read.getRoot<schema::Command>());
    change(message.getRoot<schema::Command>().getFacts()[0].getLedgerSealed());
    auto preparer = must(Preparer::of_suite(default_suite));
    std::promise<Answer> answered;
    liar.ledger->writer().submit_own(
        kit::finance, must(preparer.prepare(message.getRoot<schema::Command>().asReader())),
        [&](std::vector<Answer> answers) { answered.set_value(answers.front()); });
    must(answered.get_future().get());
    auto found = liar.verify();
    if (!found) return found.error().message;
    return found->not_recomputed.empty() ? "nothing" : found->not_recomputed.front();
  };
  CHECK(lie([](auto) {}) == "nothing");
  CHECK_THAT(lie([](auto seal) { seal.getSubjectsRoot()[3] ^= 1; }), Contains("subjects"));
  CHECK_THAT(lie([](auto seal) { seal.setSubjects(seal.getSubjects() + 1); }),
             Contains("subjects"));
  CHECK_THAT(lie([](auto seal) { seal.getProjections()[1].getRoot()[3] ^= 1; }),
             Contains("entries of budgets were"));
  CHECK_THAT(lie([](auto seal) {
               seal.getProjections()[1].setEntries(seal.getProjections()[1].getEntries() + 1);
             }),
             Contains("entries of budgets were"));
  CHECK_THAT(lie([](auto seal) { seal.setSize(seal.getSize() - 1); }), Contains("seal"));
  CHECK_THAT(lie([](auto seal) { seal.setCurrencyExponent(3); }), Contains("decimals"));
  CHECK_THAT(lie([](auto seal) { seal.getProjections()[1].setVersion(9); }),
             Contains("budgets of version 9: this build has version 1"));
  CHECK_THAT(lie([](auto seal) { seal.getProjections()[1].setName("budget"); }),
             Contains("no such projection"));
}

TEST_CASE("no client may seal") {
  Rig rig;
  CHECK(
      error_of(kit::send(rig.ledger->writer(), kit::command("s", R"({"ledgerSealed":{}})"))).code ==
      ErrorCode::refused);
}

TEST_CASE("a seal of the same records has the bytes that are pinned in tests/golden") {
  std::string text;
  for (const auto suite : {default_suite, national_suite}) {
    Rig rig(suite);
    rig.tell(7, "golden");
    must(rig.ledger->sealer().seal());
    const HeldRecord record = rig.newest();
    const auto seal = record.fact().getLedgerSealed();
    text += fmt::format("{}: {} records\nsubjects, {} entries\n  {}\n", suite, seal.getSize(),
                        seal.getSubjects(), to_hex(view(seal.getSubjectsRoot())));
    for (const auto projection : seal.getProjections())
      text += fmt::format("{} of version {}, {} entries\n  {}\n", view(projection.getName()),
                          projection.getVersion(), projection.getEntries(),
                          to_hex(view(projection.getRoot())));
    if (suite != default_suite) continue;
    for (const auto& entry : naive_subjects(rig.ledger->journal(), seal.getSize()))
      text += fmt::format("subject entry\n  {}\n", to_hex(entry));
    const SealedAnswer line =
        must(rig.ask({SealedQuestion::About::budget, kit::line_id("goldenP0"), Sequence{0}}));
    text += fmt::format("budget entry\n  {}\n", to_hex(line.entries.at(0).bytes));
  }
  kit::compare_golden("seals.hex", text);
}

TEST_CASE("a command that was decided before a seal is not held up by it") {
  Rig rig;
  const auto count = must(rig.ledger->journal().count("ledger"));
  const auto expecting = [&](std::string_view id) {
    return kit::send(
        rig.ledger->writer(),
        kit::prepare(fmt::format(
            R"({{"commandId":"{}","expectations":[{{"subject":"ledger","count":{}}}],"facts":[{}]}})",
            id, count, kit::unit(id))));
  };
  must(rig.ledger->sealer().seal());
  must(expecting("U1"));
  must(rig.ledger->sealer().seal());
  must(expecting("U2"));
  rig.send("t", R"({"trainingHeld":{"heldOn":"2024-02-01","topic":"x"}})");
  must(rig.ledger->sealer().seal());
  CHECK(error_of(expecting("U3")).code == ErrorCode::conflict);
}
