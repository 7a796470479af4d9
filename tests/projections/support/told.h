#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/projection.h"
#include "projections/rows.h"
#include "service/sequencer.h"
#include "support/ledger_kit.h"

namespace counterfoil::test {

/// A ledger that a test tells fact by fact, through the real deciding, and whose read models it
/// asks for. Record 0 opens it, record 1 publishes the rules, so the first fact told is record 2.
class Told {
 public:
  /// `r19`: mode of rule R19, the only one.
  explicit Told(std::string_view r19 = "observe");

  /// Records facts (JSON, joined by commas) in one command; gives the sequence of the first.
  /// `envelope`: more of the command, such as `"evidence":[2],"reason":"…"`.
  std::uint64_t tell(const std::string& facts, const std::string& envelope = "");

  /// The rows of a view, in order: of each the values of these fields, joined by spaces. Absent
  /// ones are "-".
  std::vector<std::string> rows(const Projection& view, const std::vector<std::string>& fields);

 private:
  TempFolder temp_;
  Journal journal_;
  Sequencer sequencer_;
};

/// A unit, a project of it and its line of 2024 in the general fund.
std::string project_of(const std::string& unit, const std::string& project);

}  // namespace counterfoil::test
