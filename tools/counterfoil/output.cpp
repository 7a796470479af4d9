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
    : out_(out),
      shape_(shape_of(rows)),
      cells_(shape_, options.currency_exponent,
             options.format == Format::table || options.format == Format::markdown
                 ? Audience::person
                 : Audience::program,
             options.language),
      format_(options.format) {
  if (format_ == Format::table)
    table_.emplace(out, options.language, columns_of(shape_, options.language));
  if (format_ == Format::markdown) {
    std::string rule;
    for (const Table::Column& column : columns_of(shape_, options.language)) {
      out_ << "| " << markdown_cell(column.header) << ' ';
      rule += column.is_right_aligned ? "| ---: " : "| --- ";
    }
    out_ << "|\n" << rule << "|\n";
  }
  if (format_ != Format::csv) return;
  for (const FieldShape& field : shape_.fields)
    out_ << (&field == &shape_.fields.front() ? "" : ",") << snake_case(field.name);
  out_ << "\r\n";
}

void Output::row(capnp::DynamicStruct::Reader row) {
  if (format_ == Format::json) {
    out_ << boost::json::serialize(to_json(row)) << '\n';
    return;
  }
  if (format_ == Format::csv) {
    for (const FieldShape& field : shape_.fields)
      out_ << (&field == &shape_.fields.front() ? "" : ",")
           << csv_field(cells_.cell(field, row).text);
    out_ << "\r\n";
    return;
  }
  if (format_ == Format::markdown) {
    for (const FieldShape& field : shape_.fields) {
      const Cell cell = cells_.cell(field, row);
      out_ << "| " << (cell.is_absent ? "" : markdown_cell(cell.text)) << ' ';
    }
    out_ << "|\n";
    return;
  }
  std::vector<Cell> cells;
  for (const FieldShape& field : shape_.fields) cells.push_back(cells_.cell(field, row));
  table_->add(std::move(cells));
}

void Output::show() {
  if (table_) table_->show();
}

void Output::finish() {
  if (table_) table_->finish();
}

}  // namespace counterfoil
