#pragma once

#include <capnp/dynamic.h>

#include <optional>
#include <string>
#include <string_view>

#include "codec/shape.h"
#include "counterfoil/labels.h"
#include "counterfoil/table.h"
#include "counterfoil/workbook.h"

namespace counterfoil {

/// Who reads the text of a cell: a person at a terminal, or a program or spreadsheet.
enum class Audience { person, program };

/// Turns the fields of one kind of row into text. Money is decimal in major units, an $amount of a
/// row whose `measure` is "headcount" is in posts with three decimals, $points have three too,
/// $basisPoints is a percentage. For a person: thousands separators, and an enum's values in the
/// language. A day or moment of zero is absent, hence empty, and so is an $optional number. Lists
/// and structs are shown as JSON.
class Cells {
 public:
  Cells(const StructShape& shape, unsigned currency_exponent, Audience audience, Language language);

  Cell cell(const FieldShape& field, capnp::DynamicStruct::Reader row) const;
  /// The field as a number, or nothing where it is none, or absent.
  std::optional<Quantity> quantity(const FieldShape& field, capnp::DynamicStruct::Reader row) const;

 private:
  std::string integer(const FieldShape& field, capnp::DynamicStruct::Reader row) const;
  std::string enumeration(capnp::DynamicEnum value) const;
  unsigned exponent(const FieldShape& field, capnp::DynamicStruct::Reader row) const;
  bool is_of_headcount(capnp::DynamicStruct::Reader row) const;

  const FieldShape* measure_;  // none where the rows have no such field
  unsigned currency_exponent_;
  Audience audience_;
  Language language_;
};

/// Whether a column of it is set against the right edge.
bool is_number(const FieldShape& field);

/// "fiscal_year" for "fiscalYear": the stable names of CSV columns.
std::string snake_case(std::string_view camel_case);

/// One field of a CSV record (RFC 4180), quoted where it must be. A text that a spreadsheet would
/// take for a formula (it starts with = + - @, also in full width, a tab or a carriage return, and
/// is neither a number nor a lone sign) gets an apostrophe before it; JSON has the exact text.
std::string csv_field(std::string_view text);

}  // namespace counterfoil
