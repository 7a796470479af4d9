#pragma once

#include <capnp/dynamic.h>

#include <optional>
#include <ostream>

#include "counterfoil/cells.h"
#include "counterfoil/labels.h"
#include "counterfoil/table.h"

namespace counterfoil {

enum class Format { table, json, csv, markdown, dot };

struct OutputOptions {
  Format format = Format::table;
  Language language = Language::english;
  unsigned currency_exponent = 2;  // of the ledger: minor units are 10^-exponent of the currency
};

/// A text as a cell of a Markdown table: bars and line ends would end it.
std::string markdown_cell(std::string_view text);

/// Prints rows of any struct of schema/views.capnp and the like, one after another, without keeping
/// them (a table holds back its first ones).
///
/// - table: for a person, in the language; see counterfoil/table.h.
/// - csv: RFC 4180 with a header of stable names (`fiscal_year`), in English whatever the language;
///   see counterfoil/cells.h for how a value is written and what keeps formulas out.
/// - json: JSON lines, each row as codec/json.h writes it: money is a decimal string of minor
///   units, and fields that are zero or empty are left out.
/// - markdown: a table of every column, for a document, in the language.
class Output {
 public:
  /// The stream must live as long as this. A CSV header is printed at once, so no row is still CSV.
  Output(OutputOptions options, capnp::StructSchema rows, std::ostream& out);

  /// Prints one row; it must be of the schema given above.
  void row(capnp::DynamicStruct::Reader row);
  /// Writes a table's rows that are held back; from now on it writes each as it comes.
  void show();
  /// Ends the output; call it once, after the last row.
  void finish();

 private:
  std::ostream& out_;
  const StructShape& shape_;
  Cells cells_;
  Format format_;
  std::optional<Table> table_;
};

}  // namespace counterfoil
