#pragma once

#include <string>
#include <vector>

#include "domain/support/ledger.h"

namespace counterfoil::test {

/// Computes budgets and pools from the records alone, in wide numbers and in another way than the
/// domain does, and says where an identity does not hold at some position, a balance that a record
/// states is not the right one, or the pages hold another sum; an empty text where all is well.
/// `budgets_are_kept`: no record was decided under a rule set that lets rule R19 be broken.
std::string broken_identity(const std::vector<Words>& records, const Pages& pages,
                            bool budgets_are_kept);

}  // namespace counterfoil::test
