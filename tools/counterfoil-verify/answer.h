#pragma once

#include <string>

#include "core/result.h"

namespace counterfoil {

/// What a check found. Each is a sentence or two.
struct Answer {
  std::string proved;
  std::string not_proved;
};

}  // namespace counterfoil
