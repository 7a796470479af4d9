#include "counterfoil/output.h"

#include <boost/json/serialize.hpp>

#include "codec/json.h"

namespace counterfoil {
namespace {

std::vector<Table::Column> columns_of(const StructShape& shape, Language language) {
  std::vector<Table::Column> columns;
  for (const FieldShape& field : shape.fields)
    columns.push_back(
        {std::string(field_label(field.name, language).value_or(field.name)), is_number(field)});
  return columns;
}

/// "Budget" of BudgetRow.
std::string table_name(capnp::StructSchema rows) {
  std::string name = rows.getShortDisplayName().cStr();
  for (const std::string_view end : {"Row", "Info"})
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  return name;
}

}  // namespace

std::string markdown_cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c == '\n' || c == '\r' ? ' ' : c;
  }
  return cell;
}

Output::Output(OutputOptions options, capnp::StructSchema rows, std::ostream& out)
    : options_(std::move(options)), out_(out) {
  COUNTERFOIL_ASSERT(options_.format != Format::svg && options_.format != Format::dot);
  if (options_.format == Format::xlsx) workbook_.emplace(options_.currency);
  if (options_.encoding == intake::Encoding::gb18030) gb18030_.emplace();
  begin(rows);
}

void Output::begin(capnp::StructSchema rows) {
  shape_ = &shape_of(rows);
  const bool is_for_a_program = options_.format == Format::csv || options_.format == Format::json;
  cells_.emplace(*shape_, options_.currency_exponent,
                 is_for_a_program ? Audience::program : Audience::person, options_.language);
  const auto columns = columns_of(*shape_, options_.language);
  switch (options_.format) {
    case Format::table:
      table_.emplace(out_, options_.language, columns);
      break;
    case Format::markdown: {
      std::string rule;
      for (const Table::Column& column : columns) {
        out_ << "| " << markdown_cell(column.header) << ' ';
        rule += column.is_right_aligned ? "| ---: " : "| --- ";
      }
      out_ << "|\n" << rule << "|\n";
      break;
    }
    case Format::csv: {
      std::string header;
      for (const FieldShape& field : shape_->fields)
        header += (header.empty() ? "" : ",") + snake_case(field.name);
      csv_line(std::move(header));
      break;
    }
    case Format::xlsx: {
      std::vector<Workbook::Column> named;
      for (const Table::Column& column : columns)
        named.push_back({column.header, column.is_right_aligned});
      workbook_->begin(table_name(rows), std::move(named));
      break;
    }
    case Format::json:
    case Format::dot:
    case Format::svg:
      break;
  }
}

void Output::row(capnp::DynamicStruct::Reader row) {
  switch (options_.format) {
    case Format::json:
      out_ << boost::json::serialize(to_json(row)) << '\n';
      return;
    case Format::csv: {
      std::string line;
      for (const FieldShape& field : shape_->fields) {
        if (&field != &shape_->fields.front()) line += ',';
        line += csv_field(cells_->cell(field, row).text);
      }
      return csv_line(std::move(line));
    }
    case Format::markdown:
      for (const FieldShape& field : shape_->fields) {
        const Cell cell = cells_->cell(field, row);
        out_ << "| " << (cell.is_absent ? "" : markdown_cell(cell.text)) << ' ';
      }
      out_ << "|\n";
      return;
    case Format::xlsx:
      return add_to_workbook(row);
    case Format::table: {
      std::vector<Cell> cells;
      for (const FieldShape& field : shape_->fields) cells.push_back(cells_->cell(field, row));
      table_->add(std::move(cells));
      return;
    }
    case Format::dot:
    case Format::svg:
      return;
  }
}

void Output::add_to_workbook(capnp::DynamicStruct::Reader row) {
  workbook_->begin_row();
  for (const FieldShape& field : shape_->fields) {
    const auto quantity = cells_->quantity(field, row);
    const Cell cell = cells_->cell(field, row);
    if (quantity)
      workbook_->number(*quantity, cell.text);
    else if (cell.is_absent)
      workbook_->nothing();
    else
      workbook_->text(cell.text);
  }
}

/// Nothing more is written behind a line that cannot be expressed.
void Output::csv_line(std::string line) {
  line += "\r\n";
  if (failure_) return;
  if (!gb18030_) {
    out_ << line;
    return;
  }
  std::string bytes;
  const auto encoded = gb18030_->encode(line, bytes);
  if (encoded)
    out_ << bytes;
  else
    failure_ = encoded.error();
}

void Output::show() {
  if (table_) table_->show();
}

void Output::next(capnp::StructSchema rows) {
  if (table_) table_->finish();
  begin(rows);
}

Result<void> Output::finish() {
  if (table_) table_->finish();
  if (failure_) return tl::make_unexpected(*failure_);
  if (workbook_) return workbook_->write(out_);
  return {};
}

}  // namespace counterfoil
