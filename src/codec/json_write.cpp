#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "codec/binary_text.h"
#include "codec/decimal.h"
#include "codec/json.h"
#include "codec/shape.h"
#include "core/time.h"

namespace counterfoil {
namespace {

namespace json = boost::json;
using capnp::DynamicEnum;
using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;

json::value write_value(const ValueShape& shape, const DynamicValue::Reader& value);

json::string_view view(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

json::value write_integer(const ValueShape& shape, const DynamicValue::Reader& value) {
  using capnp::schema::Type;
  if (shape.marks.date) return json::value(format_date(Date{value.as<std::int32_t>()}));
  if (shape.marks.instant) return json::value(format_instant(Instant{value.as<std::int64_t>()}));
  switch (shape.type.which()) {
    case Type::INT64:
      return json::value(std::to_string(value.as<std::int64_t>()));
    case Type::UINT64:
      return json::value(std::to_string(value.as<std::uint64_t>()));
    default:
      return json::value(value.as<std::int64_t>());
  }
}

/// A value of a newer schema is shown as its number, which from_json does not take.
json::value write_enum(DynamicEnum value) {
  KJ_IF_MAYBE (enumerant, value.getEnumerant()) {
    return json::value(enumerant->getProto().getName().cStr());
  }
  return json::value(std::uint64_t{value.getRaw()});
}

json::value write_data(const ValueShape& shape, capnp::Data::Reader data) {
  const std::string_view bytes(reinterpret_cast<const char*>(data.begin()), data.size());
  return json::value(shape.marks.hex ? to_hex(bytes) : to_base64(bytes));
}

json::value write_list(const ValueShape& shape, DynamicList::Reader list) {
  json::array array;
  array.reserve(list.size());
  for (const auto element : list) array.push_back(write_value(*shape.element, element));
  return array;
}

bool is_absent(const FieldShape& field, DynamicStruct::Reader reader) {
  switch (field.value.form) {
    case Form::text:
      return reader.get(field.field).as<capnp::Text>().size() == 0;
    case Form::data:
      return reader.get(field.field).as<capnp::Data>().size() == 0;
    case Form::list:
      return reader.get(field.field).as<DynamicList>().size() == 0;
    default:
      return !reader.has(field.field, capnp::HasMode::NON_DEFAULT);
  }
}

json::value write_struct(const StructShape& shape, DynamicStruct::Reader reader) {
  json::object object;
  for (const FieldShape& field : shape.fields) {
    if (field.in_union || field.is_flag) continue;
    const bool absent =
        field.presence < 0
            ? is_absent(field, reader)
            : !reader.get(shape.fields[static_cast<std::size_t>(field.presence)].field).as<bool>();
    if (absent) continue;
    json::value value = write_value(field.value, reader.get(field.field));
    const bool group = field.value.structure != nullptr && field.value.structure->is_group;
    if (group && value.as_object().empty()) continue;
    object.emplace(json::string_view(field.name.data(), field.name.size()), std::move(value));
  }
  if (!shape.has_union) return object;
  KJ_IF_MAYBE (member, reader.which()) {
    const FieldShape& field = shape.fields[member->getIndex()];
    if (StructShape::is_nameable(field))
      object.emplace(json::string_view(field.name.data(), field.name.size()),
                     write_value(field.value, reader.get(field.field)));
  } else {
    object.emplace("unknown", "of a newer schema");
  }
  return object;
}

json::value write_value(const ValueShape& shape, const DynamicValue::Reader& value) {
  switch (shape.form) {
    case Form::nothing:
      return json::object();
    case Form::boolean:
      return json::value(value.as<bool>());
    case Form::integer:
      return write_integer(shape, value);
    case Form::enumeration:
      return write_enum(value.as<DynamicEnum>());
    case Form::text:
      return json::value(view(value.as<capnp::Text>()));
    case Form::data:
      return write_data(shape, value.as<capnp::Data>());
    case Form::structure:
      return write_struct(*shape.structure, value.as<DynamicStruct>());
    case Form::list:
      return write_list(shape, value.as<DynamicList>());
    case Form::decimal:
      break;
  }
  const auto decimal = value.as<DynamicStruct>().as<schema::Decimal>();
  return json::value(format_decimal({decimal.getCoefficient(), decimal.getScale()}));
}

}  // namespace

boost::json::value to_json(capnp::DynamicStruct::Reader reader) {
  return write_struct(shape_of(reader.getSchema()), reader);
}

}  // namespace counterfoil
