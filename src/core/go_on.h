#pragma once

#include <cstdint>
#include <functional>

#include "core/result.h"

namespace counterfoil {

/// Whether somebody still waits for what takes long. Asked from the thread that works on it.
using GoOn = std::function<bool()>;

inline bool goes_on() {
  return true;
}

/// How many entries of an index or a view are walked between two questions: milliseconds of work.
constexpr std::uint64_t steps_between_asking = 4'096;

/// `busy` where nobody waits.
inline Result<void> check(const GoOn& go_on) {
  if (go_on()) return {};
  return fail(ErrorCode::busy, "nobody waits for it any more");
}

}  // namespace counterfoil
