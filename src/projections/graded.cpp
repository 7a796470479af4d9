#include "projections/graded.h"

namespace counterfoil {

Result<std::vector<GradedRecord>> grades_standing(Rows& rows, std::string_view about,
                                                  std::int32_t evaluated_year) {
  CF_LET(auto records, Standings(rows).all(schema::Fact::GRADE_ASSIGNED, about));
  std::vector<GradedRecord> found;
  for (HeldRecord& record : records) {
    const auto fact = record.fact().getGradeAssigned();
    if (fact.getEvaluatedYear() != evaluated_year) continue;
    CF_LET(const std::int32_t made_in, fiscal_year_on(rows, record->getEffectiveOn()));
    const Grade grade{record.sequence(), evaluated_year,  made_in,
                      fact.getLevel(),   fact.getGrade(), Instant{record->getDecidedAt()}};
    found.push_back({grade, std::move(record)});
  }
  return found;
}

const GradedRecord* current_of(const std::vector<GradedRecord>& grades,
                               schema::GradeAssigned::Level level) {
  const GradedRecord* current = nullptr;
  for (const GradedRecord& one : grades) {
    if (level != schema::GradeAssigned::Level::UNSPECIFIED && one.grade.level != level) continue;
    if (current == nullptr || supersedes(one.grade, current->grade)) current = &one;
  }
  return current;
}

}  // namespace counterfoil
