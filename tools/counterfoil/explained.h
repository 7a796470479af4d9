#pragma once

#include <schema/ledger.capnp.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "codec/canonical.h"
#include "domain/standing.h"

namespace counterfoil {

/// A page of the answer to `Reader.explain`: figures, what they are made of, what that rests on.
class Explained {
 public:
  using Response = capnp::Response<schema::Reader::ExplainResults>;

  /// The response outlives it. `corrupt` where a record cannot be read.
  static Result<Explained> of(const Response& response);

  const std::vector<schema::FigureRow::Reader>& figures() const { return figures_; }
  /// In the order in which they were recorded.
  const std::vector<schema::ContributionRow::Reader>& contributions_of(std::size_t figure) const {
    return contributions_[figure];
  }
  /// Sequences of all events that the figure's contributions rest on, directly or by others.
  std::set<std::uint64_t> evidence_of(std::size_t figure) const;
  /// A record that something rests on.
  const HeldRecord& record(std::uint64_t sequence) const { return records_.at(sequence); }
  bool has_record(std::uint64_t sequence) const { return records_.contains(sequence); }

 private:
  std::vector<schema::FigureRow::Reader> figures_;
  std::vector<std::vector<schema::ContributionRow::Reader>> contributions_;
  std::map<std::uint64_t, HeldRecord> records_;
};

/// Numbers of a text that joins them by spaces.
std::vector<std::uint64_t> sequences_in(std::string_view text);

}  // namespace counterfoil
