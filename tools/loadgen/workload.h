#pragma once

#include <schema/command.capnp.h>

#include <cstdint>
#include <string>
#include <vector>

namespace counterfoil::loadgen {

/// The commands of one connection, the same for the same seed, place and number of facts, and
/// accepted under every shipped rule set when they are sent in order. No two seeds or connections
/// share an id, so ledgers may be loaded again and again.
///
/// Command 0 registers a unit and a project and opens and funds its lines; each one after it is, by
/// chance, registrations, lines with their budget, an adjustment between two lines, or payments.
class Workload {
 public:
  Workload(std::uint64_t seed, unsigned connection, unsigned facts_per_command);

  std::string id(std::uint64_t index) const;
  void fill(schema::Command::Builder command, std::uint64_t index) const;

 private:
  using Facts = capnp::List<schema::Fact>::Builder;
  void fill_first(schema::Command::Builder command) const;
  void fill_projects(Facts facts, std::uint64_t index) const;
  void fill_lines(Facts facts, std::uint64_t index) const;
  void fill_payments(Facts facts, std::uint64_t index, std::uint64_t chance) const;
  void fill_adjustments(Facts facts, std::uint64_t index, std::uint64_t chance) const;
  std::string line(std::string_view item) const;

  std::uint64_t seed_;
  std::string name_;  // begins every id
  unsigned facts_;
};

}  // namespace counterfoil::loadgen
