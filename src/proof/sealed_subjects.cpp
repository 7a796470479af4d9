#include "proof/sealed_subjects.h"

#include <map>

#include "codec/text.h"

namespace counterfoil {

void SubjectsSum::add(std::string_view subject, std::uint64_t count, std::uint64_t last,
                      Hasher& hasher) {
  edge_.append(hasher.leaf(encode_sealed({std::string(subject), count, last})), hasher);
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
  if (record.getFact().isLedgerSealed()) CF_TRY(compare(record, chains, hasher));
  for (const auto entry : record.getSubjects()) {
    const auto found = chains.chains().find(view(entry.getId()));
    if (found == chains.chains().end())
      changes_.push_back({sequence, nullptr, std::string(view(entry.getId())), {}});
    else
      changes_.push_back({sequence, &found->first, {}, found->second});
  }
  while (!changes_.empty() && sequence - changes_.front().sequence >= remembered_max)
    changes_.pop_front();
  return {};
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
    older[change->subject ? std::string_view(*change->subject) : change->added] = change->before;
  SubjectsSum sum;
  for (const auto& [subject, chain] : chains.chains()) {
    const auto changed = older.find(subject);
    const SubjectChains::Chain& then = changed == older.end() ? chain : changed->second;
    if (then.count != 0) sum.add(subject, then.count, then.last, hasher);
  }
  CF_TRY(compare_subjects(sequence, seal, sum.root(hasher)));
  ++found_.recomputed;
  return {};
}

}  // namespace counterfoil
