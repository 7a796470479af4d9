#pragma once

#include "projections/projection.h"

namespace counterfoil::test {

/// A read model that no build has.
const Projection& documents_projection();

}  // namespace counterfoil::test
