#include "domain/grades.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "domain/fiscal_year.h"

namespace counterfoil {

using schema::Fact;

bool Grade::is_unsatisfactory() const {
  return grade == schema::GradeAssigned::Grade::MEDIUM ||
         grade == schema::GradeAssigned::Grade::POOR;
}

std::string_view grade_name(schema::GradeAssigned::Grade grade) {
  constexpr std::array<std::string_view, 5> names = {"unspecified", "excellent", "good", "medium",
                                                     "poor"};
  const auto index = static_cast<std::size_t>(grade);
  return index < names.size() ? names[index] : names[0];
}

bool supersedes(const Grade& one, const Grade& other) {
  return std::tie(one.level, one.decided_at, one.sequence) >
         std::tie(other.level, other.decided_at, other.sequence);
}

Result<std::vector<Grade>> current_grades(Book& book, std::string_view about,
                                          schema::GradeAssigned::Level lowest) {
  CF_LET(const auto ledger, book.state<LedgerState>("ledger"));
  CF_LET(const auto sequences, standing(book, Fact::GRADE_ASSIGNED, about));
  std::map<std::int32_t, Grade, std::greater<>> by_year;
  for (const Sequence sequence : sequences) {
    CF_LET(const auto record, book.record(sequence));
    const auto fact = record.getFact().getGradeAssigned();
    if (fact.getLevel() < lowest) continue;
    const Grade grade{sequence,
                      fact.getEvaluatedYear(),
                      fiscal_year_of(ledger, Date{record.getEffectiveOn()}),
                      fact.getLevel(),
                      fact.getGrade(),
                      Instant{record.getDecidedAt()}};
    const auto [found, fresh] = by_year.emplace(grade.evaluated_year, grade);
    if (!fresh && supersedes(grade, found->second)) found->second = grade;
  }
  std::vector<Grade> grades;
  grades.reserve(by_year.size());
  for (const auto& [year, grade] : by_year) grades.push_back(grade);
  return grades;
}

Result<std::optional<DecidingGrade>> deciding_grade(Book& book, const RuleSet& rules,
                                                    const std::vector<Share>& projects,
                                                    std::int32_t fiscal_year) {
  std::map<std::int32_t, Grade, std::greater<>> worst;
  for (const Share& share : projects) {
    CF_LET(const auto grades,
           current_grades(book, fmt::format("project/{}", share.project), rules.grade_level));
    for (const Grade& grade : grades) {
      const auto [found, fresh] = worst.emplace(grade.evaluated_year, grade);
      if (!fresh && grade.grade > found->second.grade) found->second = grade;
    }
  }
  const auto decides = [&](const auto& of_year) {
    const auto& [evaluated_year, grade] = of_year;
    return (rules.evaluation_made_in_year_before ? grade.made_in : evaluated_year) ==
           fiscal_year - 1;
  };
  const auto first = std::find_if(worst.begin(), worst.end(), decides);
  if (first == worst.end()) return std::nullopt;
  const auto satisfactory = [](const auto& of_year) { return !of_year.second.is_unsatisfactory(); };
  const auto end = std::find_if(first, worst.end(), satisfactory);
  return DecidingGrade{first->second, static_cast<std::size_t>(std::distance(first, end))};
}

Result<std::optional<GradeCut>> grade_cut(Book& book, const RuleSet& rules,
                                          std::string_view project, std::int32_t fiscal_year) {
  CF_LET(const auto projects, predecessors_of(book, project));
  CF_LET(const auto found, deciding_grade(book, rules, projects, fiscal_year));
  if (!found || !found->grade.is_unsatisfactory()) return std::nullopt;
  const auto& steps =
      found->grade.grade == schema::GradeAssigned::Grade::POOR ? rules.poor : rules.medium;
  return GradeCut{found->grade, steps[std::min(found->running, steps.size()) - 1]};
}

}  // namespace counterfoil
