#include "http/json_schema.h"

#include <algorithm>
#include <boost/json/array.hpp>

namespace counterfoil::http {
namespace {

namespace json = boost::json;
using Side = JsonSchemas::Side;

constexpr const char* whole = "^-?[0-9]+$";

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

json::value integer_schema(const ValueShape& shape, Side side) {
  using capnp::schema::Type;
  if (shape.marks.date) return {{"type", "string"}, {"format", "date"}};
  if (shape.marks.instant) return {{"type", "string"}, {"format", "date-time"}};
  if (side == Side::request)
    return {{"type", json::array{"integer", "string"}}, {"pattern", whole}};
  const auto type = shape.type.which();
  if (type != Type::INT64 && type != Type::UINT64) return {{"type", "integer"}};
  return {{"type", "string"}, {"pattern", whole}};
}

json::value enum_schema(const ValueShape& shape) {
  json::array words;
  for (const auto word : shape.type.asEnum().getEnumerants())
    words.push_back(json::value(word.getProto().getName().cStr()));
  return {{"type", "string"}, {"enum", std::move(words)}};
}

/// "FactBudgetAdjusted" of "Fact.BudgetAdjusted", "FeedRetryParams" of "Feed.retry$Params".
std::string component_name(const StructShape& shape, Side side) {
  std::string name = shape.name;
  std::erase_if(name, [](char c) { return c == '.' || c == '$' || c == ':'; });
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return side == Side::request ? name + "Given" : name;
}

}  // namespace

json::object object_schema(json::object properties, const std::vector<std::string>& required) {
  json::object schema = {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = json::array(required.begin(), required.end());
  return schema;
}

json::value array_schema(json::value items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

json::value number_text_schema() {
  return {{"type", "string"}, {"pattern", "^[0-9]+$"}};
}

json::value JsonSchemas::of(capnp::StructSchema schema, Side side) {
  return reference(shape_of(schema), side);
}

json::value JsonSchemas::add(const std::string& name, json::value schema) {
  components_[name] = std::move(schema);
  return {{"$ref", "#/components/schemas/" + name}};
}

json::value JsonSchemas::reference(const StructShape& shape, Side side) {
  const std::string name = component_name(shape, side);
  if (!components_.contains(name)) {
    components_[name] = nullptr;  // it may refer to itself
    components_[name] = describe(shape, side);
  }
  return {{"$ref", "#/components/schemas/" + name}};
}

json::value JsonSchemas::describe(const StructShape& shape, Side side) {
  json::object properties;
  for (const FieldShape& field : shape.fields) {
    if (field.is_flag || (field.in_union && !StructShape::is_nameable(field))) continue;
    if (side == Side::request && field.value.marks.by_ledger) continue;
    properties[view(field.name)] = describe(field.value, side);
  }
  if (shape.has_union && side == Side::answer)
    properties["unknown"] = {{"type", "string"},
                             {"description",
                              "There where a newer ledger wrote what this one "
                              "does not know"}};
  json::object schema = object_schema(std::move(properties), {});
  if (shape.has_union && side == Side::request && !shape.is_group)
    schema["description"] = "Exactly one of " + shape.nameable_union_members();
  return schema;
}

json::value JsonSchemas::describe(const ValueShape& shape, Side side) {
  switch (shape.form) {
    case Form::nothing:
      return {{"type", "object"}};
    case Form::boolean:
      return {{"type", "boolean"}};
    case Form::integer:
      return integer_schema(shape, side);
    case Form::enumeration:
      return enum_schema(shape);
    case Form::text: {
      json::object schema = {{"type", "string"}};
      if (side == Side::request && shape.limit != 0) schema["maxLength"] = shape.limit;
      return schema;
    }
    case Form::data:
      if (shape.marks.hex) return {{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}};
      return {{"type", "string"}, {"contentEncoding", "base64"}};
    case Form::decimal:
      return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?$"}};
    case Form::structure:
      return reference(*shape.structure, side);
    case Form::list:
      break;
  }
  json::object schema = {{"type", "array"}, {"items", describe(*shape.element, side)}};
  if (side == Side::request && shape.limit != 0) schema["maxItems"] = shape.limit;
  return schema;
}

}  // namespace counterfoil::http
