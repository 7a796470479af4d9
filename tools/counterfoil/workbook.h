#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// A number of a table as a spreadsheet takes it: `value` ÷ 10^`exponent`, and what it is.
struct Quantity {
  enum class Kind { count, money, posts, rate, points, date };
  Kind kind = Kind::count;
  std::int64_t value = 0;  // a date: days since 1970
  unsigned exponent = 0;
};

/// A workbook of Office Open XML (.xlsx, ECMA-376), a sheet a table, with a frozen header and real
/// numbers. It grows in a temporary file, so that its rows need no memory.
///
/// A spreadsheet counts in doubles and shows 15 digits: a number of more is written as text, at the
/// right edge, because it would be another number otherwise. Texts are never formulas.
class Workbook {
 public:
  /// `currency`: ISO 4217 code for the format of money; empty where there is none.
  explicit Workbook(std::string currency);
  ~Workbook();
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;

  struct Column {
    std::string header;
    bool is_number = false;
  };
  /// Begins the next sheet; cells after it are on it.
  void begin(const std::string& name, std::vector<Column> columns);
  /// Cells of the next row, from the left. A sheet that is full goes on on another one.
  void begin_row();
  void text(std::string_view text);
  /// `otherwise`: how it is written where it has too many digits.
  void number(const Quantity& quantity, std::string_view otherwise);
  void nothing();

  /// Writes the whole workbook; nothing can be added to it any more.
  Result<void> write(std::ostream& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
