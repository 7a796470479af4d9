#include "codec/check.h"

#include <kj/exception.h>

#include <chrono>

#include "codec/decimal.h"
#include "codec/describe.h"
#include "codec/known_parts.h"
#include "codec/path.h"
#include "codec/shape.h"
#include "core/ids.h"
#include "core/limits.h"

namespace counterfoil {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t day_number(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                               std::chrono::day{day}}
      .time_since_epoch()
      .count();
}
constexpr std::int64_t first_day = day_number(1, 1, 1);
constexpr std::int64_t last_day = day_number(9999, 12, 31);

Result<void> check_value(const Path& path, const ValueShape& shape,
                         const DynamicValue::Reader& value);

Result<void> check_size(const Path& path, std::size_t size, std::size_t limit,
                        std::string_view of) {
  if (size <= limit) return {};
  return fail(ErrorCode::limit, "{}: has {} {}; the limit is {}", path.text(), size, of, limit);
}

Result<void> check_text(const Path& path, const ValueShape& shape, capnp::Text::Reader value) {
  const std::string_view text(value.begin(), value.size());
  CF_TRY(check_size(path, text.size(), shape.limit, "bytes"));
  if (!is_text(text))
    return fail(ErrorCode::invalid, "{}: is not UTF-8 text without NUL", path.text());
  const Marks& marks = shape.marks;
  if (!marks.id && !marks.subject_id) return {};
  if (text.empty()) {
    if (marks.optional || marks.by_ledger) return {};
    return fail(ErrorCode::invalid, "{}: is missing", path.text());
  }
  if (marks.id && !is_id(text))
    return fail(ErrorCode::invalid,
                "{}: \"{}\" is not an id: 1 to {} letters a-z and A-Z, digits, '.', '_' and '-'",
                path.text(), text.substr(0, limits::subject_bytes), limits::subject_bytes);
  if (marks.subject_id)
    if (auto good = check_subject(text); !good)
      return fail_at(path.text(), std::move(good).error());
  return {};
}

/// Days and moments outside the years 1 to 9999 have no form in JSON.
Result<void> check_integer(const Path& path, const ValueShape& shape,
                           const DynamicValue::Reader& value) {
  if (!shape.marks.date && !shape.marks.instant) return {};
  const std::int64_t number = value.as<std::int64_t>();
  const bool good = shape.marks.date
                        ? number >= first_day && number <= last_day
                        : number >= first_day * day_us && number < (last_day + 1) * day_us;
  if (good) return {};
  return fail(ErrorCode::invalid, "{}: {} lies outside the years 1 to 9999", path.text(), number);
}

Result<void> check_enum(const Path& path, capnp::DynamicEnum value) {
  if (value.getEnumerant() != nullptr) return {};
  return fail(ErrorCode::invalid, "{}: {} is a value that this build does not know", path.text(),
              value.getRaw());
}

Result<void> check_decimal(const Path& path, DynamicStruct::Reader value) {
  static const KnownParts known = known_parts(capnp::Schema::from<schema::Decimal>());
  if (!is_all_known(known, value))
    return fail(ErrorCode::invalid, "{}: sets a field of Decimal that this build does not know",
                path.text());
  const unsigned scale = value.as<schema::Decimal>().getScale();
  if (scale <= decimal_scale_max) return {};
  return fail(ErrorCode::invalid, "{}: has scale {}; at most {} is exact", path.text(), scale,
              decimal_scale_max);
}

Result<void> check_list(const Path& path, const ValueShape& shape, DynamicList::Reader list) {
  CF_TRY(check_size(path, list.size(), shape.limit, "elements"));
  // Cap'n Proto reads a list of numbers or texts as one of structs, too: a second encoding of what
  // it means.
  if (shape.element->form == Form::structure &&
      list.as<capnp::AnyList>().getElementSize() != capnp::ElementSize::INLINE_COMPOSITE)
    return fail(ErrorCode::invalid, "{}: is not encoded as a list of structs", path.text());
  for (unsigned i = 0; i < list.size(); ++i)
    CF_TRY(check_value(path.item(i), *shape.element, list[i]));
  return {};
}

Result<void> check_union(const Path& path, const StructShape& shape, DynamicStruct::Reader reader) {
  KJ_IF_MAYBE (member, reader.which()) {
    const FieldShape& field = shape.fields[member->getIndex()];
    // A kind without its struct would have the meaning of an empty one, in other bytes.
    if (field.value.form == Form::structure && !reader.has(field.field))
      return fail(ErrorCode::invalid, "{}: is named, but nothing is in it",
                  path.field(field.name).text());
    if (StructShape::is_nameable(field))
      return check_value(path.field(field.name), field.value, reader.get(field.field));
    return fail(ErrorCode::invalid, "{}: name exactly one of {}", path.text(),
                shape.nameable_union_members());
  }
  return fail(ErrorCode::invalid, "{}: is of a kind that this build does not know", path.text());
}

Result<void> check_fields(const Path& path, const StructShape& shape,
                          DynamicStruct::Reader reader) {
  // A newer client's field is not ours to store: nothing here can check it or show it.
  if (!shape.is_group && !is_all_known(shape.known, reader))
    return fail(ErrorCode::invalid, "{}: sets a field of {} that this build does not know",
                path.text(), shape.name);
  for (const FieldShape& field : shape.fields) {
    if (field.in_union) continue;
    const Path here = path.field(field.name);
    const bool is_set = reader.has(field.field, capnp::HasMode::NON_DEFAULT);
    if (field.value.marks.by_ledger) {
      if (is_set)
        return fail(ErrorCode::invalid, "{}: only the ledger sets this; leave it out", here.text());
      continue;
    }
    if (field.presence >= 0 && is_set) {
      const FieldShape& flag = shape.fields[static_cast<std::size_t>(field.presence)];
      if (!reader.get(flag.field).as<bool>())
        return fail(ErrorCode::invalid, "{}: is set, but {} is not", here.text(), flag.name);
    }
    // What is absent has nothing to check, but an id may be missing.
    if (is_set || field.value.form == Form::text)
      CF_TRY(check_value(here, field.value, reader.get(field.field)));
  }
  return shape.has_union ? check_union(path, shape, reader) : Result<void>();
}

Result<void> check_value(const Path& path, const ValueShape& shape,
                         const DynamicValue::Reader& value) {
  switch (shape.form) {
    case Form::nothing:
    case Form::boolean:
      return {};
    case Form::integer:
      return check_integer(path, shape, value);
    case Form::enumeration:
      return check_enum(path, value.as<capnp::DynamicEnum>());
    case Form::text:
      return check_text(path, shape, value.as<capnp::Text>());
    case Form::data:
      return check_size(path, value.as<capnp::Data>().size(), shape.limit, "bytes");
    case Form::decimal:
      return check_decimal(path, value.as<DynamicStruct>());
    case Form::structure:
      return check_fields(path, *shape.structure, value.as<DynamicStruct>());
    case Form::list:
      return check_list(path, shape, value.as<DynamicList>());
  }
  return {};
}

}  // namespace

Result<void> check_struct(capnp::DynamicStruct::Reader reader) {
  try {
    return check_fields(Path(), shape_of(reader.getSchema()), reader);
  } catch (const kj::Exception& error) {  // a pointer out of bounds, text without its NUL, too deep
    return fail(ErrorCode::invalid, "the message is malformed: {}", describe(error));
  }
}

Result<void> check_command(schema::Command::Reader command) {
  CF_TRY(check_struct(command));
  const auto id = command.getCommandId();
  if (id.size() == 0) return {};
  if (auto good = check_command_id({id.begin(), id.size()}); !good)
    return fail_at("commandId", std::move(good).error());
  return {};
}

}  // namespace counterfoil
