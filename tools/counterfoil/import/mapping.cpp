#include "counterfoil/import/mapping.h"

#include <fmt/ranges.h>

#include "counterfoil/import/read_table.h"
#include "counterfoil/import/toml_reader.h"

namespace counterfoil::intake {
namespace {

/// A command's id has 64 bytes; a mapping's name must leave room for what the source says.
constexpr std::size_t name_bytes_max = 24;
constexpr unsigned post_exponent = 3;

Result<char> separator(TomlReader& reader, std::string_view key, char otherwise) {
  CF_LET(const auto text, reader.text(key));
  if (!text) return otherwise;
  if (text->empty() && key == "thousands") return char{0};
  if (text->size() != 1 || (text->front() >= '0' && text->front() <= '9') || text->front() == '-')
    return fail_in(*reader.take(key), reader.file(), "\"{}\" must be one ASCII character", key);
  return text->front();
}

Result<NumberForm> read_numbers(TomlReader& mapping) {
  NumberForm form;
  CF_LET(const toml::table* table, mapping.table("numbers"));
  if (table == nullptr) return form;
  TomlReader reader(*table, mapping.file());
  CF_LET(form.decimal, separator(reader, "decimal", '.'));
  CF_LET(form.thousands, separator(reader, "thousands", 0));
  if (form.decimal == form.thousands)
    return fail_in(*table, mapping.file(),
                   "the decimal sign and the thousands separator are the same");
  CF_TRY(reader.finish());
  return form;
}

Result<Lookups> read_lookups(TomlReader& mapping) {
  Lookups lookups;
  CF_LET(const toml::table* table, mapping.table("lookups"));
  if (table == nullptr) return lookups;
  for (const auto& [key, node] : *table) {
    if (!node.is_table())
      return fail_in(node, mapping.file(), "[lookups.{}] must be a table of codes", key.str());
    CF_LET(auto lookup, read_lookup(*node.as_table(), mapping.file()));
    lookups.emplace(key.str(), std::move(lookup));
  }
  return lookups;
}

Result<void> read_into(Mapping& mapping, const toml::table& root) {
  TomlReader reader(root, mapping.file);
  CF_LET(mapping.name, reader.need_text("name"));
  if (!is_id(mapping.name) || mapping.name.size() > name_bytes_max)
    return fail_in(*reader.take("name"), mapping.file,
                   "\"name\" must be 1 to {} characters of [A-Za-z0-9._-]", name_bytes_max);
  CF_LET(const auto encoding, reader.text("encoding"));
  if (encoding) {
    auto known = encoding_of(*encoding);
    if (!known) return fail_in(*reader.take("encoding"), mapping.file, "{}", known.error().message);
    mapping.encoding = *known;
  }
  CF_LET(const auto order, reader.text("order"));
  if (order && *order != "files" && *order != "decided")
    return fail_in(*reader.take("order"), mapping.file,
                   "\"order\" must be \"files\" or \"decided\"");
  if (order == "decided") mapping.order = Order::decided;
  CF_LET(mapping.numbers, read_numbers(reader));
  CF_LET(auto forms, reader.texts("dates"));
  if (forms.empty()) forms.push_back("%Y-%m-%d");
  auto dates = DateForms::of(std::move(forms));
  if (!dates) return fail_in(*reader.take("dates"), mapping.file, "{}", dates.error().message);
  mapping.dates = std::move(*dates);
  CF_LET(const Lookups lookups, read_lookups(reader));

  CF_LET(const toml::node* tables, reader.need("table"));
  if (!tables->is_array_of_tables())
    return fail_in(*tables, mapping.file,
                   "tables are written as [[table]], each with a name and a form");
  for (const toml::node& node : *tables->as_array()) {
    CF_LET(Table table, read_table(*node.as_table(), mapping, lookups));
    mapping.tables.push_back(std::move(table));
  }
  return reader.finish();
}

}  // namespace

Result<std::int64_t> Measure::read(std::string_view cell, const NumberForm& form,
                                   unsigned currency_exponent) const {
  if (optional && trimmed(cell).empty()) return 0;
  auto number = parse_number(cell, form);
  if (!number) return tl::unexpected(std::move(number).error());
  return scaled(*number, unit, id == "headcount" ? post_exponent : currency_exponent);
}

Result<std::string> LineNames::of(const Row& row, const Inputs& inputs,
                                  std::string_view measure) const {
  CF_LET(const std::string year, inputs.text_of(fiscal_year, row));
  CF_LET(const std::string who, inputs.text_of(project, row));
  CF_LET(const std::string from, inputs.text_of(fund, row));
  CF_LET(const std::string what, inputs.text_of(item, row));
  std::string line =
      fmt::format("line/{}/{}/{}/{}/{}", year, who, from, measure, what.empty() ? "-" : what);
  CF_TRY(check_subject(line));
  return line;
}

Result<Mapping> Mapping::read(const std::filesystem::path& path) {
  Mapping mapping;
  mapping.file = path.string();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return fail(ErrorCode::io, "{} is no file that can be read; name the mapping's TOML file",
                mapping.file);
  try {
    const toml::table root = toml::parse_file(mapping.file);
    CF_TRY(read_into(mapping, root));
  } catch (const toml::parse_error& wrong) {
    return fail(ErrorCode::invalid, "{}: {}", place_of(wrong.source(), mapping.file),
                wrong.description());
  }
  return mapping;
}

}  // namespace counterfoil::intake
