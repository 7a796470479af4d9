#pragma once

#include <vector>

#include "domain/grades.h"
#include "projections/own.h"

namespace counterfoil {

/// A grade that stands, as decisions look at it, with its record.
struct GradedRecord {
  Grade grade;
  HeldRecord record;
};

/// The grades about one subject and evaluated year that stand, oldest first.
Result<std::vector<GradedRecord>> grades_standing(Rows& rows, std::string_view about,
                                                  std::int32_t evaluated_year);
/// The one that counts, or null where there is none; `level` narrows to one level.
const GradedRecord* current_of(
    const std::vector<GradedRecord>& grades,
    schema::GradeAssigned::Level level = schema::GradeAssigned::Level::UNSPECIFIED);

}  // namespace counterfoil
