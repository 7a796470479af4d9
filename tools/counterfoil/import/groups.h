#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "counterfoil/import/csv.h"
#include "counterfoil/import/match.h"
#include "counterfoil/import/row.h"

namespace counterfoil::intake {

/// Rows that become commands together, or the rows that cannot and why.
struct Group {
  std::vector<Row> rows;
  std::vector<std::uint64_t> lines;  // of the rows; of refused ones also where `rows` has none
  std::string refusal;               // empty: it may be built
};

/// Gathers a file's rows into groups. A group is given out at its last row, so rows of one group
/// need not follow each other; to know which row that is, the file is read twice. Memory holds a
/// count for every group, and the rows of the groups that are open.
///
/// A row that cannot be read may have belonged to the group before or behind it. Both are refused:
/// an adjustment without one of its legs would be a wrong one.
class Groups {
 public:
  static Result<Groups> open(const Mapping& mapping, const std::filesystem::path& path);

  /// The next group; nothing at the file's end.
  Result<std::optional<Group>> next();

  const Table& table() const { return *matched_.table; }
  const std::string& file() const { return file_; }
  std::uint64_t bytes_done() const { return reader_.bytes_done(); }
  std::uint64_t bytes_total() const { return reader_.bytes_total(); }

 private:
  struct Count {
    std::uint32_t rows = 0;
    std::uint64_t spoilt_by = 0;  // line of an unreadable row beside one of its own; 0: none
  };

  Groups(const Mapping& mapping, std::string file, CsvReader reader)
      : mapping_(&mapping), file_(std::move(file)), reader_(std::move(reader)) {}
  Result<void> count(const std::filesystem::path& path);
  Result<std::string> key_of(const Row& row) const;
  Result<std::optional<Group>> add(Row row);
  Result<std::optional<Group>> rest();
  std::string spoilt(std::uint64_t line) const;

  const Mapping* mapping_;
  std::string file_;
  CsvReader reader_;
  Matched matched_;
  std::unordered_map<std::uint64_t, Count> counts_;  // by the hash of a group's key
  std::unordered_map<std::string, Group> open_;
  std::size_t open_bytes_ = 0;
};

}  // namespace counterfoil::intake
