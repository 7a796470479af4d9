#include "domain/grades.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "codec/text.h"
#include "core/zone.h"
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

namespace {

/// The day of the moment where the ledger is kept.
Result<Date> day_of(Book& book, Instant instant) {
  CF_LET(const auto opening, book.record(Sequence{0}));
  CF_LET(const Zone zone, Zone::find(view(opening.getFact().getLedgerOpened().getTimeZone())));
  return zone.day_of(instant);
}

/// All grades that stand, oldest first. A grade is made on the day of its decision: the one from
/// which it counts is for its author to choose.
Result<std::vector<Grade>> standing_grades(Book& book, std::string_view about,
                                           schema::GradeAssigned::Level lowest) {
  CF_LET(const auto ledger, book.state<LedgerState>("ledger"));
  CF_LET(const auto sequences, standing(book, Fact::GRADE_ASSIGNED, about));
  std::vector<Grade> grades;
  for (const Sequence sequence : sequences) {
    CF_LET(const HeldRecord record, held_record(book, sequence));
    const auto fact = record.fact().getGradeAssigned();
    if (fact.getLevel() < lowest) continue;
    const Instant decided_at{record->getDecidedAt()};
    CF_LET(const Date decided_on, day_of(book, decided_at));
    grades.push_back({sequence, fact.getEvaluatedYear(), fiscal_year_of(ledger, decided_on),
                      fact.getLevel(), fact.getGrade(), decided_at});
  }
  return grades;
}

using ByYear = std::map<std::int32_t, Grade, std::greater<>>;

/// Of each evaluated year, the grade that supersedes the others.
ByYear current_of(const std::vector<Grade>& grades) {
  ByYear current;
  for (const Grade& grade : grades) {
    const auto [found, fresh] = current.emplace(grade.evaluated_year, grade);
    if (!fresh && supersedes(grade, found->second)) found->second = grade;
  }
  return current;
}

}  // namespace

Result<std::vector<Grade>> current_grades(Book& book, std::string_view about,
                                          schema::GradeAssigned::Level lowest) {
  CF_LET(const auto all, standing_grades(book, about, lowest));
  std::vector<Grade> grades;
  for (const auto& [year, grade] : current_of(all)) grades.push_back(grade);
  return grades;
}

Result<std::optional<DecidingGrade>> deciding_grade(Book& book, const RuleSet& rules,
                                                    const std::vector<Share>& projects,
                                                    std::int32_t fiscal_year) {
  ByYear worst;
  std::set<std::int32_t> deciding;  // evaluated years
  for (const Share& share : projects) {
    CF_LET(const auto grades,
           standing_grades(book, fmt::format("project/{}", share.project), rules.grade_level));
    for (const Grade& grade : grades)
      if ((rules.evaluation_made_in_year_before ? grade.made_in : grade.evaluated_year) ==
          fiscal_year - 1)
        deciding.insert(grade.evaluated_year);
    for (const auto& [year, grade] : current_of(grades)) {
      const auto [found, fresh] = worst.emplace(year, grade);
      if (!fresh && grade.grade > found->second.grade) found->second = grade;
    }
  }
  if (deciding.empty()) return std::nullopt;
  const auto first = worst.find(*deciding.rbegin());
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
