#pragma once

#include <vector>

#include "domain/support/ledger.h"

namespace counterfoil::test {

/// Records the fact behind the history, reverses it, and checks with Catch that nothing is left of
/// it but its records: every state is what it was, but that the event is reversed.
void check_undone(const std::vector<CommandOf>& history, const FactOf& fact,
                  int line = __builtin_LINE());

/// What was wrong with a state that a reversal should have restored, or an empty text. Empty lists
/// and sums of 0 are as good as none.
std::string what_is_left(const Pages& before, const Pages& after, Sequence reversed);

}  // namespace counterfoil::test
