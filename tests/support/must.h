#pragma once

#include <stdexcept>
#include <string>

#include "core/result.h"

namespace counterfoil {

/// The value, or the end of the test with the error's sentence.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}
inline void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

/// The error, for a test that wants one.
template <typename T>
Error error_of(const Result<T>& result) {
  return result ? Error{ErrorCode::io, "there was no error"} : result.error();
}

}  // namespace counterfoil
