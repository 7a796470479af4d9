#include <schema/views.capnp.h>

#include "codec/line.h"
#include "codec/subjects.h"
#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::CutRow;

/// One cut: what a line did not get, or lost.
struct Cut {
  std::string_view line;
  std::int64_t amount;  // above 0
};

/// The cuts for grades of an appropriation or of a reduction.
std::vector<Cut> cuts_of(Fact::Reader fact) {
  std::vector<Cut> cuts;
  if (fact.isBudgetAppropriated()) {
    const auto appropriated = fact.getBudgetAppropriated();
    if (appropriated.getCutForGrade() > 0)
      cuts.push_back({view(appropriated.getLine()), appropriated.getCutForGrade()});
  }
  if (!fact.isBudgetAdjusted()) return cuts;
  const auto adjusted = fact.getBudgetAdjusted();
  if (adjusted.getKind() != schema::BudgetAdjusted::Kind::REDUCTION ||
      adjusted.getCause() != schema::BudgetAdjusted::Cause::GRADE)
    return cuts;
  for (const auto leg : adjusted.getLegs())
    if (leg.getAmount() < 0) cuts.push_back({view(leg.getLine()), -leg.getAmount()});
  return cuts;
}

/// Grades by their sequence, with their subject: the only facts that a cut is explained by.
void remember_grade(schema::Record::Reader record, Rows& rows) {
  if (!record.getFact().isGradeAssigned()) return;
  put_row<Row>(rows, Key("g").number(record.getSequence()), [&](Row::Builder row) {
    const auto grade = record.getFact().getGradeAssigned();
    row.setProject(grade.getAbout());
    row.setLevel(grade.getLevel());
    row.setGrade(grade.getGrade());
    row.setEvaluatedYear(grade.getEvaluatedYear());
  });
}

/// Fills in the first grade among the evidence that is about the project; where none is, the first
/// grade at all, which is one of a predecessor.
Result<void> set_grade(Row::Builder row, schema::Record::Reader record, std::string_view project,
                       Rows& rows) {
  RowBuffer<Row> buffer;
  std::string stored;
  for (const std::uint64_t cited : record.getEvidence()) {
    CF_LET(const bool is_grade, rows.get(Key("g").number(cited), stored));
    if (!is_grade) continue;
    const auto grade = buffer.read(stored);
    const bool is_own = view(grade.getProject()) == fmt::format("project/{}", project);
    if (!is_own && row.getGradeEvent() != 0) continue;
    row.setGradeEvent(cited);
    row.setLevel(grade.getLevel());
    row.setGrade(grade.getGrade());
    row.setEvaluatedYear(grade.getEvaluatedYear());
    if (is_own) return {};
  }
  return {};
}

class Cuts final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "cuts"; }
  MadeOf made_of() const override { return MadeOf::projects_and_beside; }
  /// The grade may be a predecessor's.
  void note_beside(schema::Record::Reader record, Beside& beside) const override {
    if (cuts_of(record.getFact()).empty()) return;
    for (const std::uint64_t event : record.getEvidence()) beside.events.insert(event);
  }

  /// Rows in the order of the journal, then of the event's legs.
  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    remember_grade(record, rows);
    if (record.getFact().isEventReversed()) return mark(rows, record);
    std::uint32_t index = 0;
    for (const Cut& cut : cuts_of(record.getFact())) {
      CF_LET(const LineId line, parse_line(cut.line));
      CF_LET(const std::string unit, unit_of(rows, line.project));
      Result<void> graded;
      put_row<Row>(rows, Key(row_letter).number(record.getSequence()).number(index++),
                   [&](Row::Builder row) {
                     row.setSequence(record.getSequence());
                     row.setFact(text_of(std::string(fact_name(record.getFact()))));
                     row.setProject(text_of(std::string(line.project)));
                     row.setUnit(text_of(unit));
                     row.setFiscalYear(line.fiscal_year);
                     row.setFund(text_of(std::string(line.fund)));
                     row.setAmount(cut.amount);
                     row.setDecidedAt(record.getDecidedAt());
                     row.setDocument(text_of(std::string(document_of(record))));
                     graded = set_grade(row, record, line.project, rows);
                   });
      CF_TRY(graded);
    }
    return {};
  }

 private:
  static Result<void> mark(Rows& rows, schema::Record::Reader reversal) {
    RowBuffer<Row> buffer;
    const std::uint64_t event = reversal.getFact().getEventReversed().getEvent();
    for (std::uint32_t i = 0;; ++i) {
      CF_LET(std::string* const row, rows.edit(Key(row_letter).number(event).number(i)));
      if (row == nullptr) return {};
      buffer.change_numbers(
          *row, [&](Row::Builder builder) { builder.setReversedBy(reversal.getSequence()); });
    }
  }
};

}  // namespace

const Projection& cuts_projection() {
  static const Cuts one;
  return one;
}

}  // namespace counterfoil
