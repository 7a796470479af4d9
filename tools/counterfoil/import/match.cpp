#include "counterfoil/import/match.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace counterfoil::intake {
namespace {

std::vector<std::string> missing_of(const Table& table, std::span<const std::string> header) {
  std::vector<std::string> missing;
  for (const std::string& column : table.inputs.columns()) {
    const auto same = [&](const std::string& name) { return trimmed(name) == column; };
    if (std::ranges::none_of(header, same)) missing.push_back(fmt::format("\"{}\"", column));
  }
  return missing;
}

tl::unexpected<Error> no_table(const Mapping& mapping, std::string_view file,
                               std::span<const std::string> header) {
  std::string tables;
  for (const Table& table : mapping.tables)
    tables += fmt::format("{}{} lacks {}", tables.empty() ? "" : "; ", table.name,
                          fmt::join(missing_of(table, header), ", "));
  return fail(ErrorCode::invalid, "{} fits no table of {}: {}. Correct the header or the mapping",
              file, mapping.file, tables);
}

}  // namespace

Result<Matched> match(const Mapping& mapping, std::string_view file,
                      std::span<const std::string> header) {
  Matched matched;
  for (const Table& table : mapping.tables) {
    if (!missing_of(table, header).empty()) continue;
    if (matched.table != nullptr)
      return fail(ErrorCode::invalid,
                  "{} fits two tables of {}, {} and {}; make one of them name a column that tells "
                  "them apart",
                  file, mapping.file, matched.table->name, table.name);
    matched.table = &table;
  }
  if (matched.table == nullptr) return no_table(mapping, file, header);
  for (const std::string& column : matched.table->inputs.columns()) {
    const auto same = [&](const std::string& name) { return trimmed(name) == column; };
    if (std::ranges::count_if(header, same) > 1)
      return fail(ErrorCode::invalid, "{}: the column \"{}\" occurs twice; rename one of them",
                  file, column);
    matched.columns.push_back(
        static_cast<std::size_t>(std::ranges::find_if(header, same) - header.begin()));
  }
  return matched;
}

}  // namespace counterfoil::intake
