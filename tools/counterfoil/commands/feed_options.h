#pragma once

#include <schema/ledger.capnp.h>

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "service/consumers.h"

namespace counterfoil {

/// What of the feed is wanted, as the command line says it: repeated options of one kind are
/// alternatives.
struct FeedFilter {
  std::vector<std::string> facts;
  std::vector<std::string> subjects;
  std::vector<std::string> units;
  std::vector<std::int32_t> fiscal_years;

  void add_to(CLI::App& command);
  void fill(schema::EventFilter::Builder filter) const;
  bool empty() const {
    return facts.empty() && subjects.empty() && units.empty() && fiscal_years.empty();
  }
};

/// Adds an option that takes "1234" or "e1:1234".
CLI::Option* add_position(CLI::App& command, const std::string& name,
                          std::optional<Position>& position, const std::string& help);
/// Adds an option that takes "K/N", for instance "0/4".
CLI::Option* add_partition(CLI::App& command, std::optional<Partition>& partition,
                           const std::string& help);

}  // namespace counterfoil
