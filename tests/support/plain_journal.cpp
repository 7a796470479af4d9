#include "support/plain_journal.h"

#include <capnp/message.h>

#include "codec/text.h"
#include "proof/checkpoint.h"
#include "proof/rotation.h"

namespace counterfoil {

PlainJournal::PlainJournal(const std::string& path, std::string_view suite)
    : path_(path), suite_(suite) {
  kit::create_ledger_in(path, "observe", suite);
  chains_["ledger"] = {2, 1};
  reopen();
}

void PlainJournal::reopen() {
  close();
  journal_ = must(Journal::open(must(LedgerFolder::open(path_))));
}

void PlainJournal::fill(schema::Record::Builder record, std::uint64_t sequence,
                        const std::vector<std::string>& subjects) {
  record.setFormat(record_format);
  record.setFactCount(1);
  record.setRole(schema::Role::UNIT);
  record.setSequence(sequence);
  record.setRecordedAt(2'000'000'000'000'000 + static_cast<std::int64_t>(sequence));
  record.setDecidedAt(record.getRecordedAt());
  record.setCommandId(text_of(fmt::format("plain-{}", sequence)));
  record.setCommandDigest(data_of(std::string(32, 'd')));
  record.setActor("clerk");
  auto list = record.initSubjects(static_cast<unsigned>(subjects.size()));
  for (unsigned i = 0; i < subjects.size(); ++i) {
    auto& [count, newest] = chains_[subjects[i]];
    list[i].setId(text_of(subjects[i]));
    list[i].setOrdinal(count);
    list[i].setPrevious(count == 0 ? 0 : newest);
    ++count;
    newest = sequence;
  }
}

Words PlainJournal::next(std::uint64_t sequence) {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  const std::string project = fmt::format("P{}", sequence % 7);
  fill(record, sequence, {"project/" + project, "unit/U"});
  auto proposed = record.initFact().initProjectProposed();
  proposed.setProject(text_of(project));
  proposed.setUnit("U");
  proposed.setName("a project");
  return canonical(record.asReader());
}

void PlainJournal::rotate(const SigningKey& to) {
  const std::uint64_t sequence = journal_->size();
  const SigningKey from = kit::signing_key(suite_);
  const std::string text =
      rotation_message(kit::origin, 0, sequence, from.verifier(), to.verifier());
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  fill(record, sequence, {"ledger"});
  auto rotated = record.initFact().initKeyRotated();
  rotated.setOldKey(text_of(from.verifier().text()));
  rotated.setNewKey(text_of(to.verifier().text()));
  rotated.setOldSignature(data_of(must(from.sign(text))));
  rotated.setNewSignature(data_of(must(to.sign(text))));
  std::vector<Words> records;
  records.push_back(canonical(record.asReader()));
  must(journal_->append(records, {}));
}

void PlainJournal::append_unit(const std::vector<std::string>& subjects) {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  fill(record, journal_->size(), subjects);
  auto registered = record.initFact().initUnitRegistered();
  registered.setUnit("U");
  registered.setDepartment("D");
  std::vector<Words> records;
  records.push_back(canonical(record.asReader()));
  must(journal_->append(records, {}));
}

Result<void> PlainJournal::append(unsigned records) {
  const auto before = chains_;
  std::vector<Words> group;
  for (unsigned i = 0; i < records; ++i) group.push_back(next(journal_->size() + i));
  auto done = journal_->append(group, {});
  if (!done) chains_ = before;
  return done;
}

void PlainJournal::grow_to(std::uint64_t size, unsigned group) {
  while (journal_->size() < size)
    must(append(static_cast<unsigned>(std::min<std::uint64_t>(group, size - journal_->size()))));
}

std::string PlainJournal::sign() {
  const SigningKey key = kit::signing_key(suite_);
  const Checkpoint checkpoint{std::string(kit::origin), journal_->size(), journal_->root()};
  const std::string note = must(sign_checkpoint(checkpoint, {&key}));
  must(journal_->put_checkpoint(checkpoint.size, note));
  return note;
}

Entries entries_of(const Rocks& rocks, std::string_view family) {
  Entries entries;
  auto cursor = rocks.walk(*rocks.family(family));
  for (cursor.seek({}); cursor.valid(); cursor.next())
    entries[std::string(cursor.key())] = cursor.value();
  must(cursor.status());
  return entries;
}

}  // namespace counterfoil
