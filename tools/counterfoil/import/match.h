#pragma once

#include <span>
#include <string>
#include <vector>

#include "counterfoil/import/mapping.h"

namespace counterfoil::intake {

/// A file's table, and where its columns stand in the file.
struct Matched {
  const Table* table = nullptr;
  std::vector<std::size_t> columns;  // by slot
};

/// Finds the one table of the mapping whose columns are all in the header. No such table, several,
/// and a column that occurs twice are errors that name the columns.
Result<Matched> match(const Mapping& mapping, std::string_view file,
                      std::span<const std::string> header);

}  // namespace counterfoil::intake
