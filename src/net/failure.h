#pragma once

#include <kj/exception.h>

#include "core/result.h"

namespace counterfoil {

/// An expected failure as it travels over RPC, and back: the code stands in brackets before the
/// sentence. An exception that is none of ours becomes `io`, with its own words.
kj::Exception to_exception(const Error& error);
Error from_exception(const kj::Exception& exception);

/// The failure whose code has that name, as answers carry it; `io` where there is no such code.
Error error_named(std::string_view code, std::string message);

/// The value, or the failure thrown as an exception for RPC to carry.
template <typename T>
T or_throw(Result<T> result) {
  if (!result) kj::throwFatalException(to_exception(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace counterfoil
