#include "counterfoil-verify/answer.h"

#include "core/result.h"

namespace counterfoil {

std::string unknown_facts_not_proved(std::uint64_t records) {
  if (records == 0) return {};
  if (records == 1)
    return " Nor whom 1 record concerns: this program does not know its fact; a newer one can "
           "tell.";
  return fmt::format(
      " Nor whom {} records concern: this program does not know their facts; a newer one can tell.",
      records);
}

std::string seals_proved(const SealedSubjects::Found& seals) {
  if (seals.recomputed == 0) return {};
  return fmt::format(
      " What {} seals say of subjects (how many events each has, and the last) was computed again "
      "from the records, and is so.",
      seals.recomputed);
}

std::string seals_not_proved(const SealedSubjects::Found& seals) {
  std::string sentences;
  if (seals.recomputed + seals.too_far != 0)
    sentences +=
        " Nor what the seals say of budgets and other projections: `counterfoil verify` computes "
        "that again, with the ledger.";
  if (seals.too_far != 0)
    sentences += fmt::format(
        " Nor what {} seals say of subjects: more than {} records stand between them and what they "
        "cover.",
        seals.too_far, SealedSubjects::remembered_max);
  return sentences;
}

}  // namespace counterfoil
