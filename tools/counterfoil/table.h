#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "counterfoil/labels.h"

namespace counterfoil {

/// One value of a row as text for a person or a spreadsheet.
struct Cell {
  std::string text;
  bool is_absent = false;  // zero or empty
};

/// Prints aligned columns for a terminal. The first rows are held back to choose widths; columns in
/// which none of them has a value are left out and named at the end. Should a later row have a
/// value there, the header is printed again with that column, so nothing is ever hidden.
class Table {
 public:
  struct Column {
    std::string header;
    bool is_right_aligned;
  };
  static constexpr std::size_t rows_held = 1'000;
  static constexpr std::size_t width_max = 48;  // of a text; a longer one ends in "…"

  Table(std::ostream& out, Language language, std::vector<Column> columns);

  void add(std::vector<Cell> row);
  /// Prints what is held back, if anything is; from then on each row is printed as it is added.
  void show();
  /// Prints what is held back and the note. Nothing may be added afterwards.
  void finish();

 private:
  struct State {
    std::size_t width = 0;
    bool is_shown = false;
  };

  void start();
  void print_header();
  void print(const std::vector<Cell>& row);
  void print_cell(std::string_view text, std::size_t column, bool is_last);

  std::ostream& out_;
  Language language_;
  std::vector<Column> columns_;
  std::vector<State> states_;
  std::vector<std::vector<Cell>> held_;
  bool is_started_ = false;
};

}  // namespace counterfoil
