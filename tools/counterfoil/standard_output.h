#pragma once

#include "core/result.h"

namespace counterfoil {

/// Hands what was printed to the system. Fails, then and ever after, where any of it was not
/// written: a list that is cut short must not look whole.
Result<void> flush_output();

/// Whether nobody reads standard output any more, as behind `| head`.
bool is_reader_gone();

/// Ends as every program ends that writes to a pipe which nobody reads: quietly, of SIGPIPE.
[[noreturn]] void end_unread();

}  // namespace counterfoil
