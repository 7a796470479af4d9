#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/journal.h"

namespace counterfoil {

/// Consecutive records in one piece of memory.
struct RecordBlock {
  Sequence first;
  std::string bytes;
  std::vector<std::size_t> ends;  // of each record in `bytes`

  std::size_t size() const { return ends.size(); }
  Sequence end() const { return Sequence{first.value + ends.size()}; }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(begin, ends[i] - begin);
  }
};

/// Reads blocks of the journal for subscribers. Those who follow it live want the same ones, which
/// are kept for a moment, so that the newest records are read once, not once for each of them.
class RecordBlocks {
 public:
  /// The journal outlives it.
  explicit RecordBlocks(const Journal& journal) : journal_(journal) {}

  /// A block that holds that record, which must be there; it may begin before it.
  Result<std::shared_ptr<const RecordBlock>> at(Sequence sequence);

  static constexpr std::size_t records_max = 1'024;
  static constexpr std::size_t bytes_max = 128u << 10;  // and the rest of one record

 private:
  const Journal& journal_;
  std::deque<std::shared_ptr<const RecordBlock>> newest_;  // by sequence; a few
};

}  // namespace counterfoil
