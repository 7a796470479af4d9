#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "counterfoil/import/row.h"
#include "counterfoil/import/toml_reader.h"

namespace counterfoil::intake {

/// A code of the source → what it means here.
using Lookup = std::unordered_map<std::string, std::string>;
/// By name, as `[lookups.NAME]` of a mapping gives them.
using Lookups = std::map<std::string, std::shared_ptr<const Lookup>, std::less<>>;

/// Text made of a row: a template's parts joined, then transformed in the order of the members.
/// Empty text stays empty, so that what is absent in the source stays absent, but for `empty`.
struct Text {
  struct Part {
    enum class Kind { literal, column, value } kind;
    std::string literal;    // or the name, for messages
    std::size_t index = 0;  // slot of the column, or place of the value
  };
  std::vector<Part> parts;
  std::vector<std::string> blank;  // texts that the source writes for "none"
  std::string remove;              // characters to leave out
  std::string empty;               // what stands for an empty text
  std::size_t pad = 0;             // characters to fill up to, at the left
  char pad_with = '0';
  std::shared_ptr<const Lookup> lookup;  // null: none
  std::string prefix;
  bool whole = false;  // an id: a part that is empty is an error, or ids would meet
  std::string place;   // of the mapping, for messages
};

/// What the templates of one table may name: the file's columns, and values derived from them.
class Inputs {
 public:
  /// Columns by slot, in the order of their first use.
  const std::vector<std::string>& columns() const { return columns_; }
  /// Slots that every row of a group must agree on.
  const std::set<std::size_t>& shared() const { return shared_; }

  void add_value(std::string name, Text text);
  /// The value of that name, else the column.
  Text::Part named(std::string_view name);
  /// The text of that alone.
  Text text_named(std::string_view name);
  /// Marks the columns that the text is made of: the rows of a group must agree on them.
  void share(const Text& text);

  Result<std::string> text_of(const Text& text, const Row& row) const;

 private:
  std::vector<std::string> columns_;
  std::set<std::size_t> shared_;
  std::map<std::string, std::size_t, std::less<>> value_names_;
  std::vector<Text> values_;
};

/// "line/{fiscal_year}/{project}" as a text; "{{" and "}}" stand for braces.
Result<Text> read_template(std::string_view text, std::string place, Inputs& inputs);

/// The text that a table describes with the keys column or template, blank, remove, empty, pad,
/// pad_with, lookup and prefix. The caller finishes the reader.
Result<Text> read_text(TomlReader& reader, Inputs& inputs, const Lookups& lookups);
/// The same of a node: a template in quotes, or such a table, which is finished.
Result<Text> read_text(const toml::node& node, std::string_view file, Inputs& inputs,
                       const Lookups& lookups);

Result<std::shared_ptr<const Lookup>> read_lookup(const toml::table& table, std::string_view file);

}  // namespace counterfoil::intake
