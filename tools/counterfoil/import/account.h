#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "counterfoil/import/ledger.h"

namespace counterfoil::intake {

/// A row that was not recorded.
struct Refusal {
  std::string file;
  std::uint64_t line = 0;
  std::string reason;
};

/// A command that was recorded although it breaks a rule.
struct Breached {
  std::string command_id;
  Sequence first;
  Finding finding;
};

/// What became of an import: every row read was recorded, known already or refused. A row counts as
/// recorded where any of its commands was new.
struct Account {
  std::uint64_t rows_read = 0;
  std::uint64_t rows_recorded = 0;
  std::uint64_t rows_known = 0;
  std::uint64_t rows_refused = 0;
  std::uint64_t commands_recorded = 0;
  std::uint64_t commands_known = 0;
  std::uint64_t commands_refused = 0;
  std::uint64_t facts_recorded = 0;
  std::uint64_t facts_known = 0;
  std::uint64_t breaches_found = 0;
  bool stopped = false;  // at the first refusal, as it was asked to

  /// The first of them, in the order in which they were found; `rows_refused` and `breaches_found`
  /// count all. A hopeless file must not fill the memory: a listener gets each as it is found.
  static constexpr std::size_t listed_max = 10'000;
  std::vector<Refusal> refusals;
  std::vector<Breached> breaches;
};

}  // namespace counterfoil::intake
