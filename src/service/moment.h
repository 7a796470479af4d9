#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/asker.h"
#include "domain/as_of.h"
#include "storage/journal.h"

namespace counterfoil {

/// A moment of the past in one journal: of its first `end` records, those that meet the bounds.
/// recordedAt never decreases, so sequence and recording time come down to `end`; what grows behind
/// it does not change the answer.
struct Moment {
  std::uint64_t end = 0;
  AsOf as_of = {};  // decided and effective: sequence and recorded are in `end`
  AsOf asked = {};  // as it was asked for, for words

  bool counts(schema::Record::Reader record) const { return counterfoil::counts(as_of, record); }
  /// Whether each of the first `end` records counts.
  bool is_prefix() const { return !as_of.decided && !as_of.effective; }
  friend bool operator==(const Moment& one, const Moment& other) {
    return one.end == other.end && one.as_of == other.as_of;
  }
};

/// Finds the moment. `not_found` where it lies behind what the ledger can know by `now`, or before
/// it was opened; each says so, and where the ledger's end and beginning are.
Result<Moment> moment_of(const Journal& journal, const AsOf& as_of, Instant now);

/// Where a page of a read of the past goes on: at the moment of the first page, however much was
/// recorded since, behind a key.
struct PastPage {
  Moment moment;
  std::string after;
};
/// `after` is empty for the first page, else what next_page gave; `invalid` where it is neither.
Result<PastPage> past_page(const Journal& journal, const AsOf& as_of, Instant now,
                           std::string_view after);
std::string next_page(const Moment& moment, std::string_view key);

/// "as of decided:2024-03-31T15:59:59Z"
std::string describe(const Moment& moment);

/// Visits the records about any of the subjects that count at the moment, oldest first, each once,
/// until `visit` returns false or whoever asks is gone (`busy`). Histories are read from that
/// ordinal on.
using VisitRecord = std::function<Result<bool>(schema::Record::Reader record)>;
Result<void> each_record_about(const Journal& journal, const std::vector<std::string>& subjects,
                               const Moment& moment, const VisitRecord& visit,
                               const Asker& asker = {}, Ordinal from = {});

/// The record's place in the history of a subject that it is about.
Ordinal ordinal_in(schema::Record::Reader record, std::string_view subject);

/// Fails where nothing was ever recorded about the subject, and, in other words, where nothing
/// about it counts at the moment yet.
Result<void> check_subject_there(const Journal& journal, std::string_view subject,
                                 const Moment& moment);

}  // namespace counterfoil
