#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "counterfoil/import/dates.h"
#include "counterfoil/import/encoding.h"
#include "counterfoil/import/number.h"
#include "counterfoil/import/template.h"
#include "counterfoil/import/text.h"

namespace counterfoil::intake {

/// What becomes of a table's rows.
enum class Form {
  facts,        // a row, or a group of rows, is one command
  budget,       // the rows of a project sum to its original budget, a column for every measure
  adjustments,  // the rows of a request are the legs of one adjustment
  statement,    // a row, or a group of rows, says what a line amounted to on a day
  lines         // figures that `reconcile` compares with; nothing is recorded
};

/// A measure of a budget line, and where its figures stand.
struct Measure {
  std::string id;
  bool optional = false;               // an empty cell is zero; without it, it is an error
  std::int64_t unit = 1;               // major units (or posts) that one of the source's is
  std::optional<Text> change;          // of adjustments
  std::optional<Text> original;        // of a budget
  std::optional<Text> revised;         // of a budget or of lines
  std::map<std::string, Text> stated;  // of a statement: a field of BudgetStated, and its figures

  /// The figure in the ledger's smallest unit: thousandths of a post for headcount.
  Result<std::int64_t> read(std::string_view cell, const NumberForm& form,
                            unsigned currency_exponent) const;
};

/// What names a budget line but for its measure.
struct LineNames {
  Text fiscal_year;
  Text project;
  Text fund;
  Text item;  // "-" by default

  /// "line/FY/project/fund/measure/item".
  Result<std::string> of(const Row& row, const Inputs& inputs, std::string_view measure) const;
};

/// One `[[table]]` of a mapping.
struct Table {
  std::string source;  // the mapping's name
  std::string name;
  Form form = Form::facts;
  Inputs inputs;
  std::vector<Text> group;  // empty: every row for itself
  Template command;         // a Command; all but `lines` have one
  std::optional<LineNames> line;
  std::vector<Measure> measures;  // in the order of the mapping
  // Of a budget, and of statements that register what they are about:
  std::optional<Template> unit;          // UnitRegistered
  std::optional<Template> project;       // ProjectProposed
  std::optional<Template> opened;        // LineOpened but for its line
  std::optional<Template> registration;  // of statements: the Command that opens the lines
  std::optional<Template> statement;     // of statements: BudgetStated but for its line and amounts
  std::optional<Template> adjustment;    // of adjustments: BudgetAdjusted but for its legs
  std::optional<Template> leg;           // of adjustments: Leg but for its line and amount
  bool refers = false;                   // its commands name earlier ones
};

/// In which order the groups of several files are recorded.
enum class Order {
  files,   // file after file, as they are named
  decided  // by the day of the decision; what was decided on the same day, in the files' order
};

/// How the files of one source become commands: columns, codes and forms, as data.
/// tools/mappings/README.md says how one is written.
struct Mapping {
  std::string file;  // as it was given, for messages
  std::string name;  // every command id begins with it
  Encoding encoding = Encoding::utf8;
  Order order = Order::files;
  NumberForm numbers;
  DateForms dates;
  std::vector<Table> tables;

  /// A mistake in it is an error that names its line and column.
  static Result<Mapping> read(const std::filesystem::path& path);
};

}  // namespace counterfoil::intake
