#pragma once

#include <capnp/schema.h>

#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/zone.h"
#include "counterfoil/import/dates.h"
#include "counterfoil/import/number.h"
#include "counterfoil/import/text.h"

namespace counterfoil::intake {

/// What a text is read as.
enum class As { text, integer, money, thousandths, decimal, date, instant, boolean, present };

/// A struct of our schema in JSON, with holes that rows fill. Compiled against the schema, so that
/// a field that does not exist, and money read as a bare number, are errors of the mapping and not
/// of its ten-thousandth row.
struct Template {
  struct Field;
  /// Absent where none of its fields has a value.
  struct Object {
    std::vector<Field> fields;
  };
  /// Elements that are absent are left out; without any, it is absent itself.
  struct List {
    std::vector<Template> elements;
  };
  /// An element for every row of the group.
  struct PerRow {
    std::vector<Template> element;
  };
  struct Leaf {
    Text text{};
    As as = As::text;
    std::int64_t unit = 1;  // of money: how many major units one of the source's is
    bool optional = false;  // empty text is absent; without it only as text
  };
  /// The sequence of a fact of an earlier command.
  struct Sequence {
    Text command_id;
    std::uint64_t fact = 0;  // its place in the command
    bool optional = false;   // absent where the ledger has no such command
  };
  /// A list of the sequences of facts that a text names, as many as it has words: "payment/3" is a
  /// command's first fact, "budget/2024/P1#1" the next one.
  struct Sequences {
    Text words{};
    std::string prefix;  // of command ids, up to the slash
  };
  struct Day {
    Date date;
    As as = As::date;
  };

  std::variant<Object, List, PerRow, Leaf, Sequence, Sequences, Day, boost::json::value> node;
  std::optional<Text> when;  // absent where this text is empty
};

struct Template::Field {
  std::string name;
  Template value;
};

/// Where a template's references to earlier commands are looked up.
class References {
 public:
  virtual ~References() = default;
  /// The first sequence of that command; nothing where the ledger does not have it.
  virtual Result<std::optional<Sequence>> first_of(const std::string& command_id) = 0;
};

/// What an import knows besides the rows.
struct Setting {
  unsigned currency_exponent = 2;
  Zone zone;  // of the ledger: a day's decisions are taken at its first moment there
};

/// Everything that a template is filled from.
struct Scope {
  const Inputs& inputs;
  const NumberForm& numbers;
  const DateForms& dates;
  const Setting& setting;
  std::span<const Row> rows;  // of the group; the first one fills what all agree on
  References& references;
};

/// The template filled; nothing where it is absent. Errors name the line and the field.
Result<std::optional<boost::json::value>> fill(const Template& shape, const Scope& scope);

/// Whether filling it asks for references.
bool has_references(const Template& shape);

/// How a mapping's tables become templates of a struct.
struct Compiler {
  std::string_view file;
  std::string prefix;  // of command ids
  Inputs& inputs;
  const Lookups& lookups;

  /// `elsewhere`: fields that may not be given here, since the form makes them.
  Result<Template> object(const toml::table& table, capnp::StructSchema schema,
                          std::initializer_list<std::string_view> elsewhere = {});
  bool per_row = false;

 private:
  Result<Template> value(const toml::node& node, capnp::Type type,
                         const capnp::StructSchema::Field& field);
  Result<Template> list(const toml::node& node, capnp::Type element,
                        const capnp::StructSchema::Field& field);
  Result<Template> leaf(const toml::node& node, capnp::Type type,
                        const capnp::StructSchema::Field& field);
  Result<Template> described(const toml::table& table, capnp::Type type,
                             const capnp::StructSchema::Field& field);
  Result<Template> sequences(const toml::table& table, capnp::Type element,
                             const capnp::StructSchema::Field& field);
  Result<Text> command_id(const toml::node& node);
  void share(const Text& text) {
    if (!per_row) inputs.share(text);
  }
};

}  // namespace counterfoil::intake
