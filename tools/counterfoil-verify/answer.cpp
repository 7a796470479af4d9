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

}  // namespace counterfoil
