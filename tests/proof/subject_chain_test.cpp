#include "proof/subject_chain.h"

#include <capnp/message.h>

#include "codec/text.h"
#include "support/catch.h"
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
  Record(std::uint64_t sequence, const std::vector<Entry>& subjects) {
    auto record = message_.initRoot<schema::Record>();
    record.setSequence(sequence);
    auto entries = record.initSubjects(static_cast<unsigned>(subjects.size()));
    for (unsigned i = 0; i < entries.size(); ++i) {
      entries[i].setId(text_of(subjects[i].id));
      entries[i].setOrdinal(subjects[i].ordinal);
      entries[i].setPrevious(subjects[i].previous);
    }
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
  CHECK_FALSE(chains.follow(Record(5, {{"unit/U"}, {"unit/U", 1, 5}}).read()));
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
