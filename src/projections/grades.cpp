#include <schema/views.capnp.h>

#include "projections/graded.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::GradeRow;

/// Whether a grade counts, and if not, why.
struct Counts {
  Row::State state;
  std::uint64_t superseded_by = 0;
  std::uint64_t reversed_by = 0;
};

Counts counts_of(const GradedRecord& one, const std::vector<GradedRecord>& all) {
  const GradedRecord* const first = current_of(all);
  const GradedRecord* const of_level = current_of(all, one.grade.level);
  if (&one == first) return {Row::State::CURRENT};
  if (&one == of_level) return {Row::State::OUTRANKED, first->grade.sequence.value};
  return {Row::State::SUPERSEDED, of_level->grade.sequence.value};
}

/// Rows by evaluated year and subject, then in the order of the journal.
Result<void> put(Rows& rows, const HeldRecord& record, const Counts& counts) {
  const auto grade = record.fact().getGradeAssigned();
  CF_LET(const About whom, about_of(rows, view(grade.getAbout())));
  CF_LET(const std::int32_t made_in, fiscal_year_on(rows, record->getEffectiveOn()));
  const Key key = Key(row_letter)
                      .year(grade.getEvaluatedYear())
                      .text(view(grade.getAbout()))
                      .number(record.sequence().value);
  put_row<Row>(rows, key, [&](Row::Builder row) {
    row.setSequence(record.sequence().value);
    row.setAbout(grade.getAbout());
    row.setProject(text_of(whom.project));
    row.setUnit(text_of(whom.unit));
    row.setEvaluatedYear(grade.getEvaluatedYear());
    row.setMadeIn(made_in);
    row.setLevel(grade.getLevel());
    row.setGrade(grade.getGrade());
    row.setState(counts.state);
    row.setSupersededBy(counts.superseded_by);
    row.setDeclaredScore(grade.getDeclaredScore());
    row.setRecomputedScore(grade.getRecomputedScore());
    row.setScored(grade.getScored());
    row.setDiffers(grade.getScored() && grade.getDeclaredScore() != grade.getRecomputedScore());
    row.setEvaluator(grade.getEvaluator());
    row.setDecidedAt(record->getDecidedAt());
    row.setDocument(text_of(std::string(document_of(*record))));
    row.setReversedBy(counts.reversed_by);
  });
  return {};
}

class Grades final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "grades"; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    CF_LET(const auto change, Standings(rows).note(record, {Fact::GRADE_ASSIGNED}));
    if (!change) return {};
    const auto grade = change->record.fact().getGradeAssigned();
    CF_LET(const auto all, grades_standing(rows, view(grade.getAbout()), grade.getEvaluatedYear()));
    for (const GradedRecord& one : all) CF_TRY(put(rows, one.record, counts_of(one, all)));
    if (change->reversed_by == 0) return {};
    return put(rows, change->record, {Row::State::REVERSED, 0, change->reversed_by});
  }
};

}  // namespace

const Projection& grades_projection() {
  static const Grades one;
  return one;
}

}  // namespace counterfoil
