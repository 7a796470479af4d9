#pragma once

#include <schema/command.capnp.h>

#include <optional>
#include <string>
#include <vector>

#include "domain/book.h"

namespace counterfoil {

/// What the rule set in force asks somebody to decide on. Nothing here records anything: each
/// proposal becomes an AdjustmentProposed that a person submits, and somebody else approves.
struct Proposal {
  struct Leg {
    std::string line;
    Money amount;
    std::int32_t vintage = 0;
    std::string source_tag;
  };
  schema::BudgetAdjusted::Kind kind = schema::BudgetAdjusted::Kind::UNSPECIFIED;
  schema::BudgetAdjusted::Cause cause = schema::BudgetAdjusted::Cause::OTHER;
  std::string pool;
  std::vector<Leg> legs;
  std::vector<Sequence> evidence;
  /// Lines that the legs need and their year does not have yet, classified as this one's opening.
  std::vector<std::string> lines_to_open;
  std::string functional_class;
  std::string economic_class;
  std::string reason;
};

/// What a grade leaves of a line's base (rule R4).
struct ProposedCeiling {
  std::string line;  // of the year that the ceiling is for
  std::string grade;
  Sequence graded;
  Money base;
  Money ceiling;
  Money appropriated;  // 0 where it is not yet
};

/// The event that waives what follows from the grade (R15), if one does.
Result<std::optional<Sequence>> waiver_of(Book& book, Sequence grade);

/// The ceilings of a project's lines in the fiscal year, and a reduction for each that its
/// appropriation is above, unless the grade was waived.
struct AppliedResults {
  std::vector<ProposedCeiling> ceilings;
  std::vector<Proposal> reductions;
};
Result<AppliedResults> apply_results(Book& book, const RuleSet& rules, std::string_view project,
                                     std::int32_t fiscal_year);

/// What becomes of a project's unspent money when the year closes: carried over to the next year or
/// clawed back into the pool, by vintage (rule R7); all of it is clawed back where the project has
/// ended. What outstanding commitments bind stays where it is, and the reason says how much.
/// `closed` is the close, which they cite.
Result<std::vector<Proposal>> close_out(Book& book, const RuleSet& rules, std::string_view project,
                                        std::int32_t fiscal_year, std::string_view pool,
                                        Sequence closed);

/// The proposal as a command: what it opens, then the AdjustmentProposed.
void fill(schema::Command::Builder command, const Proposal& proposal, std::string_view command_id);

/// The adjustment that carries out an AdjustmentProposed, as a command that cites the proposal's
/// evidence, the proposal and its approval.
void fill_adjustment(schema::Command::Builder command, schema::Record::Reader proposal,
                     Sequence approval, std::string_view command_id);

}  // namespace counterfoil
