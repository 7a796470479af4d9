#include "codec/canonical.h"

#include <capnp/any.h>

#include <cstring>

#include "codec/describe.h"
#include "core/limits.h"

namespace counterfoil {
namespace {

/// Stored bytes are at most one record long; deeper nesting than any schema of ours has is refused.
const capnp::ReaderOptions reader_options{limits::request_bytes / sizeof(capnp::word),
                                          static_cast<int>(limits::message_depth)};

/// What the untyped walk below counts. A byte list of one may be a text of its NUL alone or data of
/// one byte, and a struct in which all is zero may be a decimal: only the schema tells.
enum class Empty { certainly, perhaps };

bool is_zero(capnp::AnyStruct::Reader reader) {
  for (const capnp::byte byte : reader.getDataSection())
    if (byte != 0) return false;
  for (const auto pointer : reader.getPointerSection())
    if (!pointer.isNull()) return false;
  return true;
}

/// Whether the word before a list's structs, which counts them, has its topmost bit set: readers
/// pass over that, MessageReader::isCanonical too, and it is no bit of ours.
bool has_odd_tag(capnp::AnyList::Reader list) {
  const auto first = list.as<capnp::List<capnp::AnyStruct>>()[0].getDataSection();
  return (*(first.begin() - 5) & 0x80) != 0;
}

/// Whether a pointer below leads to an empty list, text or struct. Untyped, so that the usual
/// message, which has none, costs one quick pass.
bool has_empty(capnp::AnyStruct::Reader reader, Empty what);

bool has_empty(capnp::AnyPointer::Reader pointer, Empty what) {
  if (pointer.isNull()) return false;
  if (pointer.isStruct()) {
    const auto structure = pointer.getAs<capnp::AnyStruct>();
    return is_zero(structure) ? what == Empty::perhaps : has_empty(structure, what);
  }
  if (!pointer.isList()) return false;
  const auto list = pointer.getAs<capnp::AnyList>();
  if (list.size() == 0) return true;
  switch (list.getElementSize()) {
    case capnp::ElementSize::BYTE:
      return list.size() == 1 && what == Empty::perhaps;
    case capnp::ElementSize::POINTER: {
      for (const auto element : list.as<capnp::List<capnp::AnyPointer>>())
        if (has_empty(element, what)) return true;
      return false;
    }
    case capnp::ElementSize::INLINE_COMPOSITE: {
      if (what == Empty::perhaps && has_odd_tag(list)) return true;
      for (const auto element : list.as<capnp::List<capnp::AnyStruct>>())
        if (has_empty(element, what)) return true;
      return false;
    }
    default:
      return false;
  }
}

bool has_empty(capnp::AnyStruct::Reader reader, Empty what) {
  for (const auto pointer : reader.getPointerSection())
    if (has_empty(pointer, what)) return true;
  return false;
}

void copy_list(capnp::DynamicList::Reader from, capnp::DynamicList::Builder to) {
  const auto element = from.getSchema().getElementType();
  for (capnp::uint i = 0; i < from.size(); ++i) {
    if (element.isStruct())
      copy_present(from[i].as<capnp::DynamicStruct>(), to[i].as<capnp::DynamicStruct>());
    else if (!(element.isText() && from[i].as<capnp::Text>().size() == 0) &&
             !(element.isData() && from[i].as<capnp::Data>().size() == 0))
      to.set(i, from[i]);
  }
}

Result<void> check_size(std::string_view bytes) {
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0)
    return fail(ErrorCode::corrupt, "{} bytes are not a whole number of words: no record",
                bytes.size());
  if (bytes.size() > limits::record_bytes)
    return fail(ErrorCode::corrupt, "{} bytes are more than the {} that a record may have",
                bytes.size(), limits::record_bytes);
  return {};
}

template <typename T>
Words canonical_of(typename T::Reader reader) {
  if (!has_empty(capnp::toAny(reader), Empty::perhaps)) return capnp::canonicalize(reader);
  capnp::MallocMessageBuilder message;
  auto copy = message.initRoot<T>();
  copy_present(reader, copy);
  return capnp::canonicalize(copy.asReader());
}

}  // namespace

void copy_present(capnp::DynamicStruct::Reader from, capnp::DynamicStruct::Builder to) {
  const auto copy_field = [&](capnp::StructSchema::Field field) {
    const auto type = field.getType();
    if (field.getProto().isGroup()) {
      copy_present(from.get(field).as<capnp::DynamicStruct>(),
                   to.init(field).as<capnp::DynamicStruct>());
    } else if (type.isStruct()) {
      // A union's member is set also where nothing is set in it, and a decimal of 0 is a value.
      const bool in_union =
          field.getProto().getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT;
      const bool has_meaning =
          in_union || type.asStruct() == capnp::Schema::from<schema::Decimal>();
      if (!from.has(field) && !in_union) return;
      const auto copy = to.init(field).as<capnp::DynamicStruct>();
      copy_present(from.get(field).as<capnp::DynamicStruct>(), copy);
      if (!has_meaning && is_zero(copy.asReader().as<capnp::AnyStruct>())) to.clear(field);
    } else if (type.isList()) {
      const auto list = from.get(field).as<capnp::DynamicList>();
      if (list.size() != 0) copy_list(list, to.init(field, list.size()).as<capnp::DynamicList>());
    } else if (type.isText()) {
      const auto text = from.get(field).as<capnp::Text>();
      if (text.size() != 0) to.set(field, text);
    } else if (type.isData()) {
      const auto data = from.get(field).as<capnp::Data>();
      if (data.size() != 0) to.set(field, data);
    } else {
      to.set(field, from.get(field));
    }
  };
  for (const auto field : from.getSchema().getNonUnionFields()) copy_field(field);
  KJ_IF_MAYBE (field, from.which()) {
    copy_field(*field);
  }
}

std::string_view bytes_of(const Words& words) {
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

Words canonical(schema::Record::Reader record) {
  return canonical_of<schema::Record>(record);
}
Words canonical(schema::Command::Reader command) {
  return canonical_of<schema::Command>(command);
}

Result<schema::Record::Reader> RecordBuffer::load(std::string_view bytes) {
  CF_TRY(check_size(bytes));
  words_.resize(std::max(words_.size(), bytes.size() / sizeof(capnp::word)));
  std::memcpy(words_.data(), bytes.data(), bytes.size());
  return borrow({reinterpret_cast<const char*>(words_.data()), bytes.size()});
}

Result<schema::Record::Reader> RecordBuffer::borrow(std::string_view bytes) {
  CF_TRY(check_size(bytes));
  COUNTERFOIL_ASSERT(reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeof(capnp::word) == 0);
  segment_ = kj::arrayPtr(reinterpret_cast<const capnp::word*>(bytes.data()),
                          bytes.size() / sizeof(capnp::word));
  message_.emplace(kj::arrayPtr(&segment_, 1), reader_options);
  try {
    const auto record = message_->getRoot<schema::Record>();
    if (record.getFormat() == 0) return fail(ErrorCode::corrupt, "not a record: it has no format");
    if (record.getFormat() > record_format)
      return fail(ErrorCode::unsupported,
                  "record {} has format {}; this build reads up to {}: install a newer one",
                  record.getSequence(), record.getFormat(), record_format);
    return record;
  } catch (const kj::Exception& error) {
    return fail(ErrorCode::corrupt, "not a record: {}", describe(error));
  }
}

Result<void> check_foldable(schema::Record::Reader record) {
  static const auto known = capnp::Schema::from<schema::Fact>().getUnionFields().size();
  const auto tag = static_cast<unsigned>(record.getFact().which());
  if (tag != 0 && tag < known) return {};
  return fail(ErrorCode::unsupported,
              "record {} holds a fact with tag {}, which this build does not know: install a newer "
              "one",
              record.getSequence(), tag);
}

Result<void> RecordBuffer::check_encoding() {
  COUNTERFOIL_ASSERT(message_.has_value());
  try {
    const auto record = message_->getRoot<capnp::AnyStruct>();
    if (message_->isCanonical() && !has_empty(record, Empty::perhaps)) return {};
  } catch (const kj::Exception& error) {
    return fail(ErrorCode::corrupt, "not a record: {}", describe(error));
  }
  const auto bytes = segment_.asBytes();
  return check_canonical({reinterpret_cast<const char*>(bytes.begin()), bytes.size()});
}

Result<void> check_canonical(std::string_view bytes) {
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(bytes));
  try {
    // Each field is read as the type that it has: a text without its NUL, or a pointer to something
    // else, would be copied as it is by the untyped walk, and throw where the record is used.
    capnp::MallocMessageBuilder message;
    auto copy = message.initRoot<schema::Record>();
    copy_present(record, copy);
    // What a newer build added is lost in that copy.
    const bool known = check_foldable(record).has_value();
    if (known ? bytes_of(capnp::canonicalize(copy.asReader())) == bytes
              : bytes_of(capnp::canonicalize(record)) == bytes &&
                    !has_empty(capnp::toAny(record), Empty::certainly))
      return {};
  } catch (const kj::Exception& error) {
    return fail(ErrorCode::corrupt, "not a record: {}", describe(error));
  }
  return fail(ErrorCode::corrupt, "record {} is not in canonical form", record.getSequence());
}

}  // namespace counterfoil
