#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// Reads lines of bounded length (limits::bundle_line_bytes), and then what is behind them.
class LineReader {
 public:
  /// The stream outlives it; `what` is read, for messages: "the bundle".
  LineReader(std::istream& in, std::string_view what);

  /// Without its line feed, which must be there; valid until the next call.
  Result<std::string_view> next();
  /// All that is left, up to a bit more than a note may have.
  std::string rest();
  /// Of the line that was read last, from 1.
  std::uint64_t number() const { return number_; }

 private:
  std::istream& in_;
  std::string_view what_;
  std::string buffer_;
  std::uint64_t number_ = 0;
};

}  // namespace counterfoil
