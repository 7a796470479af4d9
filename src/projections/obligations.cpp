#include <schema/views.capnp.h>

#include "projections/graded.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::ObligationRow;

/// Open ones first, then by evaluated year and grade.
Key key_of_row(bool open, std::int32_t year, Sequence grade) {
  return Key(row_letter).number(open ? 0 : 1).year(year).number(grade.value);
}

Row::State state_of(const std::optional<HeldRecord>& applied, bool counts) {
  if (applied)
    return applied->fact().getResultApplied().getWaived() ? Row::State::WAIVED
                                                          : Row::State::ANSWERED;
  return counts ? Row::State::OPEN : Row::State::LAPSED;
}

std::string answers_of(schema::ResultApplied::Reader applied) {
  std::string answers;
  for (const std::uint64_t answer : applied.getAnswers())
    answers += fmt::format("{}{}", answers.empty() ? "" : " ", answer);
  return answers;
}

/// `counts`: the grade is the current one of its subject and year.
Result<void> put(Rows& rows, const HeldRecord& record, bool counts) {
  const auto grade = record.fact().getGradeAssigned();
  const std::int32_t year = grade.getEvaluatedYear();
  for (const bool open : {true, false}) rows.erase(key_of_row(open, year, record.sequence()));
  CF_LET(const auto applied,
         Standings(rows).newest(Fact::RESULT_APPLIED, key_of(record.sequence())));
  CF_LET(const About whom, about_of(rows, view(grade.getAbout())));
  CF_LET(const std::int32_t made_in, fiscal_year_on(rows, record->getEffectiveOn()));
  const auto state = state_of(applied, counts);
  put_row<Row>(rows, key_of_row(state == Row::State::OPEN, year, record.sequence()),
               [&](Row::Builder row) {
                 row.setSequence(record.sequence().value);
                 row.setAbout(grade.getAbout());
                 row.setProject(text_of(whom.project));
                 row.setUnit(text_of(whom.unit));
                 row.setEvaluatedYear(year);
                 row.setLevel(grade.getLevel());
                 row.setGrade(grade.getGrade());
                 row.setState(state);
                 row.setDecidedAt(record->getDecidedAt());
                 row.setMadeIn(made_in);
                 if (!applied) return;
                 row.setApplied(applied->sequence().value);
                 row.setAnswers(text_of(answers_of(applied->fact().getResultApplied())));
                 row.setReason((*applied)->getReason());
               });
  return {};
}

/// A grade opens an obligation when it counts while it is medium or poor; from then on it has a
/// row.
class Obligations final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "obligations"; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    CF_LET(const auto change,
           Standings(rows).note(record, {Fact::GRADE_ASSIGNED, Fact::RESULT_APPLIED}));
    if (!change) return {};
    const auto fact = change->record.fact();
    const std::string about(fact.isGradeAssigned() ? view(fact.getGradeAssigned().getAbout())
                                                   : view(fact.getResultApplied().getAbout()));
    const std::int32_t year = fact.isGradeAssigned() ? fact.getGradeAssigned().getEvaluatedYear()
                                                     : fact.getResultApplied().getEvaluatedYear();
    CF_LET(const auto all, grades_standing(rows, about, year));
    const GradedRecord* const current = current_of(all);
    for (const GradedRecord& one : all) {
      if (!one.grade.is_unsatisfactory()) continue;
      CF_LET(const bool opened, has_row(rows, year, one.grade.sequence));
      if (opened || &one == current) CF_TRY(put(rows, one.record, &one == current));
    }
    if (change->reversed_by == 0 || !fact.isGradeAssigned()) return {};
    CF_LET(const bool opened, has_row(rows, year, change->record.sequence()));
    return opened ? put(rows, change->record, false) : Result<void>();
  }

 private:
  static Result<bool> has_row(Rows& rows, std::int32_t year, Sequence grade) {
    std::string row;
    for (const bool open : {true, false}) {
      CF_LET(const bool found, rows.get(key_of_row(open, year, grade), row));
      if (found) return true;
    }
    return false;
  }
};

}  // namespace

const Projection& obligations_projection() {
  static const Obligations one;
  return one;
}

}  // namespace counterfoil
