#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "proof/sealed_subjects.h"

namespace counterfoil {

/// What a check found. Each is a sentence or two.
struct Answer {
  std::string proved;
  std::string not_proved;
};

/// What is not proved of records whose facts this program does not know, with a space before it;
/// empty where there are none.
std::string unknown_facts_not_proved(std::uint64_t records);

/// Which part of seals was computed again, and which was not, each with a space before it; empty
/// where there was no seal.
std::string seals_proved(const SealedSubjects::Found& seals);
std::string seals_not_proved(const SealedSubjects::Found& seals);

}  // namespace counterfoil
