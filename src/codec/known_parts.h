#pragma once

#include <capnp/dynamic.h>

#include <vector>

namespace counterfoil {

/// The parts of a struct's encoding that some field of this build uses.
struct KnownParts {
  std::vector<unsigned char> bits;  // of the data section
  unsigned pointers = 0;
};

KnownParts known_parts(capnp::StructSchema schema);

/// Whether everything that is set in the struct itself is a known part of it: a field of a newer
/// schema is not, nor are bits in the gaps between fields.
bool is_all_known(const KnownParts& known, capnp::DynamicStruct::Reader reader);

}  // namespace counterfoil
