#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil::intake {

/// How a file's text is encoded. In both, the bytes of a comma, a quote and a line's end are never
/// part of another character, so that records are cut before they are decoded.
enum class Encoding { utf8, gb18030 };

/// "utf-8" or "gb18030", in any case.
Result<Encoding> encoding_of(std::string_view name);
std::string_view name_of(Encoding encoding);

/// Turns GB 18030 into UTF-8, and UTF-8 into GB 18030, which can express every character.
class Gb18030 {
 public:
  Gb18030();
  /// Appends the text in UTF-8. False: the bytes are not GB 18030, or contain a NUL; `out` is as
  /// it was.
  bool decode(std::string_view bytes, std::string& out);
  /// Appends the UTF-8 text in GB 18030. Fails, with `out` as it was, where it is no UTF-8, and
  /// names the bytes.
  Result<void> encode(std::string_view text, std::string& out);

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Close> decoder_;
  std::unique_ptr<void, Close> encoder_;
};

}  // namespace counterfoil::intake
