#pragma once

#include <schema/ledger.capnp.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codec/canonical.h"
#include "domain/standing.h"

namespace counterfoil {

/// The answer to `Reader.explain`, page by page: figures, what they are made of, what that rests
/// on. A figure that goes on over several pages is there when the last of them is.
class Explained {
 public:
  using Response = capnp::Response<schema::Reader::ExplainResults>;

  /// Lets go of the figures that were there, and goes on with the next page. `corrupt` where a
  /// record cannot be read, or a figure's contributions are not all of it.
  Result<void> add(Response page);

  std::size_t size() const { return figures_.size(); }
  schema::FigureRow::Reader figure(std::size_t index) const { return figures_[index].row; }
  /// In the order in which they were recorded.
  const std::vector<schema::ContributionRow::Reader>& contributions_of(std::size_t index) const {
    return figures_[index].contributions;
  }
  /// Sequences of all events that the figure's contributions rest on, directly or by others.
  std::set<std::uint64_t> evidence_of(std::size_t index) const;
  /// A record that something rests on.
  const HeldRecord& record(std::uint64_t sequence) const { return records_.at(sequence); }
  bool has_record(std::uint64_t sequence) const { return records_.contains(sequence); }

 private:
  struct Figure {
    schema::FigureRow::Reader row;
    std::vector<schema::ContributionRow::Reader> contributions;
  };
  static Result<void> check_whole(const Figure& figure);

  std::vector<Figure> figures_;
  std::optional<Figure> begun_;  // goes on on the next page
  std::vector<Response> pages_;  // that the figures are on
  std::map<std::uint64_t, HeldRecord> records_;
};

/// Numbers of a text that joins them by spaces.
std::vector<std::uint64_t> sequences_in(std::string_view text);

}  // namespace counterfoil
