#pragma once

#include "counterfoil/import/mapping.h"
#include "counterfoil/import/toml_reader.h"

namespace counterfoil::intake {

/// Reads one `[[table]]` into the mapping that it belongs to.
Result<Table> read_table(const toml::table& table, const Mapping& mapping, const Lookups& lookups);

}  // namespace counterfoil::intake
