#pragma once

#include "core/result.h"

namespace counterfoil {

/// Exit statuses of every command; README says the same.
enum class ExitStatus {
  done = 0,
  answer_is_no = 1,  // a difference found, a rule refused, nothing there
  wrong_usage = 2,
  could_not = 3  // unreachable, I/O, damaged
};

/// The status for a failure of that code.
ExitStatus exit_status(ErrorCode code);

}  // namespace counterfoil
