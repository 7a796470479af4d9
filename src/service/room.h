#pragma once

#include <cstddef>

namespace counterfoil {

/// How many rows a page may have where `limit` are asked for; 0: as many as a page may have.
std::size_t rows_at_most(std::size_t limit);

/// How much an answer still holds: rows, and bytes of them. What stands on it already may go beyond
/// by one record's rows.
class Room {
 public:
  /// 0: as many rows as a page may have.
  explicit Room(std::size_t limit) : rows_max_(rows_at_most(limit)) {}
  bool is_left() const;
  /// A row of that many bytes is put on it.
  void take(std::size_t bytes) {
    ++rows_;
    bytes_ += bytes;
  }

 private:
  std::size_t rows_max_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace counterfoil
