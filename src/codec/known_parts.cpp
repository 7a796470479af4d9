#include "codec/known_parts.h"

#include <capnp/any.h>

#include <algorithm>

namespace counterfoil {
namespace {

unsigned bits_of(capnp::Type type) {
  switch (type.which()) {
    case capnp::schema::Type::BOOL:
      return 1;
    case capnp::schema::Type::INT8:
    case capnp::schema::Type::UINT8:
      return 8;
    case capnp::schema::Type::INT16:
    case capnp::schema::Type::UINT16:
    case capnp::schema::Type::ENUM:
      return 16;
    case capnp::schema::Type::INT32:
    case capnp::schema::Type::UINT32:
      return 32;
    case capnp::schema::Type::INT64:
    case capnp::schema::Type::UINT64:
      return 64;
    default:
      return 0;
  }
}

void mark(KnownParts& known, unsigned offset, unsigned bits) {
  for (unsigned bit = offset * bits; bit < (offset + 1) * bits; ++bit) {
    if (known.bits.size() <= bit / 8) known.bits.resize(bit / 8 + 1);
    known.bits[bit / 8] = static_cast<unsigned char>(known.bits[bit / 8] | 1u << bit % 8);
  }
}

void mark(KnownParts& known, capnp::StructSchema schema) {
  const auto node = schema.getProto().getStruct();
  if (node.getDiscriminantCount() != 0) mark(known, node.getDiscriminantOffset(), 16);
  for (const auto field : schema.getFields()) {
    const auto proto = field.getProto();
    if (proto.isGroup()) {
      mark(known, field.getType().asStruct());
      continue;
    }
    const unsigned offset = proto.getSlot().getOffset();
    if (const unsigned bits = bits_of(field.getType()); bits != 0)
      mark(known, offset, bits);
    else if (!field.getType().isVoid())
      known.pointers = std::max(known.pointers, offset + 1);
  }
}

}  // namespace

KnownParts known_parts(capnp::StructSchema schema) {
  KnownParts known;
  mark(known, schema);
  return known;
}

bool is_all_known(const KnownParts& known, capnp::DynamicStruct::Reader reader) {
  const auto any = capnp::AnyStruct::Reader(reader);
  const auto bytes = any.getDataSection();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned mask = i < known.bits.size() ? known.bits[i] : 0;
    if ((bytes[i] & ~mask) != 0) return false;
  }
  const auto pointers = any.getPointerSection();
  for (unsigned i = known.pointers; i < pointers.size(); ++i)
    if (!pointers[i].isNull()) return false;
  return true;
}

}  // namespace counterfoil
