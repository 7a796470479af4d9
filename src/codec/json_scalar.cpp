#include "codec/json_scalar.h"

#include <schema/event.capnp.h>

#include <utility>

#include "codec/binary_text.h"
#include "codec/decimal.h"
#include "core/time.h"

namespace counterfoil::json_detail {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

/// The text of a JSON string, or an error that says what the string should hold.
Result<std::string_view> text_of(const Path& path, std::string_view wanted,
                                 const json::value& value) {
  if (!value.is_string()) return wrong_form(path, wanted, value);
  return view(value.get_string());
}

template <typename T>
Result<T> at(const Path& path, Result<T> result) {
  if (!result) return fail_at(path.text(), std::move(result).error());
  return result;
}

Result<std::int64_t> signed_of(const Path& path, const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64())
    return fail(ErrorCode::invalid, "{}: {} does not fit a signed 64-bit integer", path.text(),
                value.get_uint64());
  CF_LET(const std::string_view text,
         text_of(path, "an integer, as a number or as decimal digits in a string", value));
  return at(path, parse_signed(text));
}

Result<std::uint64_t> unsigned_of(const Path& path, const json::value& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64()) {
    if (value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
    return fail(ErrorCode::invalid, "{}: {} is negative", path.text(), value.get_int64());
  }
  CF_LET(const std::string_view text,
         text_of(path, "an integer, as a number or as decimal digits in a string", value));
  return at(path, parse_unsigned(text));
}

Result<void> out_of_range(const Path& path, unsigned bits, const char* sign) {
  return fail(ErrorCode::invalid, "{}: the number does not fit {} bits, {}", path.text(), bits,
              sign);
}

template <typename T>
Result<void> read_narrow(const Path& path, const json::value& value, Slot slot) {
  if constexpr (std::is_signed_v<T>) {
    CF_LET(const std::int64_t number, signed_of(path, value));
    if (!std::in_range<T>(number)) return out_of_range(path, sizeof(T) * 8, "signed");
    slot.set(number);
  } else {
    CF_LET(const std::uint64_t number, unsigned_of(path, value));
    if (!std::in_range<T>(number)) return out_of_range(path, sizeof(T) * 8, "unsigned");
    slot.set(number);
  }
  return {};
}

Result<void> read_integer(const Path& path, const json::value& value, const ValueShape& shape,
                          Slot slot) {
  using capnp::schema::Type;
  if (shape.marks.date) {
    CF_LET(const std::string_view text, text_of(path, "a date like \"2024-03-01\"", value));
    CF_LET(const Date date, at(path, parse_date(text)));
    slot.set(date.days);
    return {};
  }
  if (shape.marks.instant) {
    CF_LET(const std::string_view text,
           text_of(path, "a time like \"2024-03-01T08:00:00Z\"", value));
    CF_LET(const Instant instant, at(path, parse_instant(text)));
    slot.set(instant.microseconds);
    return {};
  }
  switch (shape.type.which()) {
    case Type::INT8:
      return read_narrow<std::int8_t>(path, value, slot);
    case Type::INT16:
      return read_narrow<std::int16_t>(path, value, slot);
    case Type::INT32:
      return read_narrow<std::int32_t>(path, value, slot);
    case Type::INT64:
      return read_narrow<std::int64_t>(path, value, slot);
    case Type::UINT8:
      return read_narrow<std::uint8_t>(path, value, slot);
    case Type::UINT16:
      return read_narrow<std::uint16_t>(path, value, slot);
    case Type::UINT32:
      return read_narrow<std::uint32_t>(path, value, slot);
    default:
      return read_narrow<std::uint64_t>(path, value, slot);
  }
}

Result<void> read_enum(const Path& path, const json::value& value, const ValueShape& shape,
                       Slot slot) {
  CF_LET(const std::string_view text, text_of(path, "a name, as a string", value));
  std::string names;
  for (const auto enumerant : shape.type.asEnum().getEnumerants()) {
    const std::string_view name = enumerant.getProto().getName().cStr();
    if (name == text) {
      slot.set(capnp::DynamicEnum(enumerant));
      return {};
    }
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  return fail(ErrorCode::invalid, "{}: \"{}\" is none of {}", path.text(), text.substr(0, 64),
              names);
}

Result<void> read_data(const Path& path, const json::value& value, const ValueShape& shape,
                       Slot slot) {
  const bool hex = shape.marks.hex;
  CF_LET(const std::string_view text,
         text_of(path, hex ? "hexadecimal digits in a string" : "base64 in a string", value));
  CF_LET(const std::string bytes, at(path, hex ? from_hex(text) : from_base64(text)));
  slot.set(capnp::Data::Reader(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()));
  return {};
}

Result<void> read_decimal(const Path& path, const json::value& value, Slot slot) {
  DecimalValue decimal;
  if (value.is_int64()) {
    decimal.coefficient = value.get_int64();
  } else {
    CF_LET(const std::string_view text,
           text_of(path, "a decimal number in a string, like \"12.50\"", value));
    CF_LET(decimal, at(path, parse_decimal(text)));
  }
  auto builder = slot.structure().as<schema::Decimal>();
  builder.setCoefficient(decimal.coefficient);
  builder.setScale(decimal.scale);
  return {};
}

}  // namespace

tl::unexpected<Error> wrong_form(const Path& path, std::string_view wanted,
                                 const json::value& value) {
  if (value.is_null())
    return fail(ErrorCode::invalid, "{}: null is no value; leave the field out", path.text());
  const auto kind = json::to_string(value.kind());
  return fail(ErrorCode::invalid, "{}: needs {}, and not what is there, of kind {}", path.text(),
              wanted, std::string_view(kind.data(), kind.size()));
}

Result<void> read_scalar(const Path& path, const json::value& value, const ValueShape& shape,
                         Slot slot) {
  switch (shape.form) {
    case Form::nothing:
      if (!value.is_object() || !value.get_object().empty()) return wrong_form(path, "{}", value);
      slot.set(capnp::VOID);
      return {};
    case Form::boolean:
      if (!value.is_bool()) return wrong_form(path, "true or false", value);
      slot.set(value.get_bool());
      return {};
    case Form::text: {
      if (!value.is_string()) return wrong_form(path, "a text in quotes", value);
      const json::string& text = value.get_string();
      if (!text.empty()) slot.set(capnp::Text::Reader(text.c_str(), text.size()));
      return {};
    }
    case Form::integer:
      return read_integer(path, value, shape, slot);
    case Form::enumeration:
      return read_enum(path, value, shape, slot);
    case Form::data:
      return read_data(path, value, shape, slot);
    case Form::decimal:
      return read_decimal(path, value, slot);
    case Form::structure:
    case Form::list:
      break;
  }
  broken_invariant("a struct or a list is no scalar", __FILE__, __LINE__);
}

}  // namespace counterfoil::json_detail
