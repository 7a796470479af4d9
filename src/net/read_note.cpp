#include "net/read_note.h"

#include <fmt/format.h>

#include <algorithm>

namespace counterfoil {

std::string describe_call(capnp::InterfaceSchema interface, std::uint16_t method,
                          capnp::AnyPointer::Reader params) {
  constexpr std::size_t shown_max = 300;
  const auto methods = interface.getMethods();
  if (method >= methods.size()) return "a method that this build does not know";
  const auto called = methods[method];
  // Texts and data in it are escaped.
  const kj::String text = kj::str(params.getAs<capnp::DynamicStruct>(called.getParamType()));
  const std::string_view shown(text.cStr(), std::min<std::size_t>(text.size(), shown_max));
  return fmt::format("{} {}{}", called.getProto().getName().cStr(), shown,
                     shown.size() < text.size() ? " and more" : "");
}

}  // namespace counterfoil
