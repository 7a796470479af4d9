#pragma once

#include <functional>
#include <initializer_list>
#include <string>

#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"

namespace counterfoil::test {

/// A ledger with such a history under these rules (`rule` of year_facts.h).
using HistoryUnder = std::function<Given(CommandOf rules)>;

/// Checks what each mode of a rule makes of a command that breaks it once: enforced, it is refused,
/// an override or not; in mode override it needs an authority and a document, which are recorded
/// with the breach; observed, the breach is recorded; off, nothing is. Each part of the finding
/// stands in the refusal and in the breach, `remedy` in the refusal only.
void check_modes(const std::string& rule_id, const HistoryUnder& history, const CommandOf& breaking,
                 std::initializer_list<std::string> finding, const std::string& remedy,
                 int line = __builtin_LINE());

/// The same for one mode each, where a test wants more of the rule than its mode.
void check_refused(const std::string& rule_id, const HistoryUnder& history,
                   const CommandOf& breaking, std::initializer_list<std::string> parts,
                   int line = __builtin_LINE());
void check_accepted(const std::string& rule_id, const HistoryUnder& history,
                    const CommandOf& command, int line = __builtin_LINE());

}  // namespace counterfoil::test
