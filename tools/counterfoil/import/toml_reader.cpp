#include "counterfoil/import/toml_reader.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace counterfoil::intake {

std::string place_of(const toml::source_region& source, std::string_view file) {
  return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
}

const toml::node* TomlReader::take(std::string_view key) {
  taken_.emplace(key);
  return table_.get(key);
}

Result<const toml::node*> TomlReader::need(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return fail_in(table_, file_, "the key \"{}\" is missing here; add it", key);
  return node;
}

Result<std::optional<std::string>> TomlReader::text(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<std::string>();
  if (!value) return fail_in(*node, file_, "\"{}\" must be text in quotes", key);
  return value;
}

Result<std::string> TomlReader::need_text(std::string_view key) {
  CF_TRY(need(key));
  CF_LET(auto value, text(key));
  return *value;
}

Result<std::optional<std::int64_t>> TomlReader::integer(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (!value) return fail_in(*node, file_, "\"{}\" must be a whole number", key);
  return value;
}

Result<std::optional<bool>> TomlReader::boolean(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<bool>();
  if (!value) return fail_in(*node, file_, "\"{}\" must be true or false", key);
  return value;
}

Result<std::vector<std::string>> TomlReader::texts(std::string_view key) {
  std::vector<std::string> result;
  const toml::node* node = take(key);
  if (node == nullptr) return result;
  const toml::array* array = node->as_array();
  if (array == nullptr) return fail_in(*node, file_, "\"{}\" must be a list of texts", key);
  for (const toml::node& element : *array) {
    const auto value = element.value_exact<std::string>();
    if (!value) return fail_in(element, file_, "\"{}\" must be a list of texts", key);
    result.push_back(*value);
  }
  return result;
}

Result<const toml::table*> TomlReader::table(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return nullptr;
  const toml::table* table = node->as_table();
  if (table == nullptr) return fail_in(*node, file_, "\"{}\" must be a table", key);
  return table;
}

Result<void> TomlReader::finish() const {
  for (const auto& [key, node] : table_) {
    if (taken_.contains(key.str())) continue;
    return fail(ErrorCode::invalid, "{}: \"{}\" means nothing here; known are {}",
                place_of(key.source(), file_), key.str(), fmt::join(taken_, ", "));
  }
  return {};
}

std::vector<std::pair<std::string_view, const toml::node*>> in_order(const toml::table& table) {
  std::vector<std::pair<std::string_view, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(key.str(), &node);
  std::ranges::sort(entries, [](const auto& a, const auto& b) {
    const auto& first = a.second->source().begin;
    const auto& second = b.second->source().begin;
    return std::pair(first.line, first.column) < std::pair(second.line, second.column);
  });
  return entries;
}

}  // namespace counterfoil::intake
