#pragma once

#include <schema/event.capnp.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/journal.h"

namespace counterfoil {

/// The unit that each project was proposed for, looked up in the book and kept up to a bound. For
/// one thread; the journal outlives it.
class ProjectUnits {
 public:
  explicit ProjectUnits(const Journal& journal) : journal_(journal) {}

  /// As of a record about the project; empty where it was not proposed by then. A proposal can be
  /// reversed only while nothing else is about its project, so the one that stands is the one that
  /// stood at any other record about it.
  Result<std::string> unit_at(std::string_view project, Sequence record);

 private:
  struct Proposal {
    std::string unit;
    Sequence since;
    std::uint64_t known_before = 0;  // of later records it has to be looked up again
  };
  Result<std::optional<Proposal>> look_up(const std::string& project) const;

  const Journal& journal_;
  std::map<std::string, Proposal, std::less<>> proposals_;
};

/// Some units, and what belongs to them while one record after the other passes: their projects,
/// and those of the units that were merged into them by then, in the order of recording.
class OwnUnits {
 public:
  /// As they stood before that record. Reads the histories of these units.
  static Result<OwnUnits> before(const Journal& journal, ProjectUnits& projects,
                                 std::vector<std::string> units, Sequence record);

  /// To be told of every record, in order, before it is asked about.
  Result<void> pass(schema::Record::Reader record);
  /// Whether the record is about one of the units, or about a project (or a line of one) that is
  /// theirs at that record.
  Result<bool> concerns(schema::Record::Reader record);

 private:
  OwnUnits(const Journal& journal, ProjectUnits& projects, std::vector<std::string> units)
      : journal_(&journal), projects_(&projects), named_(std::move(units)) {}
  Result<void> take_stock(Sequence end);
  Result<void> add_merged_into(const std::string& unit, Sequence end);

  const Journal* journal_;
  ProjectUnits* projects_;
  std::vector<std::string> named_;
  std::set<std::string, std::less<>> own_;  // the named ones that go on, and what they took over
};

}  // namespace counterfoil
