#include "service/rebuilt.h"

#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "projections/adjustments.h"
#include "projections/budgets.h"
#include "projections/row_codec.h"
#include "projections/rows.h"
#include "service/moment.h"

namespace counterfoil {
namespace {

/// The project that a subject's rows belong to.
Result<std::string> project_of(std::string_view subject) {
  CF_TRY(check_subject(subject));
  if (subject.starts_with("project/")) return std::string(subject.substr(8));
  if (subject.starts_with("line/")) {
    CF_LET(const LineId line, parse_line(subject));
    return std::string(line.project);
  }
  return fail(ErrorCode::invalid, "\"{}\" cannot be rebuilt alone: name a project/… or a line/…",
              subject);
}

template <typename Row>
Result<std::vector<std::string>> rows_of(MemoryRows& rows, std::string_view prefix,
                                         std::string_view subject, std::string_view project) {
  std::vector<std::string> found;
  RowBuffer<Row> buffer;
  const bool one_line = subject.starts_with("line/");
  CF_TRY(rows.each(prefix, [&](std::string_view, std::string_view value) -> Result<bool> {
    const auto row = buffer.read(value);
    const bool wanted = one_line
                            ? subject == format_line({row.getFiscalYear(), view(row.getProject()),
                                                      view(row.getFund()), view(row.getMeasure()),
                                                      view(row.getItem())})
                            : project == view(row.getProject());
    if (wanted) found.emplace_back(value);
    return true;
  }));
  return found;
}

}  // namespace

Result<RebuiltRows> rebuild_subject(const Journal& journal, std::string_view subject) {
  CF_LET(const std::string project, project_of(subject));
  const Moment now{journal.size(), {}};
  CF_TRY(check_subject_there(journal, subject, now));
  MemoryRows budgets;
  MemoryRows adjustments;
  const auto fold = [&](schema::Record::Reader record) -> Result<bool> {
    CF_TRY(Budgets().fold(record, budgets));
    CF_TRY(Adjustments().fold(record, adjustments));
    return true;
  };
  CF_TRY(each_record_about(journal, {std::string(subject)}, now, fold));
  RebuiltRows rebuilt;
  CF_LET(rebuilt.budgets, rows_of<schema::BudgetRow>(budgets, {}, subject, project));
  CF_LET(rebuilt.adjustments,
         rows_of<schema::AdjustmentRow>(adjustments, Adjustments().row_prefix(), subject, project));
  return rebuilt;
}

}  // namespace counterfoil
