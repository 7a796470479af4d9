#pragma once

#include <ostream>
#include <string>

#include "counterfoil/explained.h"
#include "counterfoil/output.h"

namespace counterfoil {

/// Prints explanations as trees for a person: each number, the events that sum to it, and under
/// each event what it rests on. An event that was shown already is named only.
class ExplanationText {
 public:
  /// `figure` is the name of the number as the schema has it; `receipts` is the folder that they
  /// were written to, empty for none.
  ExplanationText(const OutputOptions& options, std::string figure, std::string receipts,
                  std::ostream& out);
  void add(const Explained& page);
  /// Says whether all that was added sums to its numbers, and gives totals where measure and fund
  /// are the same.
  void finish();

 private:
  struct Total {
    Money amount;
    bool fits = true;
  };
  struct Branch {
    std::string before;  // what stands before the lines of the event itself
    std::string below;   // and before those under it
  };

  void add_event(const Explained& page, schema::ContributionRow::Reader event,
                 const Branch& branch);
  void add_evidence(const Explained& page, const std::vector<std::uint64_t>& cited,
                    const std::string& indent, unsigned depth);
  std::string_view say(std::string_view english, std::string_view chinese) const;
  std::string money(std::int64_t minor, std::string_view measure) const;
  std::string label(std::string_view field) const;

  OutputOptions options_;
  std::string figure_;
  std::string receipts_;
  std::ostream& out_;
  std::set<std::uint64_t> shown_;
  std::map<std::string, Total> totals_;  // by what they are of, for a person
  std::map<std::string, std::string> measures_;
  std::uint64_t figures_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace counterfoil
