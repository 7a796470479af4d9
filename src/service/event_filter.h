#pragma once

#include <schema/event.capnp.h>

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/subjects.h"
#include "service/own_units.h"

namespace counterfoil {

/// What a feed is narrowed to. Within a list any of them will do, over the lists all must; an empty
/// list means any.
struct EventFilter {
  std::vector<std::string> facts = {};     // as the schema spells them: "budgetAdjusted"
  std::vector<std::string> subjects = {};  // or what subjects start with, up to a '/': "line/2024"
  std::vector<std::string> units = {};     // ids
  std::vector<std::int32_t> fiscal_years = {};

  bool empty() const {
    return facts.empty() && subjects.empty() && units.empty() && fiscal_years.empty();
  }
  friend bool operator==(const EventFilter&, const EventFilter&) = default;
};

/// Accepts a filter that some record could match: `invalid` names what is no fact, no subject, no
/// id or no year, `limit` a list that is too long.
Result<void> check_filter(const EventFilter& filter);

/// "fact budgetAdjusted or paymentRecorded, unit 101"; empty where the filter is.
std::string describe(const EventFilter& filter);

/// Whether the subject is that one, or lies below it: "line/2024/P1/…" below "line/2024".
bool is_within(std::string_view subject, std::string_view prefix);

/// The fiscal years that a record is of: those of its subjects and of its fact's own fields; where
/// there is none, those of the event that it approves, reverses, verifies or wants reversed.
/// Sorted, each once.
Result<std::vector<std::int32_t>> fiscal_years_of(const Journal& journal,
                                                  schema::Record::Reader record);

/// Asks of one record after the other, in the order of the journal, whether a filter lets it
/// through. For one thread; what is passed in outlives it.
class EventMatcher {
 public:
  /// For records from that sequence on.
  static Result<EventMatcher> from(const EventFilter& filter, const Journal& journal,
                                   ProjectUnits& projects, Sequence first);

  /// No record may be left out: what a unit takes over is learnt from those that pass.
  Result<bool> matches(schema::Record::Reader record);
  bool lets_all_through() const { return all_; }

 private:
  EventMatcher(const EventFilter& filter, const Journal& journal)
      : filter_(filter), journal_(&journal), all_(filter.empty()) {}

  EventFilter filter_;
  const Journal* journal_;
  bool all_;
  std::bitset<fact_count> facts_;
  std::optional<OwnUnits> units_;
};

}  // namespace counterfoil
