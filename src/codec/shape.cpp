#include "codec/shape.h"

#include <fmt/format.h>
#include <schema/event.capnp.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "core/limits.h"
#include "core/result.h"

namespace counterfoil {
namespace {

struct Annotation {
  std::uint64_t id;  // as in schema/annotations.capnp; the C++ generator writes no constants
  bool Marks::*mark;
};

constexpr Annotation annotations[] = {
    {0xd0b5a8e1c2f34a12, &Marks::money},      {0xd0b5a8e1c2f34a13, &Marks::amount},
    {0xd0b5a8e1c2f34a14, &Marks::date},       {0xd0b5a8e1c2f34a15, &Marks::instant},
    {0xd0b5a8e1c2f34a16, &Marks::hex},        {0xd0b5a8e1c2f34a17, &Marks::by_ledger},
    {0xd0b5a8e1c2f34a18, &Marks::subject_id}, {0xd0b5a8e1c2f34a19, &Marks::id},
    {0xd0b5a8e1c2f34a1a, &Marks::optional},   {0xd0b5a8e1c2f34a1b, &Marks::basis_points},
    {0xd0b5a8e1c2f34a1c, &Marks::points}};

Marks marks_of(capnp::StructSchema::Field field) {
  Marks marks;
  for (const auto annotation : field.getProto().getAnnotations())
    for (const Annotation& known : annotations)
      if (known.id == annotation.getId()) marks.*known.mark = true;
  return marks;
}

Form form_of(capnp::Type type) {
  using capnp::schema::Type;
  switch (type.which()) {
    case Type::VOID:
      return Form::nothing;
    case Type::BOOL:
      return Form::boolean;
    case Type::INT8:
    case Type::INT16:
    case Type::INT32:
    case Type::INT64:
    case Type::UINT8:
    case Type::UINT16:
    case Type::UINT32:
    case Type::UINT64:
      return Form::integer;
    case Type::ENUM:
      return Form::enumeration;
    case Type::TEXT:
      return Form::text;
    case Type::DATA:
      return Form::data;
    case Type::LIST:
      return Form::list;
    case Type::STRUCT:
      return type.asStruct() == capnp::Schema::from<schema::Decimal>() ? Form::decimal
                                                                       : Form::structure;
    default:
      break;
  }
  // Our schemas have no floating point, by principle, and what is printed holds no capability.
  broken_invariant("a field's type is neither stored nor printed", __FILE__, __LINE__);
}

std::size_t text_limit(capnp::StructSchema owner, std::string_view field) {
  if (field == "reason") return limits::reason_bytes;
  if (field == "document" && owner == capnp::Schema::from<schema::RuleSetPublished>())
    return limits::rule_set_bytes;
  return limits::text_bytes;
}

std::size_t list_limit(std::string_view field) {
  static constexpr std::pair<std::string_view, std::size_t> named[] = {
      {"facts", limits::facts_in_command},       {"evidence", limits::evidence_in_event},
      {"documents", limits::documents_in_event}, {"expectations", limits::expectations_in_command},
      {"legs", limits::legs_in_adjustment},      {"indicators", limits::indicators_in_target},
      {"subjects", limits::subjects_in_event}};
  for (const auto& [name, limit] : named)
    if (name == field) return limit;
  return limits::list_items;
}

std::string display_name(capnp::StructSchema schema) {
  const std::string name = schema.getProto().getDisplayName().cStr();
  return name.substr(name.rfind(':') + 1);
}

/// All shapes made so far, by the struct's id. Nodes of a map stay where they are.
class Shapes {
 public:
  const StructShape& of(capnp::StructSchema schema) {
    const std::uint64_t id = schema.getProto().getId();
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = shapes_.find(id); found != shapes_.end()) return found->second;
    }
    const std::unique_lock lock(mutex_);
    return make(schema);
  }

 private:
  const StructShape& make(capnp::StructSchema schema) {
    const auto [entry, fresh] = shapes_.try_emplace(schema.getProto().getId());
    StructShape& shape = entry->second;
    if (!fresh) return shape;
    shape.schema = schema;
    shape.name = display_name(schema);
    shape.has_union = schema.getProto().getStruct().getDiscriminantCount() != 0;
    shape.is_group = schema.getProto().getStruct().getIsGroup();
    shape.known = known_parts(schema);
    for (const auto field : schema.getFields()) {
      FieldShape& made = shape.fields.emplace_back();
      made.field = field;
      made.name = field.getProto().getName().cStr();
      made.value = value_of(field.getType(), marks_of(field), schema, made.name);
      made.in_union =
          field.getProto().getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT;
    }
    pair_flags(shape);
    return shape;
  }

  ValueShape value_of(capnp::Type type, Marks marks, capnp::StructSchema owner,
                      std::string_view name) {
    ValueShape value;
    value.form = form_of(type);
    value.marks = marks;
    value.type = type;
    switch (value.form) {
      case Form::text:
        value.limit = text_limit(owner, name);
        break;
      case Form::data:
        value.limit = marks.hex ? limits::text_bytes : limits::reason_bytes;
        break;
      case Form::structure:
        value.structure = &make(type.asStruct());
        break;
      case Form::list:
        value.limit = list_limit(name);
        value.element = std::make_unique<ValueShape>(
            value_of(type.asList().getElementType(), marks, owner, name));
        break;
      default:
        break;
    }
    return value;
  }

  static void pair_flags(StructShape& shape) {
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      FieldShape& flag = shape.fields[i];
      if (flag.value.form != Form::boolean || flag.name.substr(0, 3) != "has" ||
          flag.name.size() < 4)
        continue;
      std::string name(flag.name.substr(3));
      name.front() = static_cast<char>(name.front() - 'A' + 'a');
      for (FieldShape& field : shape.fields)
        if (field.name == name) {
          flag.is_flag = true;
          field.presence = static_cast<int>(i);
        }
    }
  }

  std::shared_mutex mutex_;
  std::map<std::uint64_t, StructShape> shapes_;
};

std::string joined_names(const StructShape& shape, bool union_only) {
  std::vector<std::string_view> names;
  for (const FieldShape& field : shape.fields)
    if (StructShape::is_nameable(field) && (field.in_union || !union_only))
      names.push_back(field.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

const FieldShape* StructShape::find(std::string_view field_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const FieldShape& field) {
    return field.name == field_name;
  });
  return found == fields.end() ? nullptr : &*found;
}

bool StructShape::is_nameable(const FieldShape& field) {
  return !field.value.marks.by_ledger && !field.is_flag &&
         !(field.in_union && field.value.form == Form::nothing && field.name == "unspecified");
}

std::string StructShape::nameable_fields() const {
  return joined_names(*this, false);
}
std::string StructShape::nameable_union_members() const {
  return joined_names(*this, true);
}

const StructShape& shape_of(capnp::StructSchema schema) {
  static Shapes shapes;
  return shapes.of(schema);
}

}  // namespace counterfoil
