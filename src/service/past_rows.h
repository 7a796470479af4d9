#pragma once

#include <optional>
#include <string>

#include "core/zone.h"
#include "projections/projector.h"
#include "service/past.h"
#include "service/row_page.h"

namespace counterfoil {

/// A view's rows as of a moment, in the order of their keys. From any thread; each page of a read
/// is of the moment of its first one.
///
/// Where the filter names a project, a unit or a pool they are folded from the records that make
/// them alone, for each page anew: in time in proportion to what was recorded about that. Nothing
/// where the rows need the whole journal.
Result<std::optional<RowPage>> read_own_rows_as_of(const Projector& projector,
                                                   const Journal& journal, std::string_view view,
                                                   const Filter& filter, const AsOf& as_of,
                                                   Instant now, std::string_view after,
                                                   std::size_t limit, const Asker& asker);
/// Any of them: folded from the whole journal, which may take minutes, and kept.
Result<RowPage> read_any_rows_as_of(const Projector& projector, const Journal& journal, Past& past,
                                    std::string_view view, const Filter& filter, const AsOf& as_of,
                                    Instant now, std::string_view after, std::size_t limit,
                                    const Asker& asker);

/// What a rule set (its JSON) would have changed: rows of WhatIfRow by sequence; service/what_if.h.
/// `in_place_of` is the name of those whose place it takes, "all", or empty for those of its own
/// name, or all where there are none; `not_found` names those that were published.
Result<RowPage> read_what_if(const Journal& journal, Past& past, const Zone& zone,
                             const std::string& document, const std::string& in_place_of,
                             const AsOf& as_of, Instant now, std::string_view after,
                             std::size_t limit, const Asker& asker = {});

}  // namespace counterfoil
