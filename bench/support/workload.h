#pragma once

#include <schema/command.capnp.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "core/ids.h"

namespace counterfoil::bench {

/// Endless commands of one unit, in the proportions of the reference year (tools/reference-year):
/// more than half of them payments, and for each project and year a target, its approval, a line
/// with its appropriation, commitments, checks, a grade and now and then an adjustment. Every one
/// is accepted under the rule set open.
class Workload {
 public:
  /// `client` keeps ids apart. `projects` go through their years side by side, so that a command
  /// names only records of commands at least that many before it: request sizes up to that work.
  Workload(unsigned client, unsigned projects);

  void next(schema::Command::Builder command);
  /// The answer to the oldest command not answered yet.
  void recorded(Sequence first);

 private:
  enum class Kind {
    project,
    target,
    approval,
    appropriation,
    commitment,
    payment,
    check,
    grade,
    adjustment
  };
  struct Stage {
    Kind kind;
    unsigned index = 0;  // among the stages of its kind within a year
  };
  /// Sequences that later commands of the project name.
  struct Project {
    std::uint64_t target = 0;
    std::uint64_t approval = 0;
    std::uint64_t commitments[2] = {};
  };
  static const std::vector<Stage>& stages();

  bool fill(schema::Command::Builder command);
  void advance();
  std::string project_id(unsigned at) const;
  std::string line(unsigned at) const;
  std::int64_t amount(std::int64_t about);
  std::string command_id(std::string_view kind) const;

  unsigned client_;
  std::vector<Project> projects_;
  std::deque<std::uint64_t*> unanswered_;  // null: nobody names it
  bool registered_ = false;
  unsigned round_ = 0;
  unsigned year_ = 0;
  unsigned stage_ = 0;
  unsigned at_ = 0;  // project
  std::uint64_t random_;
  std::uint64_t* names_ = nullptr;  // where the command's sequence is wanted
};

}  // namespace counterfoil::bench
