#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/projection.h"
#include "service/filter.h"
#include "service/moment.h"

namespace counterfoil {

/// The subjects whose records make all rows of the projection that the filter lets through at the
/// moment, so that they can be folded without the rest of the journal. Nothing where it names no
/// project, unit or pool that such rows can be made for; nor where the journal is folded as fast,
/// because those are a good part of it.
Result<std::optional<std::vector<std::string>>> subjects_of_rows(const Journal& journal,
                                                                 const Projection& projection,
                                                                 const Filter& filter,
                                                                 const Moment& moment,
                                                                 const Asker& asker);

}  // namespace counterfoil
