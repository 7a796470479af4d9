#include "counterfoil/cells.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "codec/json.h"
#include "codec/line.h"
#include "core/money.h"
#include "core/time.h"

namespace counterfoil {
namespace {

using capnp::DynamicStruct;

/// The value as to_json writes it; it knows hashes, lists, decimals and nested structs.
std::string json_text(const FieldShape& field, DynamicStruct::Reader row) {
  const auto json = to_json(row);
  const auto* value = json.get_object().if_contains({field.name.data(), field.name.size()});
  if (value == nullptr) return {};
  if (value->is_string()) return {value->get_string().data(), value->get_string().size()};
  const auto text = boost::json::serialize(*value);
  return {text.data(), text.size()};
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_decimal(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.ends_with('%')) text.remove_suffix(1);
  const std::size_t point = text.find('.');
  return is_digits(text.substr(0, point)) &&
         (point == std::string_view::npos || is_digits(text.substr(point + 1)));
}

bool looks_like_formula(std::string_view text) {
  static constexpr std::string_view starts[] = {"=",  "+",  "-",  "@",  "\t",
                                                "\r", "＝", "＋", "－", "＠"};
  return text.size() > 1 && !is_decimal(text) &&
         std::any_of(std::begin(starts), std::end(starts),
                     [&](std::string_view start) { return text.starts_with(start); });
}

}  // namespace

Cells::Cells(const StructShape& shape, unsigned currency_exponent, Audience audience,
             Language language)
    : measure_(shape.find("measure")),
      currency_exponent_(currency_exponent),
      audience_(audience),
      language_(language) {}

Cell Cells::cell(const FieldShape& field, DynamicStruct::Reader row) const {
  const auto value = row.get(field.field);
  const bool is_zero = !row.has(field.field, capnp::HasMode::NON_DEFAULT);
  switch (field.value.form) {
    case Form::integer:
      return {integer(field, row), is_zero};
    case Form::enumeration:
      return {enumeration(value.as<capnp::DynamicEnum>()), is_zero};
    case Form::boolean:
      if (audience_ == Audience::program) return {value.as<bool>() ? "true" : "false", is_zero};
      if (!value.as<bool>()) return {{}, true};
      return {language_ == Language::english ? "yes" : "是", false};
    case Form::text: {
      const auto text = value.as<capnp::Text>();
      return {std::string(text.begin(), text.size()), text.size() == 0};
    }
    default: {
      std::string text = json_text(field, row);
      const bool is_absent = text.empty();
      return {std::move(text), is_absent};
    }
  }
}

unsigned Cells::exponent(const FieldShape& field, DynamicStruct::Reader row) const {
  return field.value.marks.amount && is_of_headcount(row) ? headcount_exponent : currency_exponent_;
}

bool Cells::is_of_headcount(DynamicStruct::Reader row) const {
  return measure_ != nullptr &&
         row.get(measure_->field).as<capnp::Text>() == headcount_measure.data();
}

std::string Cells::integer(const FieldShape& field, DynamicStruct::Reader row) const {
  const Marks& marks = field.value.marks;
  if (marks.optional && !row.has(field.field, capnp::HasMode::NON_DEFAULT)) return {};
  const auto value = row.get(field.field);
  if (field.value.type.isUInt64()) return std::to_string(value.as<std::uint64_t>());
  const std::int64_t number = value.as<std::int64_t>();
  const char thousands = audience_ == Audience::person ? ',' : char{0};
  if (marks.money || marks.amount)
    return format_major(Money{number}, exponent(field, row), thousands);
  if (marks.basis_points) return format_major(Money{number}, 2, thousands) + "%";
  if (marks.points) return format_major(Money{number}, 3, thousands);
  if (marks.date) return number == 0 ? "" : format_date(Date{static_cast<std::int32_t>(number)});
  if (marks.instant) return number == 0 ? "" : format_instant(Instant{number});
  return std::to_string(number);
}

std::optional<Quantity> Cells::quantity(const FieldShape& field, DynamicStruct::Reader row) const {
  using Kind = Quantity::Kind;
  const Marks& marks = field.value.marks;
  if (field.value.form != Form::integer || marks.instant) return std::nullopt;
  const bool is_zero = !row.has(field.field, capnp::HasMode::NON_DEFAULT);
  if (is_zero && (marks.optional || marks.date)) return std::nullopt;
  const auto value = row.get(field.field);
  if (field.value.type.isUInt64()) {
    const auto number = value.as<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return Quantity{Kind::count, static_cast<std::int64_t>(number), 0};
  }
  const auto number = value.as<std::int64_t>();
  if (marks.money || marks.amount) {
    const bool is_headcount = marks.amount && is_of_headcount(row);
    return Quantity{is_headcount ? Kind::posts : Kind::money, number, exponent(field, row)};
  }
  if (marks.basis_points) return Quantity{Kind::rate, number, 4};
  if (marks.points) return Quantity{Kind::points, number, 3};
  return Quantity{marks.date ? Kind::date : Kind::count, number, 0};
}

std::string Cells::enumeration(capnp::DynamicEnum value) const {
  KJ_IF_MAYBE (enumerant, value.getEnumerant()) {
    const std::string_view name = enumerant->getProto().getName().cStr();
    if (name == "unspecified") return {};
    if (audience_ == Audience::program) return std::string(name);
    return std::string(value_label(name, language_).value_or(name));
  }
  return std::to_string(value.getRaw());
}

bool is_number(const FieldShape& field) {
  return field.value.form == Form::decimal ||
         (field.value.form == Form::integer && !field.value.marks.date &&
          !field.value.marks.instant);
}

std::string snake_case(std::string_view camel_case) {
  std::string text;
  for (const char c : camel_case) {
    if (c >= 'A' && c <= 'Z')
      text.append(1, '_').append(1, static_cast<char>(c - 'A' + 'a'));
    else
      text += c;
  }
  return text;
}

std::string csv_field(std::string_view text) {
  std::string field = looks_like_formula(text) ? "'" : "";
  field += text;
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace counterfoil
