#pragma once

#include <capnp/schema.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/known_parts.h"

namespace counterfoil {

/// What our generic readers and writers (JSON, checks, tables) need to know of a schema, looked up
/// once: walking a schema's own description costs too much for every command.

enum class Form { nothing, boolean, integer, enumeration, text, data, decimal, structure, list };

/// The annotations of schema/annotations.capnp on a field; a list's elements have the list's.
struct Marks {
  bool money = false;
  bool amount = false;
  bool date = false;
  bool instant = false;
  bool hex = false;
  bool by_ledger = false;
  bool subject_id = false;
  bool id = false;
  bool optional = false;
  bool basis_points = false;
  bool points = false;
};

struct StructShape;

struct ValueShape {
  Form form = Form::nothing;
  Marks marks;
  capnp::Type type;
  std::size_t limit = 0;                   // bytes of a text or data, elements of a list
  const StructShape* structure = nullptr;  // where form is structure
  std::unique_ptr<ValueShape> element;     // where form is list
};

struct FieldShape {
  capnp::StructSchema::Field field;
  std::string_view name;
  ValueShape value;
  bool in_union = false;
  /// A Bool `hasX` beside a field `x` says whether zero in `x` is a value; `presence` of `x` is the
  /// index of its flag, -1 where it has none.
  bool is_flag = false;
  int presence = -1;
};

struct StructShape {
  capnp::StructSchema schema;
  std::string name;                // as in the schema file, without the file's name
  std::vector<FieldShape> fields;  // in the schema's order, so that Field::getIndex() is the index
  bool has_union = false;
  bool is_group = false;
  KnownParts known;

  const FieldShape* find(std::string_view field_name) const;
  /// Whether a client may name the field: not the ledger's own, not a flag, not `unspecified`.
  static bool is_nameable(const FieldShape& field);
  /// The names that a client may use, for messages: "amount, line, sourceTag".
  std::string nameable_fields() const;
  std::string nameable_union_members() const;
};

/// The shape of a struct of our schemas. It lives as long as the program and never changes; any
/// thread may call.
const StructShape& shape_of(capnp::StructSchema schema);

}  // namespace counterfoil
