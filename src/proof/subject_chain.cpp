#include "proof/subject_chain.h"

#include "codec/subjects.h"
#include "codec/text.h"
#include "core/text.h"

namespace counterfoil {

Result<void> SubjectChains::compare(schema::Record::Reader record) {
  CF_LET(const Filing filing, check_filing(record));
  if (filing == Filing::of_unknown_fact) ++unknown_facts_;
  return {};
}

Result<void> SubjectChains::follow(schema::Record::Reader record) {
  CF_TRY(compare(record));
  for (const auto entry : record.getSubjects()) CF_TRY(continue_chain(record.getSequence(), entry));
  return {};
}

Result<void> SubjectChains::follow(schema::Record::Reader record, std::string_view subject) {
  CF_TRY(compare(record));
  bool is_about = false;
  for (const auto entry : record.getSubjects()) {
    if (view(entry.getId()) != subject) continue;
    CF_TRY(continue_chain(record.getSequence(), entry));
    is_about = true;
  }
  if (is_about) return {};
  return fail(ErrorCode::corrupt, "record {} is not about {}", record.getSequence(),
              quote(subject));
}

Result<void> SubjectChains::continue_chain(std::uint64_t sequence,
                                           schema::SubjectEntry::Reader entry) {
  const auto id = view(entry.getId());
  auto found = chains_.find(id);
  if (found == chains_.end()) found = chains_.emplace(id, Chain{}).first;
  Chain& chain = found->second;
  if (entry.getOrdinal() != chain.count)
    return fail(ErrorCode::corrupt,
                "record {} is number {} in the history of {}, but {} of its records came before: "
                "one is missing, or out of its order",
                sequence, entry.getOrdinal(), quote(id), chain.count);
  if (chain.count != 0 && sequence <= chain.last)
    return fail(ErrorCode::corrupt,
                "record {} comes behind record {} in the history of {}: records out of order, or "
                "one twice",
                sequence, chain.last, quote(id));
  if (entry.getPrevious() != chain.last)
    return fail(ErrorCode::corrupt,
                "record {} names record {} as the one before it in the history of {}; {}", sequence,
                entry.getPrevious(), quote(id),
                chain.count == 0 ? "there is none" : fmt::format("it is {}", chain.last));
  ++chain.count;
  chain.last = sequence;
  return {};
}

std::uint64_t SubjectChains::count(std::string_view subject) const {
  const auto found = chains_.find(subject);
  return found == chains_.end() ? 0 : found->second.count;
}

}  // namespace counterfoil
