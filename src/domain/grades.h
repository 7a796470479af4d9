#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "domain/base.h"
#include "domain/standing.h"

namespace counterfoil {

/// A grade as decisions look at it.
struct Grade {
  Sequence sequence;
  std::int32_t evaluated_year = 0;
  std::int32_t made_in = 0;  // fiscal year of the day on which it was decided
  schema::GradeAssigned::Level level = schema::GradeAssigned::Level::UNSPECIFIED;
  schema::GradeAssigned::Grade grade = schema::GradeAssigned::Grade::UNSPECIFIED;
  Instant decided_at;

  /// Medium or poor.
  bool is_unsatisfactory() const;
};

std::string_view grade_name(schema::GradeAssigned::Grade grade);

/// Of several grades about one subject and evaluated year, the current one is that of the highest
/// level, then the latest decided, then the newest (DOMAIN, evaluation).
bool supersedes(const Grade& one, const Grade& other);

/// The current grade of each evaluated year, the latest year first; levels below `lowest` do not
/// count.
Result<std::vector<Grade>> current_grades(Book& book, std::string_view about,
                                          schema::GradeAssigned::Level lowest);

/// The evaluation that decides on the amount of a fiscal year, by the rule set: the one made in the
/// year before, or the one of the year before. One is made in each year in which a grade of it was
/// decided, and its current grade decides, whenever that one was. `running` counts how many
/// evaluations in a row, it included, were unsatisfactory; a year without an evaluation does not
/// end the row. `projects` is the project with its predecessors: of each evaluated year, the worst
/// of their grades counts.
struct DecidingGrade {
  Grade grade;
  std::size_t running = 0;
};
Result<std::optional<DecidingGrade>> deciding_grade(Book& book, const RuleSet& rules,
                                                    const std::vector<Share>& projects,
                                                    std::int32_t fiscal_year);

/// The grade that decides on a project's amount, where it is unsatisfactory, and what the rule set
/// makes of it (rule R4).
struct GradeCut {
  Grade grade;
  CutStep step;
};
Result<std::optional<GradeCut>> grade_cut(Book& book, const RuleSet& rules,
                                          std::string_view project, std::int32_t fiscal_year);

}  // namespace counterfoil
