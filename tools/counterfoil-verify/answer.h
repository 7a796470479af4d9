#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace counterfoil {

/// What a check found. Each is a sentence or two.
struct Answer {
  std::string proved;
  std::string not_proved;
};

/// What is not proved of records whose facts this program does not know, with a space before it;
/// empty where there are none.
std::string unknown_facts_not_proved(std::uint64_t records);

}  // namespace counterfoil
