#pragma once

#include <toml++/toml.h>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil::intake {

/// "mapping.toml:12:3", where the node stands.
std::string place_of(const toml::source_region& source, std::string_view file);

/// An error of the mapping, at that node.
template <typename... Args>
tl::unexpected<Error> fail_in(const toml::node& node, std::string_view file,
                              fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorCode::invalid, "{}: {}", place_of(node.source(), file),
              fmt::format(format, std::forward<Args>(args)...));
}

/// Reads a table key by key and then refuses every key that was not asked for, so that a misspelt
/// one is never silently without effect.
class TomlReader {
 public:
  TomlReader(const toml::table& table, std::string_view file) : table_(table), file_(file) {}

  const toml::table& table() const { return table_; }
  std::string_view file() const { return file_; }

  /// The key's value, or null.
  const toml::node* take(std::string_view key);
  Result<const toml::node*> need(std::string_view key);
  Result<std::optional<std::string>> text(std::string_view key);
  Result<std::string> need_text(std::string_view key);
  Result<std::optional<std::int64_t>> integer(std::string_view key);
  Result<std::optional<bool>> boolean(std::string_view key);
  /// An array of texts; empty where the key is absent.
  Result<std::vector<std::string>> texts(std::string_view key);
  Result<const toml::table*> table(std::string_view key);

  /// Names the first key that was not taken, and where it stands.
  Result<void> finish() const;

 private:
  const toml::table& table_;
  std::string_view file_;
  std::set<std::string, std::less<>> taken_;
};

/// A table's entries in the order in which they are written.
std::vector<std::pair<std::string_view, const toml::node*>> in_order(const toml::table& table);

}  // namespace counterfoil::intake
