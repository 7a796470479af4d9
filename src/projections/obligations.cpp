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

/// Events that were reversed, and the results that name an event as an answer.
Key reversed_key(std::uint64_t event) {
  return Key("x").number(event);
}
Key answer_key(std::uint64_t answer) {
  return Key("a").number(answer);
}

/// Whether the result still answers its grade: it waives, names nothing, or names an event that
/// stands.
Result<bool> holds(Rows& rows, schema::ResultApplied::Reader applied) {
  if (applied.getWaived() || applied.getAnswers().size() == 0) return true;
  for (const std::uint64_t answer : applied.getAnswers()) {
    std::string none;
    CF_LET(const bool reversed, rows.get(reversed_key(answer), none));
    if (!reversed) return true;
  }
  return false;
}

/// The newest result that holds of those applied to the grade.
Result<std::optional<HeldRecord>> answer_to(Rows& rows, Sequence grade) {
  CF_LET(auto results, Standings(rows).all(Fact::RESULT_APPLIED, key_of(grade)));
  for (auto at = results.rbegin(); at != results.rend(); ++at) {
    CF_LET(const bool counts, holds(rows, at->fact().getResultApplied()));
    if (counts) return std::optional<HeldRecord>(std::move(*at));
  }
  return std::nullopt;
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

bool asks_for_an_answer(const GradedRecord& one) {
  return one.grade.is_unsatisfactory() ||
         one.record.fact().getGradeAssigned().getUnmet().size() != 0;
}

std::string unmet_of(schema::GradeAssigned::Reader grade) {
  std::string unmet;
  for (const auto indicator : grade.getUnmet())
    unmet += fmt::format("{}{}", unmet.empty() ? "" : "; ", view(indicator));
  return unmet;
}

/// `counts`: the grade is the current one of its subject and year.
Result<void> put(Rows& rows, const HeldRecord& record, bool counts) {
  const auto grade = record.fact().getGradeAssigned();
  const std::int32_t year = grade.getEvaluatedYear();
  for (const bool open : {true, false}) rows.erase(key_of_row(open, year, record.sequence()));
  CF_LET(const auto applied, answer_to(rows, record.sequence()));
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
                 row.setUnmet(text_of(unmet_of(grade)));
                 if (!applied) return;
                 row.setApplied(applied->sequence().value);
                 row.setAnswers(text_of(answers_of(applied->fact().getResultApplied())));
                 row.setReason((*applied)->getReason());
               });
  return {};
}

/// A grade opens an obligation when it counts while it is medium or poor, or leaves a target unmet;
/// from then on it has a row. It is open again when what answers it is reversed.
class Obligations final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "obligations"; }
  std::uint32_t version() const override { return 2; }
  MadeOf made_of() const override { return MadeOf::projects_and_beside; }
  /// What answers a grade may be about anything, and be reversed.
  void note_beside(schema::Record::Reader record, Beside& beside) const override {
    if (!record.getFact().isResultApplied()) return;
    for (const std::uint64_t answer : record.getFact().getResultApplied().getAnswers())
      beside.events.insert(answer);
  }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    CF_LET(const auto change,
           Standings(rows).note(record, {Fact::GRADE_ASSIGNED, Fact::RESULT_APPLIED}));
    if (record.getFact().isEventReversed())
      CF_TRY(withdraw_answer(rows, record.getFact().getEventReversed().getEvent()));
    if (!change) return {};
    const auto fact = change->record.fact();
    if (fact.isResultApplied()) {
      if (change->reversed_by == 0) note_answers(rows, change->record);
      const auto applied = fact.getResultApplied();
      return refresh(rows, view(applied.getAbout()), applied.getEvaluatedYear());
    }
    const auto grade = fact.getGradeAssigned();
    const std::int32_t year = grade.getEvaluatedYear();
    CF_TRY(refresh(rows, view(grade.getAbout()), year));
    if (change->reversed_by == 0) return {};
    CF_LET(const bool opened, has_row(rows, year, change->record.sequence()));
    return opened ? put(rows, change->record, false) : Result<void>();
  }

 private:
  /// Puts the rows of the grades of that subject and year.
  static Result<void> refresh(Rows& rows, std::string_view about, std::int32_t year) {
    CF_LET(const auto all, grades_standing(rows, about, year));
    const GradedRecord* const current = current_of(all);
    for (const GradedRecord& one : all) {
      if (!asks_for_an_answer(one)) continue;
      CF_LET(const bool opened, has_row(rows, year, one.grade.sequence));
      if (opened || &one == current) CF_TRY(put(rows, one.record, &one == current));
    }
    return {};
  }

  static void note_answers(Rows& rows, const HeldRecord& result) {
    for (const std::uint64_t answer : result.fact().getResultApplied().getAnswers())
      rows.put(Key(answer_key(answer)).number(result.sequence().value), {});
  }

  static Result<void> withdraw_answer(Rows& rows, std::uint64_t event) {
    rows.put(reversed_key(event), {});
    std::vector<Sequence> results;
    const Key prefix = answer_key(event);
    CF_TRY(rows.each(prefix, [&](std::string_view key, std::string_view) -> Result<bool> {
      key.remove_prefix(prefix.bytes().size());
      results.push_back(Sequence{get_big_endian<std::uint64_t>(key)});
      return true;
    }));
    for (const Sequence result : results) {
      CF_LET(const auto record, Standings(rows).kept(result));
      if (!record) continue;
      const auto applied = record->fact().getResultApplied();
      CF_TRY(refresh(rows, view(applied.getAbout()), applied.getEvaluatedYear()));
    }
    return {};
  }

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
