#include "counterfoil/table.h"

#include <algorithm>

#include "counterfoil/display_width.h"

namespace counterfoil {

Table::Table(std::ostream& out, Language language, std::vector<Column> columns)
    : out_(out), language_(language), columns_(std::move(columns)), states_(columns_.size()) {}

void Table::add(std::vector<Cell> row) {
  for (std::size_t i = 0; i < row.size(); ++i)
    if (!columns_[i].is_right_aligned) row[i].text = shorten(printable(row[i].text), width_max);
  if (is_started_) {
    print(row);
    return;
  }
  held_.push_back(std::move(row));
  if (held_.size() == rows_held) start();
}

void Table::show() {
  if (!is_started_ && !held_.empty()) start();
}

void Table::finish() {
  if (!is_started_) start();
  const bool is_empty =
      std::none_of(states_.begin(), states_.end(), [](const State& s) { return s.is_shown; });
  std::string left_out;
  const char* comma = language_ == Language::english ? ", " : "、";
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (!states_[i].is_shown) left_out += (left_out.empty() ? "" : comma) + columns_[i].header;
  if (is_empty)
    out_ << (language_ == Language::english ? "No rows.\n" : "没有记录。\n");
  else if (!left_out.empty() && language_ == Language::english)
    out_ << "\nLeft out, as no row has a value: " << left_out << ".\n";
  else if (!left_out.empty())
    out_ << "\n以下各列均无数值，已省略：" << left_out << "。\n";
}

void Table::start() {
  is_started_ = true;
  for (const auto& row : held_)
    for (std::size_t i = 0; i < row.size(); ++i) {
      states_[i].is_shown = states_[i].is_shown || !row[i].is_absent;
      states_[i].width = std::max(states_[i].width, display_width(row[i].text));
    }
  if (!held_.empty()) print_header();
  for (const auto& row : held_) print(row);
  held_ = {};
}

void Table::print_header() {
  std::size_t last = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    states_[i].width = std::max(states_[i].width, display_width(columns_[i].header));
    if (states_[i].is_shown) last = i;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (states_[i].is_shown) print_cell(columns_[i].header, i, i == last);
  out_ << '\n';
}

void Table::print(const std::vector<Cell>& row) {
  bool is_new = false;
  std::size_t last = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!row[i].is_absent && !states_[i].is_shown) is_new = states_[i].is_shown = true;
    if (states_[i].is_shown) last = i;
  }
  if (is_new) {
    out_ << '\n';
    print_header();
  }
  for (std::size_t i = 0; i < row.size(); ++i)
    if (states_[i].is_shown) print_cell(row[i].text, i, i == last);
  out_ << '\n';
}

void Table::print_cell(std::string_view text, std::size_t column, bool is_last) {
  const std::size_t width = display_width(text);
  const std::string gap(states_[column].width > width ? states_[column].width - width : 0, ' ');
  if (columns_[column].is_right_aligned)
    out_ << gap << text;
  else
    out_ << text << (is_last ? "" : gap);
  if (!is_last) out_ << "  ";
}

}  // namespace counterfoil
