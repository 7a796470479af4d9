#include "service/seal.h"

#include <algorithm>

#include "codec/text.h"
#include "domain/page.h"
#include "proof/sealed_subjects.h"
#include "service/journal_book.h"

namespace counterfoil {
namespace {

constexpr std::string_view seals_subject = "ledger";
constexpr std::size_t page_records = 64;

void fill(schema::LedgerSealed::Projection::Builder out, const Projection& projection,
          const Views::Digest& digest) {
  out.setName(text_of(std::string(projection.name())));
  out.setVersion(projection.version());
  out.setEntries(digest.entries);
  out.setRoot(data_of(bytes_of(digest.root)));
}

/// The newest close of a period that stands.
Result<std::optional<Sequence>> newest_close(const Journal& journal) {
  CF_LET(Journal::BookWalk walk, journal.walk_book());
  JournalBook source(journal, walk);
  Book book(source);
  const std::string prefix = standing_key(schema::Fact::PERIOD_CLOSED, "");
  std::optional<Sequence> newest;
  std::string key = prefix;
  for (;;) {
    CF_LET(const auto next, walk.next_key(prefix, key));
    if (!next) return newest;
    key = *next;
    CF_LET(const auto sequences,
           standing(book, schema::Fact::PERIOD_CLOSED, key.substr(prefix.size())));
    for (const Sequence sequence : sequences) {
      if (newest && sequence <= *newest) continue;
      CF_LET(const auto record, book.record(sequence));
      if (record.getFact().isPeriodClosed()) newest = sequence;
    }
  }
}

}  // namespace

Result<void> visit_seals(const Journal& journal,
                         const std::function<Result<void>(schema::Record::Reader seal)>& visit) {
  std::string bytes;
  RecordBuffer buffer;
  for (std::uint64_t from = 0;;) {
    CF_LET(const auto sequences, journal.history(seals_subject, Ordinal{from}, page_records));
    if (sequences.empty()) return {};
    from += sequences.size();
    for (const Sequence sequence : sequences) {
      CF_TRY(journal.read(sequence, bytes));
      CF_LET(const auto record, buffer.load(bytes));
      if (record.getFact().isLedgerSealed()) CF_TRY(visit(record));
    }
  }
}

Result<std::optional<HeldRecord>> newest_seal(const Journal& journal) {
  CF_LET(std::uint64_t end, journal.count(seals_subject));
  std::string bytes;
  RecordBuffer buffer;
  while (end != 0) {
    const std::uint64_t from = end - std::min<std::uint64_t>(end, page_records);
    CF_LET(const auto sequences,
           journal.history(seals_subject, Ordinal{from}, static_cast<std::size_t>(end - from)));
    for (auto sequence = sequences.rbegin(); sequence != sequences.rend(); ++sequence) {
      CF_TRY(journal.read(*sequence, bytes));
      CF_LET(const auto record, buffer.load(bytes));
      if (record.getFact().isLedgerSealed()) return HeldRecord(record);
    }
    end = from;
  }
  return std::nullopt;
}

Result<HeldRecord> seal_at(const Journal& journal, Sequence sequence) {
  std::string bytes;
  CF_TRY(journal.read(sequence, bytes));
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(bytes));
  if (record.getFact().isLedgerSealed()) return HeldRecord(record);
  return fail(ErrorCode::not_found,
              "record {} is no seal: `counterfoil history ledger` shows where they stand",
              sequence.value);
}

Result<SealedRoot> compute_subjects(const Journal& journal, std::uint64_t size, Hasher& hasher,
                                    const GoOn& go_on) {
  SubjectsSum sum;
  std::uint64_t visited = 0;
  const auto add = [&](std::string_view subject, std::uint64_t count,
                       Sequence last) -> Result<void> {
    if (++visited % steps_between_asking == 0) CF_TRY(check(go_on));
    return sum.add(subject, count, last.value, hasher);
  };
  CF_TRY(journal.visit_subjects(size, add));
  return sum.root(hasher);
}

Result<ComputedSeal> compute_seal(const Journal& journal, Projector& projector,
                                  const LedgerFacts& facts, const GoOn& go_on) {
  CF_LET(Hasher hasher, Hasher::of_suite(facts.suite));
  CF_LET(ViewsMoment moment, projector.at_one_position());
  std::vector<ViewsMoment::Part*> parts;
  for (ViewsMoment::Part& part : moment.parts) parts.push_back(&part);
  std::ranges::sort(parts, {},
                    [](const ViewsMoment::Part* part) { return part->projection->name(); });
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setCommandId(text_of(fmt::format("seal/{}", moment.position)));
  auto sealed = command.initFacts(1)[0].initLedgerSealed();
  sealed.setSize(moment.position);
  sealed.setCurrency(text_of(facts.currency));
  sealed.setCurrencyExponent(static_cast<std::uint8_t>(facts.currency_exponent));
  CF_LET(const SealedRoot subjects, compute_subjects(journal, moment.position, hasher, go_on));
  sealed.setSubjects(subjects.entries);
  sealed.setSubjectsRoot(data_of(bytes_of(subjects.root)));
  auto projections = sealed.initProjections(static_cast<unsigned>(parts.size()));
  for (unsigned i = 0; i < parts.size(); ++i) {
    CF_LET(const auto digest, Views::digest(parts[i]->cursor, hasher, go_on));
    fill(projections[i], *parts[i]->projection, digest);
  }
  CF_LET(Preparer preparer, Preparer::of_suite(facts.suite));
  ComputedSeal seal;
  CF_LET(seal.command, preparer.prepare(command.asReader()));
  for (ViewsMoment::Missing& one : moment.missing) seal.left_out.push_back(std::move(one.why));
  return seal;
}

Result<bool> is_close_unsealed(const Journal& journal) {
  CF_LET(const auto close, newest_close(journal));
  if (!close) return false;
  CF_LET(const auto seal, newest_seal(journal));
  return !seal || seal->fact().getLedgerSealed().getSize() <= close->value;
}

}  // namespace counterfoil
