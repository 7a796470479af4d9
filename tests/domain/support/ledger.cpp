#include "domain/support/ledger.h"

#include "codec/subjects.h"
#include "codec/text.h"
#include "core/limits.h"
#include "core/time.h"
#include "domain/evolve.h"
#include "domain/recorders.h"

namespace counterfoil::test {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;

void put(Pages& pages, const Pages& changes) {
  for (const auto& [key, page] : changes) pages.insert_or_assign(key, page);
}

/// Pages and records as they were stored so far, for folding them again.
class Stored final : public BookSource {
 public:
  explicit Stored(const std::vector<Words>& records) : records_(records) {}
  Result<Page> page(std::string_view key) override {
    const auto found = pages.find(key);
    return found == pages.end() ? Page{} : found->second;
  }
  Result<schema::Record::Reader> record(Sequence sequence) override {
    return buffer_.load(bytes_of(records_.at(sequence.value)));
  }
  Result<const RuleSet*> rule_set(Sequence) override {
    return fail(ErrorCode::refused, "folding asks for no rule set");
  }
  Pages pages;

 private:
  const std::vector<Words>& records_;
  RecordBuffer buffer_;
};

std::string wrong_subjects(schema::Record::Reader record, Stored& before) {
  std::vector<std::string> subjects;
  for (const auto entry : record.getSubjects()) {
    subjects.emplace_back(view(entry.getId()));
    const Page page = before.page(subjects.back()).value();
    if (entry.getOrdinal() != page.count) return subjects.back() + " has a gap";
    if (entry.getPrevious() != (page.count == 0 ? 0 : page.last.value))
      return subjects.back() + " has a wrong previous";
  }
  const auto of_fact = subjects_of(record.getFact());
  if (!of_fact || *of_fact != subjects) return "the subjects do not follow from the fact";
  return {};
}

std::string wrong_record(const Words& words, std::uint64_t sequence, Stored& before) {
  if (bytes_of(words).size() > limits::record_bytes) return "too long";
  if (const auto good = check_canonical(bytes_of(words)); !good) return good.error().message;
  RecordBuffer buffer;
  const auto record = buffer.load(bytes_of(words)).value();
  if (record.getSequence() != sequence) return "has another sequence";
  if (auto wrong = wrong_subjects(record, before); !wrong.empty()) return wrong;
  Book book(before);
  if (const auto folded = evolve(book, record); !folded) return folded.error().message;
  put(before.pages, book.changes());
  for (const auto& [key, page] : book.changes())
    if (decode_page(encode_page(page)).value() != page) return key + " does not decode";
  return {};
}

schema::Role role_of(const CommandOf& command_of, schema::Command::Reader command) {
  if (command_of.role != schema::Role::UNSPECIFIED) return command_of.role;
  if (command.getFacts().size() == 0) return schema::Role::FINANCE;
  // Of whatever level it is.
  if (command.getFacts()[0].isGradeAssigned()) return schema::Role::CONGRESS;
  const auto& recorders = recorders_of(command.getFacts()[0].which());
  return recorders.empty() ? schema::Role::FINANCE : recorders.front();
}

}  // namespace

Result<Page> MemoryLedger::page(std::string_view key) {
  const auto found = pages_.find(key);
  return found == pages_.end() ? Page{} : found->second;
}

/// A buffer for each call, so that a reader used after the next call reads freed memory, which the
/// address sanitizer reports.
Result<schema::Record::Reader> MemoryLedger::record(Sequence sequence) {
  if (sequence.value >= records_.size())
    return fail(ErrorCode::not_found, "there is no record {}", sequence.value);
  buffer_ = std::make_unique<RecordBuffer>();
  return buffer_->load(bytes_of(records_[sequence.value]));
}

Result<const RuleSet*> MemoryLedger::rule_set(Sequence published) {
  const auto found = rule_sets_.find(published);
  if (found != rule_sets_.end()) return &found->second;
  CF_LET(const auto stored, record(published));
  CF_LET(RuleSet parsed, read_rule_set(view(stored.getFact().getRuleSetPublished().getDocument())));
  return &rule_sets_.emplace(published, std::move(parsed)).first->second;
}

Result<std::vector<Breach>> MemoryLedger::decide_in(Book& book, const CommandOf& command_of) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command_of.fill(command);
  Stamp stamp;
  stamp.first = Sequence{records_.size()};
  const std::int64_t start_us = parse_date(today).value().days * day_us;
  stamp.recorded_at = Instant{start_us + static_cast<std::int64_t>(records_.size())};
  stamp.decided_at =
      command.getDecidedAt() == 0 ? stamp.recorded_at : Instant{command.getDecidedAt()};
  stamp.decided_on = Date{static_cast<std::int32_t>(stamp.decided_at.microseconds / day_us)};
  stamp.effective_on =
      command.getHasEffectiveOn() ? Date{command.getEffectiveOn()} : stamp.decided_on;
  stamp.actor = command_of.actor;
  stamp.role = role_of(command_of, command);
  stamp.organisation = command_of.organisation;
  stamp.digest = "digest";

  return decide(book, command.asReader(), stamp);
}

Result<std::vector<Breach>> MemoryLedger::judge(const CommandOf& command_of) {
  Book book(*this);
  return decide_in(book, command_of);
}

Result<std::vector<Breach>> MemoryLedger::submit(const CommandOf& command_of) {
  Book book(*this);
  CF_LET(auto breaches, decide_in(book, command_of));
  put(pages_, book.changes());
  for (Words& words : book.records()) records_.push_back(std::move(words));
  return breaches;
}

std::string what_is_wrong(const std::vector<Words>& records, const Pages& pages) {
  Stored folded(records);
  for (std::size_t i = 0; i < records.size(); ++i)
    if (auto wrong = wrong_record(records[i], i, folded); !wrong.empty())
      return fmt::format("record {}: {}", i, wrong);
  return folded.pages == pages ? "" : "folding the records gives other pages";
}

}  // namespace counterfoil::test
