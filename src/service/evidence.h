#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/journal.h"

namespace counterfoil {

/// The records that those on one page rest on, and those that these rest on in turn: as many as
/// `limits::records_in_page`, and `limits::evidence_bytes` of them.
class Evidence {
 public:
  /// The journal outlives it.
  explicit Evidence(const Journal& journal) : journal_(journal) {}

  /// Adds what the record names, and what that names. False, with nothing added, where there is no
  /// room beside what was added before; `limit` where it is more than a page holds by itself.
  Result<bool> add(schema::Record::Reader record);
  /// Canonical bytes, by sequence.
  std::vector<std::string> take();

 private:
  const Journal& journal_;
  std::map<std::uint64_t, std::string> found_;
  std::size_t bytes_ = 0;
};

}  // namespace counterfoil
