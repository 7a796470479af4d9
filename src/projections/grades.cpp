#include <schema/views.capnp.h>

#include <map>

#include "domain/rule_set.h"
#include "projections/graded.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::GradeRow;
using GradeIs = schema::GradeAssigned::Grade;

/// Whether a grade counts, and if not, why.
struct Counts {
  Row::State state;
  std::uint64_t superseded_by = 0;
  std::uint64_t reversed_by = 0;
};

/// Of grades that stand together: which counts at all, and which at its level.
class Current {
 public:
  explicit Current(const std::vector<GradedRecord>& all) : all_(all), first_(current_of(all)) {}

  Counts of(const GradedRecord& one) {
    const GradedRecord*& of_level = of_level_[one.grade.level];
    if (of_level == nullptr) of_level = current_of(all_, one.grade.level);
    if (&one == first_) return {Row::State::CURRENT};
    if (&one == of_level) return {Row::State::OUTRANKED, first_->grade.sequence.value};
    return {Row::State::SUPERSEDED, of_level->grade.sequence.value};
  }

 private:
  const std::vector<GradedRecord>& all_;
  const GradedRecord* first_;
  std::map<schema::GradeAssigned::Level, const GradedRecord*> of_level_;
};

Key bands_key(std::string_view rule_set) {
  return Key("b").text(rule_set);
}

/// Keeps the bands of each rule set, from the highest down.
void remember_bands(schema::Record::Reader record, Rows& rows) {
  if (!record.getFact().isRuleSetPublished()) return;
  const auto rules = read_rule_set(view(record.getFact().getRuleSetPublished().getDocument()));
  if (!rules) return;
  std::string bands;
  for (const Band& band : rules->bands) {
    put_big_endian(bands, static_cast<std::uint16_t>(band.grade));
    put_big_endian(bands, static_cast<std::uint64_t>(band.from));
  }
  rows.put(bands_key(rules->label()), bands);
}

/// The score that counts: the recomputed one where results were given, else the declared one.
std::optional<std::int64_t> score_of(schema::GradeAssigned::Reader grade) {
  if (!grade.getScored()) return std::nullopt;
  const bool recomputed = grade.getResults().size() != 0 || grade.getRecomputedScore() != 0;
  return recomputed ? grade.getRecomputedScore() : grade.getDeclaredScore();
}

/// The grade of the band that the score lies in, by the rule set that the record names.
Result<GradeIs> grade_by_score(Rows& rows, const HeldRecord& record) {
  const auto score = score_of(record.fact().getGradeAssigned());
  if (!score) return GradeIs::UNSPECIFIED;
  std::string bands;
  CF_TRY(rows.get(bands_key(view(record->getRuleSetVersion())), bands));
  for (std::string_view rest = bands; !rest.empty(); rest.remove_prefix(10))
    if (*score >= static_cast<std::int64_t>(get_big_endian<std::uint64_t>(rest.substr(2))))
      return static_cast<GradeIs>(get_big_endian<std::uint16_t>(rest));
  return GradeIs::UNSPECIFIED;
}

/// Rows by evaluated year and subject, then in the order of the journal.
Result<void> put(Rows& rows, const HeldRecord& record, const Counts& counts) {
  const auto grade = record.fact().getGradeAssigned();
  CF_LET(const About whom, about_of(rows, view(grade.getAbout())));
  CF_LET(const std::int32_t made_in, fiscal_year_on(rows, record->getEffectiveOn()));
  CF_LET(const GradeIs by_score, grade_by_score(rows, record));
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
    row.setGradeByScore(by_score);
  });
  return {};
}

class Grades final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "grades"; }
  MadeOf made_of() const override { return MadeOf::projects; }
  std::uint32_t version() const override { return 2; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    remember_bands(record, rows);
    CF_LET(const auto change, Standings(rows).note(record, {Fact::GRADE_ASSIGNED}));
    if (!change) return {};
    const auto grade = change->record.fact().getGradeAssigned();
    CF_LET(const auto all, grades_standing(rows, view(grade.getAbout()), grade.getEvaluatedYear()));
    Current current(all);
    for (const GradedRecord& one : all) CF_TRY(put(rows, one.record, current.of(one)));
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
