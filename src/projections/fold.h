#pragma once

#include <cstdint>

#include "projections/projection.h"

namespace counterfoil {

/// Folds one record that was read and is foldable. An error names it, whatever the fold did.
Result<void> fold_record(const Projection& projection, std::uint64_t sequence,
                         schema::Record::Reader record, Rows& rows);

}  // namespace counterfoil
