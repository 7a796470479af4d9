#include "counterfoil/workbook.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "counterfoil/display_width.h"

namespace counterfoil {
namespace {

constexpr std::int64_t exact_max = 999'999'999'999'999;  // 15 digits
constexpr lxw_row_t rows_max = 1'048'576;                // of a sheet
constexpr std::size_t characters_max = 32'767;           // of a cell
constexpr std::int32_t first_date = -25'508;       // 1900-03-01: the days before are off by one
constexpr std::int32_t days_before_1970 = 25'569;  // from day 0 of spreadsheets
constexpr double width_min = 10;
constexpr double width_of_number = 20;
constexpr double width_of_text_min = 16;

/// Line ends stay; what XML cannot hold does not.
std::string as_cell(std::string_view text) {
  std::string cell;
  for (;;) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    cell += printable(text.substr(0, end));
    if (end == text.size()) return cell;
    cell += '\n';
    text.remove_prefix(end + 1);
  }
}

/// UTF-16 units, as spreadsheets count characters.
std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) count += byte >= 0xF0 ? 2 : 1;
  }
  return count;
}

std::string digits(unsigned exponent) {
  return exponent == 0 ? "#,##0" : "#,##0." + std::string(exponent, '0');
}

}  // namespace

struct Workbook::Impl {
  std::string currency;
  std::filesystem::path file;
  lxw_workbook* book = nullptr;
  lxw_worksheet* sheet = nullptr;
  lxw_format* header = nullptr;
  lxw_format* right = nullptr;
  std::vector<std::pair<std::string, lxw_format*>> formats;
  std::string name;
  int part = 0;  // of the table, where it takes several sheets
  std::vector<Column> columns;
  lxw_row_t row = 0;
  lxw_col_t column = 0;
  std::optional<Error> failure;  // the first

  void check(lxw_error status) {
    if (status != LXW_NO_ERROR && !failure)
      failure = Error{ErrorCode::io,
                      fmt::format("the workbook cannot be written: {}", lxw_strerror(status))};
  }

  lxw_format* format(const std::string& form) {
    for (const auto& [known, made] : formats)
      if (known == form) return made;
    lxw_format* const made = workbook_add_format(book);
    format_set_num_format(made, form.c_str());
    formats.emplace_back(form, made);
    return made;
  }

  std::string form_of(const Quantity& quantity) const {
    switch (quantity.kind) {
      case Quantity::Kind::count:
        return "0";
      case Quantity::Kind::money: {
        if (currency.empty()) return digits(quantity.exponent);
        const std::string sign = "[$" + currency + "] ";
        return sign + digits(quantity.exponent) + ";-" + sign + digits(quantity.exponent);
      }
      case Quantity::Kind::posts:
      case Quantity::Kind::points:
        return digits(quantity.exponent);
      case Quantity::Kind::rate:
        return "0.00%";
      case Quantity::Kind::date:
        return "yyyy-mm-dd";
    }
    return "General";
  }

  void add_sheet() {
    ++part;
    const std::string title = part == 1 ? name : fmt::format("{} {}", name, part);
    sheet = workbook_add_worksheet(book, title.c_str());
    if (sheet == nullptr) {
      failure = Error{ErrorCode::io, "the workbook cannot be written: no further sheet"};
      return;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto place = static_cast<lxw_col_t>(i);
      const auto wide = static_cast<double>(display_width(columns[i].header)) + 2;
      worksheet_set_column(
          sheet, place, place,
          std::max({width_min, wide, columns[i].is_number ? width_of_number : width_of_text_min}),
          nullptr);
    }
    for (std::size_t i = 0; i < columns.size(); ++i)
      check(worksheet_write_string(sheet, 0, static_cast<lxw_col_t>(i), columns[i].header.c_str(),
                                   header));
    worksheet_freeze_panes(sheet, 1, 0);
    row = 0;
  }
};

Workbook::Workbook(std::string currency) : impl_(std::make_unique<Impl>()) {
  impl_->currency = std::move(currency);
  std::error_code error;
  std::string file = (std::filesystem::temp_directory_path(error) / "counterfoil-XXXXXX").string();
  const int made = error ? -1 : ::mkstemp(file.data());
  if (made < 0) {
    impl_->failure = Error{ErrorCode::io,
                           "no temporary file can be made for the workbook; set TMPDIR to a folder "
                           "that can be written"};
    return;
  }
  ::close(made);
  impl_->file = file;
  const std::string folder = impl_->file.parent_path().string();
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  options.tmpdir = const_cast<char*>(folder.c_str());
  options.use_zip64 = LXW_FALSE;
  impl_->book = workbook_new_opt(file.c_str(), &options);
  impl_->header = workbook_add_format(impl_->book);
  format_set_bold(impl_->header);
  format_set_bottom(impl_->header, LXW_BORDER_THIN);
  impl_->right = workbook_add_format(impl_->book);
  format_set_align(impl_->right, LXW_ALIGN_RIGHT);
}

Workbook::~Workbook() {
  if (impl_->book != nullptr) workbook_close(impl_->book);
  std::error_code ignored;
  if (!impl_->file.empty()) std::filesystem::remove(impl_->file, ignored);
}

void Workbook::begin(const std::string& name, std::vector<Column> columns) {
  if (impl_->failure) return;
  impl_->name = name;
  impl_->columns = std::move(columns);
  impl_->part = 0;
  impl_->add_sheet();
}

void Workbook::begin_row() {
  if (impl_->failure) return;
  if (impl_->row + 1 == rows_max) impl_->add_sheet();
  ++impl_->row;
  impl_->column = 0;
}

void Workbook::text(std::string_view text) {
  if (impl_->failure) return;
  const std::string cell = as_cell(text);
  if (characters(cell) > characters_max) {
    impl_->failure =
        Error{ErrorCode::limit,
              fmt::format("a text of {} characters does not fit a spreadsheet's cell, which holds "
                          "{}: use --output csv",
                          characters(cell), characters_max)};
    return;
  }
  impl_->check(
      worksheet_write_string(impl_->sheet, impl_->row, impl_->column, cell.c_str(), nullptr));
  ++impl_->column;
}

void Workbook::number(const Quantity& quantity, std::string_view otherwise) {
  if (impl_->failure) return;
  const bool is_date = quantity.kind == Quantity::Kind::date;
  if (quantity.value > exact_max || quantity.value < -exact_max ||
      (is_date && quantity.value < first_date)) {
    impl_->check(worksheet_write_string(impl_->sheet, impl_->row, impl_->column,
                                        std::string(otherwise).c_str(), impl_->right));
  } else {
    const std::int64_t whole = quantity.value + (is_date ? days_before_1970 : 0);
    // Both are exact, so that the quotient is the double nearest to the decimal number.
    const double number = static_cast<double>(whole) / std::pow(10.0, quantity.exponent);
    impl_->check(worksheet_write_number(impl_->sheet, impl_->row, impl_->column, number,
                                        impl_->format(impl_->form_of(quantity))));
  }
  ++impl_->column;
}

void Workbook::nothing() {
  ++impl_->column;
}

Result<void> Workbook::write(std::ostream& out) {
  if (impl_->book != nullptr) {
    impl_->check(workbook_close(impl_->book));
    impl_->book = nullptr;
  }
  if (impl_->failure) return tl::make_unexpected(*impl_->failure);
  std::ifstream whole(impl_->file, std::ios::binary);
  std::array<char, 1 << 16> buffer{};
  while (whole.read(buffer.data(), buffer.size()) || whole.gcount() > 0)
    out.write(buffer.data(), whole.gcount());
  if (whole.bad() || !whole.eof())
    return fail(ErrorCode::io, "the workbook's temporary file {} cannot be read back",
                impl_->file.string());
  return {};
}

}  // namespace counterfoil
