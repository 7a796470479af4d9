#include "support/journal_checker.h"

#include "codec/subjects.h"
#include "codec/text.h"
#include "domain/evolve.h"

namespace counterfoil {
namespace {

/// Nothing is known but the records.
class FromNothing final : public BookSource {
 public:
  explicit FromNothing(const Journal& journal) : journal_(journal) {}
  Result<Page> page(std::string_view) override { return Page{}; }
  Result<schema::Record::Reader> record(Sequence sequence) override {
    CF_TRY(journal_.read(sequence, bytes_));
    return buffer_.load(bytes_);
  }
  Result<const RuleSet*> rule_set(Sequence) override {
    return fail(ErrorCode::unsupported, "folding asks for no rules");
  }

 private:
  const Journal& journal_;
  std::string bytes_;
  RecordBuffer buffer_;
};

tl::unexpected<Error> wrong(std::uint64_t sequence, std::string_view what) {
  return fail(ErrorCode::corrupt, "record {}: {}", sequence, what);
}

class Checker {
 public:
  explicit Checker(const Journal& journal)
      : journal_(journal), nothing_(journal), book_(nothing_) {}

  Result<CheckedJournal> run() {
    CF_LET(Hasher hasher, Hasher::of_suite(journal_.suite()));
    RecordBuffer buffer;
    auto scan = journal_.scan(Sequence{0});
    for (;;) {
      CF_LET(const auto bytes, scan.next());
      if (!bytes) break;
      tree_.append(hasher.leaf(*bytes), hasher);
      CF_TRY(check_canonical(*bytes));
      CF_LET(const auto record, buffer.load(*bytes));
      CF_TRY(check_place(record));
      CF_TRY(check_command(record));
      CF_TRY(check_subjects(record));
      CF_TRY(evolve(book_, record));
      ++checked_.records;
    }
    if (facts_left_ != 0) return wrong(checked_.records, "the last command is not whole");
    if (tree_.size() != journal_.size() || tree_.root(hasher) != journal_.root())
      return wrong(checked_.records, "the journal's root is not that of its records");
    CF_TRY(check_indexes());
    return std::move(checked_);
  }

 private:
  Result<void> check_place(schema::Record::Reader record) {
    if (record.getSequence() != checked_.records)
      return wrong(checked_.records, "has another place");
    if (record.getEpoch() != journal_.epoch().value) return wrong(checked_.records, "other epoch");
    if (record.getRecordedAt() < recorded_at_) return wrong(checked_.records, "time went back");
    recorded_at_ = record.getRecordedAt();
    return {};
  }

  Result<void> check_command(schema::Record::Reader record) {
    const std::pair id{std::string(view(record.getActor())),
                       std::string(view(record.getCommandId()))};
    const std::string digest(view(record.getCommandDigest()));
    if (facts_left_ == 0) {
      if (record.getFactIndex() != 0) return wrong(checked_.records, "starts inside a command");
      facts_left_ = record.getFactCount();
      command_ = id;
      if (!checked_.commands
               .emplace(id, Acceptance{Sequence{checked_.records}, facts_left_, digest})
               .second)
        return wrong(checked_.records, "its command was recorded before");
    }
    const Acceptance& whole = checked_.commands[command_];
    if (id != command_ || digest != whole.digest || record.getFactCount() != whole.count ||
        record.getFactIndex() != checked_.records - whole.first.value)
      return wrong(checked_.records, "is not the next of its command");
    --facts_left_;
    return {};
  }

  Result<void> check_subjects(schema::Record::Reader record) {
    CF_LET(const auto expected, subjects_of(record.getFact()));
    if (record.getSubjects().size() != expected.size())
      return wrong(checked_.records, "has other subjects than its fact");
    for (unsigned i = 0; i < expected.size(); ++i) {
      const auto entry = record.getSubjects()[i];
      auto& chain = chains_[expected[i]];
      if (view(entry.getId()) != expected[i] || entry.getOrdinal() != chain.size() ||
          entry.getPrevious() != (chain.empty() ? 0 : chain.back().value))
        return wrong(checked_.records, "breaks the chain of " + expected[i]);
      chain.push_back(Sequence{checked_.records});
    }
    return {};
  }

  Result<void> check_indexes() {
    for (const auto& [subject, chain] : chains_) {
      CF_LET(const auto history, journal_.history(subject, Ordinal{0}, chain.size() + 1));
      CF_LET(const auto count, journal_.count(subject));
      if (history != chain || count != chain.size())
        return fail(ErrorCode::corrupt, "the index of {} is not its history", subject);
    }
    for (const auto& [id, expected] : checked_.commands) {
      CF_LET(const auto found, journal_.acceptance(id.first, id.second));
      if (!found || found->first != expected.first || found->count != expected.count ||
          found->digest != expected.digest)
        return fail(ErrorCode::corrupt, "command {} of {} is not remembered", id.second, id.first);
    }
    for (const auto& [key, page] : book_.changes()) {
      CF_LET(const auto stored, journal_.page(key));
      if (!stored || *stored != encode_page(page))
        return fail(ErrorCode::corrupt, "page {} of the book is not the fold of all records", key);
    }
    return {};
  }

  const Journal& journal_;
  FromNothing nothing_;
  Book book_;
  TreeEdge tree_;
  CheckedJournal checked_;
  std::map<std::string, std::vector<Sequence>> chains_;
  std::pair<std::string, std::string> command_;
  std::uint32_t facts_left_ = 0;
  std::int64_t recorded_at_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace

Result<CheckedJournal> check_journal(const Journal& journal) {
  return Checker(journal).run();
}

}  // namespace counterfoil
