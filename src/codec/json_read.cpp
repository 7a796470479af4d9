#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "codec/check.h"
#include "codec/json.h"
#include "codec/json_scalar.h"

namespace counterfoil {
namespace {

namespace json = boost::json;
using capnp::DynamicList;
using capnp::DynamicStruct;
using json_detail::read_scalar;
using json_detail::Slot;
using json_detail::wrong_form;

Result<void> read_value(const Path& path, const json::value& value, const ValueShape& shape,
                        Slot slot);

Result<void> read_list(const Path& path, const json::value& value, const ValueShape& shape,
                       Slot slot) {
  if (!value.is_array()) return wrong_form(path, "an array", value);
  const json::array& array = value.get_array();
  // Before space is taken for the elements: "[0,0,…" costs the sender less than it costs us.
  if (array.size() > shape.limit)
    return fail(ErrorCode::limit, "{}: has {} elements; the limit is {}", path.text(), array.size(),
                shape.limit);
  DynamicList::Builder list = slot.list(array.size());
  for (std::size_t i = 0; i < array.size(); ++i)
    CF_TRY(
        read_value(path.item(i), array[i], *shape.element, Slot(list, static_cast<unsigned>(i))));
  return {};
}

tl::unexpected<Error> unknown_field(const Path& path, const StructShape& shape,
                                    std::string_view name) {
  const bool only_union =
      shape.has_union && shape.nameable_fields() == shape.nameable_union_members();
  return fail(ErrorCode::invalid, "{}: {} has no field \"{}\"; {} {}", path.text(), shape.name,
              name.substr(0, 64), only_union ? "name one of" : "its fields are",
              shape.nameable_fields());
}

bool is_empty(const json::value& value) {
  return (value.is_array() && value.get_array().empty()) ||
         (value.is_string() && value.get_string().empty());
}

Result<void> read_field(const Path& path, const json::value& value, const StructShape& shape,
                        const FieldShape& field, DynamicStruct::Builder builder) {
  const bool lists_or_texts = field.value.form == Form::list || field.value.form == Form::text ||
                              field.value.form == Form::data;
  if (!(lists_or_texts && is_empty(value)) || field.in_union)
    CF_TRY(read_value(path, value, field.value, Slot(builder, field.field)));
  if (field.presence >= 0)
    builder.set(shape.fields[static_cast<std::size_t>(field.presence)].field, true);
  return {};
}

Result<void> read_struct(const Path& path, const json::value& value, const StructShape& shape,
                         DynamicStruct::Builder builder) {
  if (!value.is_object()) return wrong_form(path, "an object", value);
  const FieldShape* member = nullptr;
  for (const auto& entry : value.get_object()) {
    const std::string_view name(entry.key().data(), entry.key().size());
    const Path here = path.field(name);
    const FieldShape* field = shape.find(name);
    if (field == nullptr || (field->in_union && !StructShape::is_nameable(*field)))
      return unknown_field(here, shape, name);
    if (field->value.marks.by_ledger)
      return fail(ErrorCode::invalid, "{}: only the ledger sets this; leave it out", here.text());
    if (field->is_flag)
      return fail(ErrorCode::invalid,
                  "{}: leave it out; it is set where the field it speaks of is given", here.text());
    if (field->in_union && member != nullptr)
      return fail(ErrorCode::invalid, "{}: has both \"{}\" and \"{}\"; name exactly one of {}",
                  path.text(), member->name, name, shape.nameable_union_members());
    if (field->in_union) member = field;
    CF_TRY(read_field(here, entry.value(), shape, *field, builder));
  }
  return {};
}

Result<void> read_value(const Path& path, const json::value& value, const ValueShape& shape,
                        Slot slot) {
  switch (shape.form) {
    case Form::structure:
      return read_struct(path, value, *shape.structure, slot.structure());
    case Form::list:
      return read_list(path, value, shape, slot);
    default:
      return read_scalar(path, value, shape, slot);
  }
}

}  // namespace

Result<void> from_json(const boost::json::value& json, capnp::DynamicStruct::Builder builder) {
  CF_TRY(read_struct(Path(), json, shape_of(builder.getSchema()), builder));
  return check_struct(builder.asReader());
}

Result<void> command_from_json(const boost::json::value& json, schema::Command::Builder command) {
  CF_TRY(read_struct(Path(), json, shape_of(capnp::Schema::from<schema::Command>()), command));
  return check_command(command.asReader());
}

}  // namespace counterfoil
