#include "proof/sealed_subjects.h"

#include <map>

#include "codec/text.h"
#include "core/limits.h"
#include "core/text.h"

namespace counterfoil {

Result<void> SubjectsSum::add(std::string_view subject, std::uint64_t count, std::uint64_t last,
                              Hasher& hasher) {
  if (subject.size() > limits::subject_bytes)
    return fail(ErrorCode::corrupt, "{} is no subject: it is too long", quote(subject));
  edge_.append(hasher.leaf(encode_sealed({std::string(subject), count, last})), hasher);
  return {};
}

Result<void> compare_subjects(std::uint64_t sequence, schema::LedgerSealed::Reader seal,
                              const SealedRoot& computed) {
  CF_LET(const SealedRoot sealed, subjects_of_seal(seal));
  if (sealed == computed) return {};
  return fail(ErrorCode::corrupt,
              "seal {} says what the histories of {} subjects were at {} records, and the records "
              "say otherwise ({} subjects): it attests what is not so, or was computed from "
              "something else",
              sequence, sealed.entries, seal.getSize(), computed.entries);
}

Result<void> SealedSubjects::follow(schema::Record::Reader record, const SubjectChains& chains,
                                    Hasher& hasher) {
  const std::uint64_t sequence = record.getSequence();
  for (const auto entry : record.getSubjects()) {
    const auto found = chains.chains().find(view(entry.getId()));
    COUNTERFOIL_ASSERT(found != chains.chains().end());
    changes_.push_back({sequence, &found->first, {entry.getOrdinal(), entry.getPrevious()}});
  }
  while (!changes_.empty() && sequence - changes_.front().sequence > remembered_max)
    changes_.pop_front();
  return record.getFact().isLedgerSealed() ? compare(record, chains, hasher) : Result<void>();
}

Result<void> SealedSubjects::compare(schema::Record::Reader record, const SubjectChains& chains,
                                     Hasher& hasher) {
  const auto seal = record.getFact().getLedgerSealed();
  const std::uint64_t sequence = record.getSequence();
  if (seal.getSize() > sequence)
    return fail(ErrorCode::corrupt, "seal {} is of {} records, which were not there before it",
                sequence, seal.getSize());
  if (sequence - seal.getSize() > remembered_max) {
    ++found_.too_far;
    return {};
  }
  // As they were before the records that the seal does not cover.
  std::map<std::string_view, SubjectChains::Chain> older;
  for (auto change = changes_.rbegin();
       change != changes_.rend() && change->sequence >= seal.getSize(); ++change)
    older[*change->subject] = change->before;
  SubjectsSum sum;
  for (const auto& [subject, chain] : chains.chains()) {
    const auto changed = older.find(subject);
    const SubjectChains::Chain& then = changed == older.end() ? chain : changed->second;
    if (then.count != 0) CF_TRY(sum.add(subject, then.count, then.last, hasher));
  }
  CF_TRY(compare_subjects(sequence, seal, sum.root(hasher)));
  ++found_.recomputed;
  return {};
}

}  // namespace counterfoil
