#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// Appends the number, most significant byte first, so that keys sort as their numbers do.
template <std::unsigned_integral T>
void put_big_endian(std::string& bytes, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

/// Inverse of put_big_endian, from the first bytes; at least sizeof(T) of them must be there.
template <std::unsigned_integral T>
T get_big_endian(std::string_view bytes) {
  COUNTERFOIL_ASSERT(bytes.size() >= sizeof(T));
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[i]));
  return value;
}

}  // namespace counterfoil
