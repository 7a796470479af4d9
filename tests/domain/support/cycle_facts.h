#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/support/rule_book.h"

namespace counterfoil::test {

/// The facts of a budget's way from the request to the appropriation, short, and a city to record
/// them in.

using GradeIs = schema::GradeAssigned::Grade;
using LevelIs = schema::GradeAssigned::Level;
/// A grade of the evaluated year, made on the day.
CommandOf graded(std::string about, std::int32_t evaluated_year, GradeIs grade,
                 std::string_view made_on, LevelIs level = LevelIs::FINANCE);

struct ClassOf {
  bool key = false;
  bool livelihood = false;
  bool one_off = false;
  schema::ProjectClassified::Expenditure expenditure =
      schema::ProjectClassified::Expenditure::SPECIAL;
  schema::ProjectClassified::Obligation obligation = schema::ProjectClassified::Obligation::NONE;
  std::string expires_on = "";
};
FactOf classify(std::string project, ClassOf as);

FactOf merged(std::string of_unit, std::string into);

FactOf return_target(std::uint64_t target);

struct CostOf {
  std::int64_t amount = 0;
  std::string standard = "";
  std::int64_t quantity = 0;
  std::uint8_t scale = 0;
};
/// With content, and one cost line of the whole amount where none are given.
FactOf request(std::string project, std::string by_unit, std::int64_t amount,
               std::vector<CostOf> cost_lines, std::int32_t year = 2024);
FactOf request(std::string project, std::string by_unit, std::int64_t amount);
FactOf standard(std::string id, std::int64_t unit_amount);

using schema::FactorKind;
struct FactorOf {
  FactorKind kind;
  std::uint64_t event = 0;
  bool breached = false;
};
FactOf review(std::uint64_t request, std::int64_t amount, std::vector<FactorOf> factors = {});
FactOf assess(FactorKind kind, std::string about, bool breached = false);
FactOf audit(std::string about, schema::AuditFindingRecorded::Severity severity);

FactOf pipeline(std::string project);
FactOf appraise(std::string project, schema::ExAnteAppraised::Verdict verdict =
                                         schema::ExAnteAppraised::Verdict::RECOMMENDED);
FactOf afford(std::string project, bool affordable = true);
FactOf unit_ceiling(std::string unit, std::int64_t amount, std::int32_t year = 2024);
FactOf library(std::string project, std::uint32_t rank, std::int32_t year = 2024);
FactOf close_project(std::string project, schema::ProjectClosed::Outcome outcome =
                                              schema::ProjectClosed::Outcome::FINISHED);
struct InstalmentOf {
  std::int32_t year;
  std::int64_t amount;
  std::uint32_t progress;
};
FactOf instalments(std::string project, std::int64_t total, std::vector<InstalmentOf> plan);

/// A rule set with those rules, the members of "rules", and more members of the document's.
std::string rule_set_of(std::string_view rules, std::string_view more = "");

/// A city that decides 2024 under those rules and decided 2023 without any. Records 0 to 9: the
/// ledger, both rule sets, the units U and V, the projects P of U and Q of V, P's lines of 2023
/// and 2024 (A), and an appropriation of 999 for 2023. The next record is 10.
CommandOf city_of_rules(std::string_view rules, std::string_view more = "");
inline const std::string A23 = "line/2023/P/general/net/-";
inline constexpr std::uint64_t appropriation_A23 = 9;
inline constexpr std::string_view last_year = "2023-06-01";

/// The newest record's breaches: each rule, with a part of its finding.
Expectation breaches(std::vector<std::pair<std::string, std::string>> wanted);

/// What a command comes to that breaks one rule: `refused` names parts of the sentence, of which
/// the first is in the finding. `rule_in` gives the rules with the rule in that mode.
struct Breaking {
  std::string rule;
  std::function<std::string(std::string_view mode)> rule_in;
  std::vector<CommandOf> history;
  CommandOf command;
  std::vector<std::string> refused;
};
/// Checks it in every mode: enforce, override (without and with its authority), observe and off.
void check_in_each_mode(const Breaking& breaking, int line = __builtin_LINE());
/// A rule that has nothing but its mode.
std::function<std::string(std::string_view)> only(std::string rule);

}  // namespace counterfoil::test
