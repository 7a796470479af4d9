#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counterfoil::intake {

/// A row of a file, kept: of its columns only those that its table uses, by slot.
class Row {
 public:
  Row() = default;
  /// `columns`: of each slot, the place of its column in the record.
  Row(std::uint64_t line, std::span<const std::string_view> record,
      std::span<const std::size_t> columns)
      : line_(line) {
    ends_.reserve(columns.size());
    for (const std::size_t column : columns) {
      text_ += record[column];
      ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    }
  }

  std::uint64_t line() const { return line_; }
  std::string_view field(std::size_t slot) const {
    const std::size_t begin = slot == 0 ? 0 : ends_[slot - 1];
    return std::string_view(text_).substr(begin, ends_[slot] - begin);
  }
  /// About how much memory it takes.
  std::size_t bytes() const { return sizeof(Row) + text_.capacity() + 4 * ends_.capacity(); }

 private:
  std::uint64_t line_ = 0;
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace counterfoil::intake
