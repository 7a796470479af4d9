#include "proof/line_reader.h"

#include <istream>

#include "core/limits.h"

namespace counterfoil {

LineReader::LineReader(std::istream& in, std::string_view what)
    : in_(in), what_(what), buffer_(limits::bundle_line_bytes + 1, '\0') {}

Result<std::string_view> LineReader::next() {
  ++number_;
  in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  if (in_.good())
    return std::string_view(buffer_).substr(0, static_cast<std::size_t>(in_.gcount() - 1));
  if (in_.bad()) return fail(ErrorCode::io, "{} cannot be read", what_);
  if (in_.eof()) return fail(ErrorCode::invalid, "{} is cut off here", what_);
  return fail(ErrorCode::limit, "the line is longer than {} bytes", limits::bundle_line_bytes);
}

std::string LineReader::rest() {
  std::string bytes(limits::note_bytes + 1, '\0');
  in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in_.gcount()));
  return bytes;
}

}  // namespace counterfoil
