#include "codec/fill.h"

#include <limits>

#include "codec/shape.h"

namespace counterfoil {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;

template <typename T>
DynamicValue::Reader end_of(Extreme extreme) {
  return extreme == Extreme::lowest ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

DynamicValue::Reader number(const ValueShape& shape, Extreme extreme) {
  using capnp::schema::Type;
  if (shape.marks.date) return std::int32_t{extreme == Extreme::lowest ? -719'162 : 2'932'896};
  if (shape.marks.instant)
    return std::int64_t{extreme == Extreme::lowest ? -62'135'596'800'000'000
                                                   : 253'402'300'799'999'999};
  switch (shape.type.which()) {
    case Type::INT8:
      return end_of<std::int8_t>(extreme);
    case Type::INT16:
      return end_of<std::int16_t>(extreme);
    case Type::INT32:
      return end_of<std::int32_t>(extreme);
    case Type::INT64:
      return end_of<std::int64_t>(extreme);
    case Type::UINT8:
      return end_of<std::uint8_t>(extreme);
    case Type::UINT16:
      return end_of<std::uint16_t>(extreme);
    case Type::UINT32:
      return end_of<std::uint32_t>(extreme);
    default:
      return end_of<std::uint64_t>(extreme);
  }
}

capnp::Text::Reader text(const ValueShape& shape) {
  if (shape.marks.id) return "id_7.B-2";
  if (shape.marks.subject_id) return "line/2024/130100-24T7/general/net/-";
  return "预算 \"\\\n\t\x01 \xf0\x9f\x93\x92 é";
}

template <typename Set, typename Structure, typename List>
void fill_value(const ValueShape& shape, Extreme extreme, Set set, Structure structure, List list) {
  static constexpr kj::byte bytes[] = {0, 1, 0xfe, 0xff};
  switch (shape.form) {
    case Form::nothing:
      set(capnp::VOID);
      break;
    case Form::boolean:
      set(true);
      break;
    case Form::integer:
      set(number(shape, extreme));
      break;
    case Form::enumeration: {
      const auto all = shape.type.asEnum().getEnumerants();
      set(capnp::DynamicEnum(all[all.size() - 1]));
      break;
    }
    case Form::text:
      set(text(shape));
      break;
    case Form::data:
      set(capnp::Data::Reader(bytes, sizeof bytes));
      break;
    case Form::structure:
      fill(structure(), extreme);
      break;
    case Form::list:
      list();
      break;
    case Form::decimal: {
      DynamicStruct::Builder decimal = structure();
      decimal.set("coefficient", end_of<std::int64_t>(extreme));
      decimal.set("scale", extreme == Extreme::lowest ? 18 : 2);
      break;
    }
  }
}

void fill_list(DynamicList::Builder list, const ValueShape& element, Extreme extreme) {
  for (unsigned i = 0; i < list.size(); ++i)
    fill_value(
        element, extreme, [&](const DynamicValue::Reader& value) { list.set(i, value); },
        [&] { return list[i].as<DynamicStruct>(); },
        [&] { fill_list(list.init(i, 2).as<DynamicList>(), *element.element, extreme); });
}

void fill_field(DynamicStruct::Builder builder, const FieldShape& field, Extreme extreme) {
  fill_value(
      field.value, extreme,
      [&](const DynamicValue::Reader& value) { builder.set(field.field, value); },
      [&] { return builder.init(field.field).as<DynamicStruct>(); },
      [&] {
        fill_list(builder.init(field.field, 2).as<DynamicList>(), *field.value.element, extreme);
      });
}

}  // namespace

void fill(capnp::DynamicStruct::Builder builder, Extreme extreme, unsigned member) {
  const StructShape& shape = shape_of(builder.getSchema());
  std::vector<const FieldShape*> members;
  for (const FieldShape& field : shape.fields) {
    if (field.value.marks.by_ledger) continue;
    if (!field.in_union)
      fill_field(builder, field, extreme);
    else if (StructShape::is_nameable(field))
      members.push_back(&field);
  }
  if (!members.empty()) fill_field(builder, *members[member % members.size()], extreme);
}

}  // namespace counterfoil
