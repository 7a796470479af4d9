#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/event_filter.h"
#include "service/filter.h"
#include "storage/journal.h"

namespace counterfoil {

/// What a principal may read: everything, or what is about some organisations and the units below
/// them. A role that is bound to an organisation reads that organisation's projects; any other
/// reads all (src/README.md, "Who reads what").
class Reach {
 public:
  static Reach all() { return Reach(); }
  static Reach of(std::vector<std::string> organisations);

  bool is_all() const { return all_; }

  /// `denied` unless the subject is a unit, a department, a project or a line within it, or one
  /// that holds the rules for everybody (a rule set, a period, a standard).
  Result<void> check_subject(const Journal& journal, std::string_view subject) const;
  /// `denied` unless the filter names a unit or a project within it.
  Result<void> check_filter(const Journal& journal, const Filter& filter) const;
  /// `denied` unless the filter names units within it, or subjects.
  Result<void> check_events(const Journal& journal, const EventFilter& filter) const;
  /// `denied` unless it is everything: for what is not about single projects. `what`: "the log".
  Result<void> check_all(std::string_view what) const;

 private:
  Reach() = default;
  bool all_ = true;
  std::vector<std::string> organisations_;
};

}  // namespace counterfoil
