#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// What is not there, and was named to work with, is no answer to what the command asks: `io`.
template <typename T>
Result<T> could_not(Result<T> outcome) {
  if (!outcome && outcome.error().code == ErrorCode::not_found)
    outcome.error().code = ErrorCode::io;
  return outcome;
}

/// A file that a command was told to read: one that is not there is `io`, for it is no answer to
/// what the command asks.
Result<std::string> read_input(const std::string& file);

/// Writes what a command made to a file, which it replaces whole, or to standard output where none
/// is named.
Result<void> write_out(const std::string& file, std::string_view contents);

}  // namespace counterfoil
