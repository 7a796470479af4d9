#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "counterfoil/import/account.h"
#include "counterfoil/import/mapping.h"

namespace counterfoil::intake {

/// A budget line as the ledger holds it now.
struct CurrentLine {
  std::string_view project;
  std::string_view fund;
  std::string_view measure;
  std::string_view item;
  std::int32_t fiscal_year = 0;
  std::int64_t current = 0;
};

/// The ledger's lines, each once, in any order.
class CurrentLines {
 public:
  virtual ~CurrentLines() = default;
  virtual Result<void> each(const std::function<Result<void>(const CurrentLine&)>& visit) = 0;
};

struct Difference {
  std::string line;             // "line/FY/project/fund/measure/item"
  std::int64_t expected = 0;    // 0 where the files do not name it
  std::int64_t actual = 0;      // 0 where the ledger does not have it
  std::int64_t difference = 0;  // actual − expected
};

/// Lines or programmes compared, and how many of them are equal.
struct Tally {
  std::uint64_t compared = 0;
  std::uint64_t equal = 0;
};

struct Reconciliation {
  std::vector<Difference> differences;  // by line
  std::vector<Refusal> refused;         // rows that could not be read: their figures are not in it
  Tally lines;
  /// A programme is equal in a measure where all its lines are. Only measures that the files have
  /// figures of are in it.
  std::map<std::string, Tally> programmes_by_measure;

  bool equal() const { return differences.empty() && refused.empty(); }
};

/// Compares the revised figures of the files, summed by line, with what the ledger holds. Looked at
/// are the fiscal years and the measures that the files name; of these also lines that only one
/// side has, as zero on the other.
Result<Reconciliation> reconcile(const Mapping& mapping,
                                 std::span<const std::filesystem::path> files, CurrentLines& ledger,
                                 const Setting& setting);

}  // namespace counterfoil::intake
