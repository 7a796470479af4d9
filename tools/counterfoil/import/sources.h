#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "counterfoil/import/groups.h"
#include "counterfoil/import/template.h"

namespace counterfoil::intake {

/// A group, and which file and table it is of.
struct Item {
  const std::string* file = nullptr;
  const Table* table = nullptr;
  Group group;
};

/// The groups of several files in the order that the mapping asks for: file after file, or the
/// earliest decision next, in each file from its top. A decision rests on what was known by then:
/// a payment on the supplement before it, a budget on last year's grades.
class Sources {
 public:
  /// Refuses, before any group is given out, files that fit no table or one that records nothing.
  static Result<Sources> open(const Mapping& mapping, std::span<const std::filesystem::path> files,
                              const Setting& setting);

  Result<std::optional<Item>> next();

  std::uint64_t bytes_done() const;
  std::uint64_t bytes_total() const { return bytes_total_; }

 private:
  struct Source {
    Groups groups;
    std::optional<Group> head;
    std::string decided;  // of the head, as JSON has it; empty sorts first
  };

  Sources(const Mapping& mapping, const Setting& setting)
      : mapping_(&mapping), setting_(&setting) {}
  Result<void> check();
  Result<void> open_next();
  Result<void> advance(Source& source);
  std::string decided_of(const Table& table, const Group& group) const;

  const Mapping* mapping_;
  const Setting* setting_;
  std::deque<std::string> files_;  // names stay where they are: items point to them
  std::size_t opened_ = 0;         // how many of them
  std::deque<std::pair<std::size_t, Source>> reading_;
  std::uint64_t bytes_finished_ = 0;
  std::uint64_t bytes_total_ = 0;
};

}  // namespace counterfoil::intake
