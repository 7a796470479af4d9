#include "proof/subject_chain.h"

#include <capnp/message.h>

#include "codec/text.h"
#include "support/catch.h"
#include "support/fact_about.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

struct Entry {
  std::string id;
  std::uint64_t ordinal = 0;
  std::uint64_t previous = 0;
};

class Record {
 public:
  /// About what it is filed under.
  Record(std::uint64_t sequence, const std::vector<Entry>& subjects)
      : Record(sequence, subjects, [&](schema::Fact::Builder fact) {
          std::vector<std::string> ids;
          for (const Entry& entry : subjects) ids.push_back(entry.id);
          approve_event_about(ids, fact);
        }) {}
  template <typename Fill>
  Record(std::uint64_t sequence, const std::vector<Entry>& subjects, Fill&& fill) {
    auto record = message_.initRoot<schema::Record>();
    record.setSequence(sequence);
    auto entries = record.initSubjects(static_cast<unsigned>(subjects.size()));
    for (unsigned i = 0; i < entries.size(); ++i) {
      entries[i].setId(text_of(subjects[i].id));
      entries[i].setOrdinal(subjects[i].ordinal);
      entries[i].setPrevious(subjects[i].previous);
    }
    fill(record.initFact());
  }
  schema::Record::Reader read() { return message_.getRoot<schema::Record>().asReader(); }

 private:
  capnp::MallocMessageBuilder message_;
};

}  // namespace

TEST_CASE("chains are followed through all subjects") {
  SubjectChains chains;
  must(chains.follow(Record(0, {{"ledger"}}).read()));
  must(chains.follow(Record(1, {{"project/P"}, {"unit/U"}}).read()));
  must(chains.follow(Record(2, {{"ledger", 1, 0}, {"project/P", 1, 1}}).read()));
  must(chains.follow(Record(5, {{"project/P", 2, 2}}).read()));
  CHECK(chains.count("project/P") == 3);
  CHECK(chains.count("ledger") == 2);
  CHECK(chains.count("unit/V") == 0);
  CHECK(chains.subjects() == 3);
}

TEST_CASE("a record that does not continue its subject's chain is refused") {
  SubjectChains chains;
  must(chains.follow(Record(3, {{"project/P"}}).read()));
  must(chains.follow(Record(4, {{"project/P", 1, 3}}).read()));
  const auto refusal = [&](std::uint64_t sequence, const Entry& entry) {
    SubjectChains copy = chains;
    const Error error = error_of(copy.follow(Record(sequence, {entry}).read()));
    CHECK(error.code == ErrorCode::corrupt);
    return error.message;
  };
  CHECK(refusal(7, {"project/P", 3, 6}) ==
        "record 7 is number 3 in the history of \"project/P\", but 2 of its records came before: "
        "one is missing, or out of its order");
  refusal(7, {"project/P", 1, 3});
  refusal(7, {"project/P", 0, 0});
  CHECK(refusal(7, {"project/P", 2, 3}) ==
        "record 7 names record 3 as the one before it in the history of \"project/P\"; it is 4");
  CHECK(refusal(7, {"project/Q", 0, 3}) ==
        "record 7 names record 3 as the one before it in the history of \"project/Q\"; there is "
        "none");
  refusal(7, {"project/Q", 1, 3});
  CHECK(refusal(4, {"project/P", 2, 4}) ==
        "record 4 comes behind record 4 in the history of \"project/P\": records out of order, or "
        "one twice");
  must(chains.follow(Record(7, {{"project/P", 2, 4}}).read()));
}

TEST_CASE("a subject stands in a record once") {
  SubjectChains chains;
  CHECK(error_of(chains.follow(Record(5, {{"unit/U"}, {"unit/U", 1, 5}}).read())).message ==
        "record 5 is filed under \"unit/U\" twice");
}

TEST_CASE("one subject is followed alone, through records that are about it") {
  SubjectChains chains;
  must(chains.follow(Record(8, {{"project/P"}, {"unit/U", 9, 2}}).read(), "project/P"));
  must(chains.follow(Record(9, {{"project/P", 1, 8}}).read(), "project/P"));
  const Error error = error_of(chains.follow(Record(10, {{"unit/U", 10, 8}}).read(), "project/P"));
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.message == "record 10 is not about \"project/P\"");
  CHECK(chains.subjects() == 1);
}

// Whoever holds the signing key can file a record anywhere: its fact alone says whom it is about.
TEST_CASE("a record is filed under the subjects of its fact, and no others") {
  const auto proposed = [](schema::Fact::Builder fact) {
    auto project = fact.initProjectProposed();
    project.setProject("P");
    project.setUnit("U");
  };
  const auto refusal = [&](const std::vector<std::string>& filed) {
    std::vector<Entry> entries;
    for (const std::string& id : filed) entries.push_back({id});
    Record record(7, entries, proposed);
    SubjectChains chains;
    const Error whole = error_of(chains.follow(record.read()));
    CHECK(whole.code == ErrorCode::corrupt);
    CHECK(error_of(chains.compare(record.read())).message == whole.message);
    if (!filed.empty())
      CHECK(error_of(chains.follow(record.read(), filed[0])).message == whole.message);
    CHECK(chains.subjects() == 0);
    return whole.message;
  };
  SubjectChains chains;
  must(chains.follow(Record(7, {{"project/P"}, {"unit/U"}}, proposed).read()));
  CHECK(chains.unknown_facts() == 0);
  CHECK(refusal({"project/P", "unit/V"}) ==
        "record 7 is filed under \"unit/V\", but its fact is about \"unit/U\"");
  CHECK(refusal({"project/O", "unit/U"}) ==
        "record 7 is filed under \"project/O\", but its fact is about \"project/P\"");
  const std::string one_missing = " which its fact is about";
  CHECK(refusal({"project/P"}) == "record 7 is not filed under \"unit/U\"," + one_missing);
  CHECK(refusal({"unit/U"}) == "record 7 is not filed under \"project/P\"," + one_missing);
  CHECK(refusal({}) == "record 7 is not filed under \"project/P\"," + one_missing);
  const std::string one_more = " which its fact is not about";
  CHECK(refusal({"project/P", "unit/U", "unit/V"}) ==
        "record 7 is filed under \"unit/V\"," + one_more);
  CHECK(refusal({"ledger", "project/P", "unit/U"}) ==
        "record 7 is filed under \"ledger\"," + one_more);
  CHECK(refusal({"", "project/P", "unit/U"}) == "record 7 is filed under \"\"," + one_more);
  CHECK(refusal({"unit/U", "project/P"}) ==
        "record 7 is filed under \"project/P\" behind \"unit/U\": out of order");
  CHECK(refusal({"project/P", "project/P", "unit/U"}) ==
        "record 7 is filed under \"project/P\" twice");
}

TEST_CASE("a record whose fact is about no subject, or that holds no fact, is refused") {
  SubjectChains chains;
  const auto nowhere = [](schema::Fact::Builder fact) { fact.initUnitRegistered().setUnit("a b"); };
  const Error error = error_of(chains.follow(Record(7, {{"unit/a b"}}, nowhere).read()));
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message,
             Catch::Matchers::StartsWith("whom record 7 is about cannot be told: \"unit/a b\" is "
                                         "not a subject"));
  const auto nothing = [](schema::Fact::Builder) {};
  CHECK(error_of(chains.follow(Record(7, {{"unit/U"}}, nothing).read())).message ==
        "record 7 holds no fact");
}

TEST_CASE("whom a fact of a newer build concerns is not compared, and such records are counted") {
  SubjectChains chains;
  must(chains.follow(Record(7, {{"unit/U"}}, make_unknown).read()));
  must(chains.follow(Record(8, {{"unit/U", 1, 7}}, make_unknown).read(), "unit/U"));
  must(chains.follow(Record(9, {{"unit/U", 2, 8}}).read()));
  CHECK(chains.unknown_facts() == 2);
  CHECK(chains.count("unit/U") == 3);
  CHECK(error_of(chains.follow(Record(10, {{"unit/U", 3, 9}, {"project/P"}}, make_unknown).read()))
            .message == "record 10 is filed under \"project/P\" behind \"unit/U\": out of order");
}
