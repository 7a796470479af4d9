#pragma once

#include <schema/views.capnp.h>

#include <functional>
#include <string>
#include <vector>

#include "domain/standing.h"
#include "storage/journal.h"

namespace counterfoil {

/// A proposal of an adjustment that was recorded, and how far it has come.
struct ProposalRecord {
  HeldRecord record;
  schema::ProposalRow::State state = schema::ProposalRow::State::OPEN;
  Sequence approval{0};    // the newest decision on it; 0: none
  Sequence adjustment{0};  // that carries it out; 0: none
  Sequence moved_by{0};    // what changed since of what it was computed from; 0: nothing

  schema::AdjustmentProposed::Reader proposed() const {
    return record.fact().getAdjustmentProposed();
  }
};

/// Looks for proposals in the histories of lines, up to where the book stands.
class ProposalHistory {
 public:
  ProposalHistory(const Journal& journal, Book& book) : journal_(journal), book_(book) {}

  /// Those with a leg on the line that were not reversed, oldest first.
  Result<std::vector<ProposalRecord>> on_line(std::string_view line);
  std::size_t records_read() const { return records_read_; }

 private:
  using Visit = std::function<Result<void>(schema::Record::Reader)>;
  Result<void> each_record(std::string_view line, std::uint64_t from, const Visit& visit);
  Result<Sequence> moved_by(schema::Record::Reader proposal);
  Result<Sequence> changed_evidence(schema::Record::Reader proposal);

  const Journal& journal_;
  Book& book_;
  std::size_t records_read_ = 0;
};

/// What the commands of one computation have in common, so that they do not count as changes of
/// each other's state: "apply-results/2025", "close-period/2024".
std::string run_of_results(std::int32_t fiscal_year);
std::string run_of_closing(std::int32_t fiscal_year);

/// The proposal on record that makes this one superfluous, if there is one: of the same kind and
/// cause, and either not carried out yet, or refused with the same legs.
const ProposalRecord* answering(const std::vector<ProposalRecord>& recorded,
                                schema::AdjustmentProposed::Reader due);

}  // namespace counterfoil
