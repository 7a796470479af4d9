#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/facts/deciding.h"
#include "domain/standing.h"

namespace counterfoil {

/// A fact that its decider accepted, with the book before it and after it. A rule looks at both and
/// reports what it finds broken with `report_breach`, which knows what the rule set in force makes
/// of it.
struct RuleCase {
  Deciding& deciding;  // its book is the one after the fact
  Book& before;
  schema::Fact::Reader fact;

  Book& after() const { return deciding.book; }
  const RuleSet& rules() const { return *deciding.rules; }
};

/// One rule's look at one kind of fact.
struct Rule {
  std::string_view id;
  schema::Fact::Which fact;
  Result<void> (*check)(RuleCase&);
};

/// What is checked of each kind of fact, family by family (the files of this folder).
const std::vector<Rule>& all_rules();
std::vector<Rule> target_rules();        // R1, R3
std::vector<Rule> request_rules();       // R2, R11, R12
std::vector<Rule> ceiling_rules();       // R4, R5
std::vector<Rule> zero_base_rules();     // R6
std::vector<Rule> stock_rules();         // R7
std::vector<Rule> funding_rules();       // R8, R9, R10
std::vector<Rule> library_rules();       // R13
std::vector<Rule> monitoring_rules();    // R14
std::vector<Rule> result_rules();        // R15
std::vector<Rule> pooling_rules();       // R17
std::vector<Rule> correction_rules();    // R18
std::vector<Rule> availability_rules();  // R19
std::vector<Rule> four_eyes_rules();     // R20

/// Runs the rules for the fact that was decided, but for those that the rule set has off.
Result<void> check_rules(Deciding& deciding, Book& before);

/// Whether the command names the event as evidence.
bool cites(const Deciding& deciding, Sequence event);
/// Reports a breach where an event that the rule wants cited is not among the evidence. `what` says
/// what it is: "the grade".
Result<void> want_cited(Deciding& deciding, std::string_view rule, Sequence event,
                        std::string_view what);

/// floor(amount × basis points / 10000) in 128 bits; the amount is not negative.
Money floor_of(Money amount, std::uint32_t basis_points);

/// The classification in force; a default one (nothing set) where the project has none.
Result<std::optional<HeldRecord>> classification(Book& book, std::string_view project);
/// Whether the project serves the three guarantees or debt service.
bool is_rigid(const std::optional<HeldRecord>& classified);

/// What a project's lines amount to in one year, over the rule set's expenditure measures. An empty
/// fund counts all.
struct ProjectSums {
  Money original;
  Money current;
  Money committed;
  Money spent;
};
Result<ProjectSums> project_sums(Book& book, const RuleSet& rules, std::int32_t fiscal_year,
                                 std::string_view project, std::string_view fund = {});

}  // namespace counterfoil
