#pragma once

#include <capnp/dynamic.h>

#include <cstdint>

namespace counterfoil {

/// Which end of its range a number takes.
enum class Extreme { lowest, highest };

/// Sets every field that a client may set, by walking the schema, so that a test with it covers a
/// field from the day that it is added. Of a union it sets the member with that index among those
/// that may be named, modulo their number.
void fill(capnp::DynamicStruct::Builder builder, Extreme extreme, unsigned member = 0);

}  // namespace counterfoil
