#pragma once

#include "domain/support/draws.h"

namespace counterfoil::test {

/// Facts of a budget year (year_facts.h) as a draw means them: every kind behind EventReversed, and
/// adjustments that carry a proposal out or carry money over.
FactOf year_fact(const Picks& picks);

/// Behind `city()`: a year in which each rule has something to say. P is a key special project with
/// a base for 2025, Q serves the three guarantees and lacks 500, R is development behind list L,
/// pool p holds money earmarked for Q; the target of Q is approved, and P was graded medium.
CommandOf started_year();
/// Grants every role to both who record random commands.
CommandOf staffed();

}  // namespace counterfoil::test
