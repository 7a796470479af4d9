#pragma once

#include <vector>

#include "domain/book.h"
#include "domain/rule_finding.h"

namespace counterfoil {

/// Every rule of the set that a recorded fact breaks, with the book before it and after it. Rules
/// see the record's evidence and reason as they saw the command's. `decided_on` is the day of its
/// decision where the ledger is kept.
Result<std::vector<RuleFinding>> judge(Book& before, Book& after, schema::Record::Reader record,
                                       const RuleSet& rules, Date decided_on);

}  // namespace counterfoil
