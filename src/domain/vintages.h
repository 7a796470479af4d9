#pragma once

#include <vector>

#include "domain/page.h"

namespace counterfoil {

/// What is left of each vintage of a line when its payments have spent the oldest first; the same
/// order, and what is committed counts as not spent.
std::vector<Vintage> unspent_by_vintage(const LineState& line);

}  // namespace counterfoil
