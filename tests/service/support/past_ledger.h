#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "codec/canonical.h"
#include "projections/projector.h"
#include "service/past.h"
#include "service/past_rows.h"
#include "support/temp_folder.h"

namespace counterfoil::test {

/// A ledger's journal and views in a folder of their own, with a year of facts of every kind whose
/// days of decision and of effect are scattered.
class PastLedger {
 public:
  /// The same seed makes the same records; `commands` are tried, of which some are refused.
  PastLedger(unsigned seed, unsigned commands);
  /// Of these records.
  explicit PastLedger(std::vector<Words> records);

  const Journal& journal() const { return *journal_; }
  const Projector& projector() const { return *projector_; }
  Past& past() { return *past_; }
  /// A page of a view's rows as of a moment, folded from as little as they need.
  Result<RowPage> rows_as_of(std::string_view view, const Filter& filter, const AsOf& as_of,
                             std::string_view after = {}, std::size_t limit = 0);
  /// As they were recorded, kept apart from the journal.
  const std::vector<std::string>& records() const { return records_; }
  /// A moment behind all of them.
  static Instant now();

  /// A bound that some records meet and others do not, mostly.
  AsOf any_bound(unsigned axis, std::mt19937& random) const;

 private:
  TempFolder temp_;
  std::vector<std::string> records_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Views> views_;
  std::unique_ptr<Projector> projector_;
  std::unique_ptr<Past> past_;
};

/// Keys and rows of a projection, folded from nothing from the records that meet the bounds.
using Entries = std::vector<std::pair<std::string, std::string>>;
Entries folded_from_nothing(const Projection& projection, const std::vector<std::string>& records,
                            const AsOf& as_of);

}  // namespace counterfoil::test
