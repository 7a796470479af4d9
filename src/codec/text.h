#pragma once

#include <capnp/blob.h>

#include <string>
#include <string_view>

namespace counterfoil {

inline std::string_view view(capnp::Text::Reader text) {
  return {text.cStr(), text.size()};
}
inline std::string_view view(capnp::Data::Reader data) {
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}

/// For setting a text field from any of ours: the bytes must be followed by a NUL, as a
/// std::string's are.
inline capnp::Text::Reader text_of(const std::string& text) {
  return {text.c_str(), text.size()};
}
inline capnp::Data::Reader data_of(std::string_view bytes) {
  return {reinterpret_cast<const capnp::byte*>(bytes.data()), bytes.size()};
}

}  // namespace counterfoil
