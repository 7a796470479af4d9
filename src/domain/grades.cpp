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
                                                    std::string_view project,
                                                    std::int32_t fiscal_year) {
  CF_LET(const auto grades,
         current_grades(book, fmt::format("project/{}", project), rules.grade_level));
  const auto decides = [&](const Grade& grade) {
    const std::int32_t year =
        rules.evaluation_made_in_year_before ? grade.made_in : grade.evaluated_year;
    return year == fiscal_year - 1;
  };
  const auto first = std::find_if(grades.begin(), grades.end(), decides);
  if (first == grades.end()) return std::nullopt;
  DecidingGrade found{*first, 0};
  std::int32_t year = first->evaluated_year;
  for (auto at = first; at != grades.end() && at->is_unsatisfactory() && at->evaluated_year == year;
       ++at, --year)
    ++found.running;
  return found;
}

}  // namespace counterfoil
