#pragma once

#include <map>

#include "core/zone.h"
#include "domain/rule_set.h"
#include "projections/projection.h"
#include "storage/journal.h"

namespace counterfoil {

/// Every decision as it would have been taken under another rule set: the book follows what was
/// recorded, and each fact that was decided under a set of that name is judged twice, under the set
/// that was in force and under the other. Rows (WhatIfRow) are of the facts in which the two find
/// different rules broken. Its entries behind "p" are the book's pages. For one fold at a time.
class WhatIf final : public Projection {
 public:
  /// The journal outlives it. `in_place_of` is empty where the set takes the place of all.
  WhatIf(const Journal& journal, const Zone& zone, RuleSet rules, std::string in_place_of)
      : journal_(journal),
        zone_(zone),
        rules_(std::move(rules)),
        in_place_of_(std::move(in_place_of)) {}
  std::string_view name() const override { return "what-if"; }
  std::uint32_t version() const override { return 1; }
  capnp::StructSchema row_schema() const override;
  std::string_view row_prefix() const override;
  Result<void> fold(schema::Record::Reader record, Rows& rows) const override;

 private:
  const Journal& journal_;
  Zone zone_;
  RuleSet rules_;
  std::string in_place_of_;
  mutable std::map<Sequence, RuleSet> published_;
};

}  // namespace counterfoil
