#pragma once

#include <schema/event.capnp.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// What happens when a rule is broken.
enum class RuleMode {
  enforce,   // refused
  override,  // refused, unless an authority and a document are given, which are recorded
  observe,   // accepted, and the breach is recorded
  off
};

/// What an unsatisfactory grade does to the next amount.
struct CutStep {
  std::uint32_t ceiling = 10'000;  // basis points of the base
  bool redesign = false;           // a target submitted after the grade must be approved first
};

/// From which score on a grade is given, in thousandths of a point.
struct Band {
  schema::GradeAssigned::Grade grade;
  std::int64_t from = 0;
  std::int64_t to = 0;  // not included, but for the highest band
};

/// A jurisdiction's rules as data: a JSON document, published as an event. The defaults are those
/// of a document that names nothing.
struct RuleSet {
  std::string name;
  std::string version;
  std::map<std::string, RuleMode, std::less<>> modes;  // by rule id; a rule not named is off

  /// R1, R6: whether all projects need a target and a review, or key ones only.
  bool all_projects_need_targets = false;
  bool all_projects_need_reviews = true;
  /// R4: the lowest level of evaluation that counts; whether the evaluation made in the year before
  /// counts, or else the one of the year before; steps by how many times running the grade was
  /// unsatisfactory, of which the last repeats.
  schema::GradeAssigned::Level grade_level = schema::GradeAssigned::Level::DEPARTMENT;
  bool evaluation_made_in_year_before = true;
  std::vector<CutStep> medium = {{8'000, false}};
  std::vector<CutStep> poor = {{5'000, false}};
  /// Base of R4, R5 and R6: last year's original appropriation, or its current budget at the close.
  bool base_is_current_budget = false;
  /// R5: basis points of the base; whether the ceilings of R4 and R5 multiply or the lower one
  /// holds.
  std::uint32_t across_the_board = 8'000;
  bool ceilings_compound = false;
  /// R5: what the savings are for. A pool serves a purpose whose name it bears: "livelihood",
  /// "livelihood-2024".
  std::vector<std::string> saving_purposes = {"livelihood", "urgent"};
  /// R7: whether earmarked transfers are exempt.
  bool earmarked_exempt = true;
  /// R11: what a breached factor takes off the request, in basis points, by FactorKind.
  std::array<std::uint32_t, 6> factor_cuts = {0, 1'000, 1'000, 500, 1'000, 1'000};
  /// R14: how far behind time is let pass, in basis points.
  std::int64_t monitoring_tolerance = 2'000;
  /// R20: sides of which one principal holds the roles of one only; a role on no side goes with
  /// any.
  std::vector<std::vector<schema::Role>> sides = {};
  /// Scores: weights of execution, output, outcome and satisfaction, in thousandths of a point.
  std::array<std::int64_t, 4> weights = {10'000, 50'000, 30'000, 10'000};
  std::vector<Band> bands = {{schema::GradeAssigned::Grade::EXCELLENT, 90'000, 100'000},
                             {schema::GradeAssigned::Grade::GOOD, 80'000, 90'000},
                             {schema::GradeAssigned::Grade::MEDIUM, 60'000, 80'000},
                             {schema::GradeAssigned::Grade::POOR, 0, 60'000}};

  /// Measures whose legs must sum to zero together, per fund and fiscal year (identity R16).
  std::vector<std::vector<std::string>> balance_groups = {{"net"}, {"conditional", "earmarked"}};
  /// The same, for groups that real budgets sometimes break (R19).
  std::vector<std::vector<std::string>> loose_balance_groups = {{"commitment"}, {"headcount"}};
  /// Measures of which no more may be committed and paid than the current budget (R19); unless the
  /// document names them, the usual ones that stand in a balance group.
  std::vector<std::string> expenditure_measures = {"net", "conditional"};

  RuleMode mode(std::string_view rule) const;
  bool is_expenditure(std::string_view measure) const;
  /// Those of all balance groups: what a budget line may be about.
  std::vector<std::string> measures() const;
  /// "NAME@VERSION".
  std::string label() const { return name + "@" + version; }
};

/// The rules that a rule set may name: R1 to R20 without R16, whose identities always hold.
inline constexpr std::array<std::string_view, 19> rule_ids = {
    "R1",  "R2",  "R3",  "R4",  "R5",  "R6",  "R7",  "R8",  "R9", "R10",
    "R11", "R12", "R13", "R14", "R15", "R17", "R18", "R19", "R20"};

/// Reads a rule set; the error names the place. Unknown keys, rules and modes are refused, and so
/// is a set that contradicts itself. schema/ruleset.schema.json describes the document.
Result<RuleSet> parse_rule_set(std::string_view json);
/// One that was published: what it contradicts itself in was let pass then.
Result<RuleSet> read_rule_set(std::string_view json);

}  // namespace counterfoil
