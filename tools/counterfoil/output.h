#pragma once

#include <capnp/dynamic.h>

#include <optional>
#include <ostream>

#include "counterfoil/cells.h"
#include "counterfoil/import/encoding.h"
#include "counterfoil/labels.h"
#include "counterfoil/table.h"
#include "counterfoil/workbook.h"

namespace counterfoil {

enum class Format { table, json, csv, markdown, xlsx, dot, svg };

struct OutputOptions {
  Format format = Format::table;
  Language language = Language::english;
  unsigned currency_exponent = 2;  // of the ledger: minor units are 10^-exponent of the currency
  std::string currency{};          // ISO 4217 code, for the format of money in a workbook
  intake::Encoding encoding = intake::Encoding::utf8;  // of CSV
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
/// - xlsx: a workbook, in the language; see counterfoil/workbook.h. It is written when it is whole.
/// - dot and svg are no forms of rows: a picture has a printer of its own.
class Output {
 public:
  /// The stream must live as long as this. A CSV header is printed at once, so no row is still CSV.
  Output(OutputOptions options, capnp::StructSchema rows, std::ostream& out);

  /// Prints one row; it must be of the schema given above.
  void row(capnp::DynamicStruct::Reader row);
  /// Writes a table's rows that are held back; from now on it writes each as it comes.
  void show();
  /// Ends the table and begins one of other rows: in a workbook, on a sheet of its own.
  void next(capnp::StructSchema rows);
  /// Ends the output; call it once, after the last row. Fails where a row could not be expressed.
  Result<void> finish();

 private:
  void begin(capnp::StructSchema rows);
  void csv_line(std::string line);
  void add_to_workbook(capnp::DynamicStruct::Reader row);

  OutputOptions options_;
  std::ostream& out_;
  const StructShape* shape_ = nullptr;
  std::optional<Cells> cells_;
  std::optional<Table> table_;
  std::optional<Workbook> workbook_;
  std::optional<intake::Gb18030> gb18030_;
  std::optional<Error> failure_;  // the first
};

}  // namespace counterfoil
