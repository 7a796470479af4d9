#pragma once

#include <kj/exception.h>

#include <string>

#include "core/text.h"

namespace counterfoil {

/// What KJ says of a malformed message, fit to stand in ours: its words may hold the message's
/// own bytes.
inline std::string describe(const kj::Exception& exception) {
  const auto words = exception.getDescription();
  return quote({words.cStr(), words.size()});
}

}  // namespace counterfoil
