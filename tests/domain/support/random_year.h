#pragma once

#include "domain/support/draws.h"

namespace counterfoil::test {

/// Facts of a budget year (year_facts.h) as a draw means them: every kind behind EventReversed, and
/// adjustments that carry a proposal out or carry money over.
FactOf year_fact(const Picks& picks);

}  // namespace counterfoil::test
