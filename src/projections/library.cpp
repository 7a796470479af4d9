#include <schema/views.capnp.h>

#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::LibraryRow;

/// What stands of each step of a project.
struct Steps {
  std::optional<HeldRecord> proposed, pipeline, appraised, assessed, admitted, closed;
};

Result<Steps> steps_of(Rows& rows, std::string_view project) {
  Standings standings(rows);
  Steps steps;
  CF_LET(steps.proposed, standings.newest(Fact::PROJECT_PROPOSED, project));
  CF_LET(steps.pipeline, standings.newest(Fact::PIPELINE_ADMITTED, project));
  CF_LET(steps.appraised, standings.newest(Fact::EX_ANTE_APPRAISED, project));
  CF_LET(steps.assessed, standings.newest(Fact::AFFORDABILITY_ASSESSED, project));
  CF_LET(steps.admitted, standings.newest(Fact::LIBRARY_ADMITTED, project));
  CF_LET(steps.closed, standings.newest(Fact::PROJECT_CLOSED, project));
  return steps;
}

/// The farthest stage that all steps before it lead to; the library and the end stand for
/// themselves.
Row::Stage stage_of(const Steps& steps) {
  if (steps.closed) return Row::Stage::CLOSED;
  if (steps.admitted) return Row::Stage::LIBRARY;
  if (!steps.pipeline) return Row::Stage::PROPOSED;
  if (!steps.appraised || steps.appraised->fact().getExAnteAppraised().getVerdict() ==
                              schema::ExAnteAppraised::Verdict::REJECTED)
    return Row::Stage::PIPELINE;
  const bool affordable =
      steps.assessed && steps.assessed->fact().getAffordabilityAssessed().getAffordable();
  return affordable ? Row::Stage::AFFORDABLE : Row::Stage::APPRAISED;
}

/// Rows by project.
Result<void> put(Rows& rows, const std::string& project, std::uint64_t last) {
  const Key key = Key(row_letter).text(project);
  CF_LET(const Steps steps, steps_of(rows, project));
  if (!steps.proposed) {
    rows.erase(key);
    return {};
  }
  put_row<Row>(rows, key, [&](Row::Builder row) {
    const auto proposed = steps.proposed->fact().getProjectProposed();
    row.setProject(proposed.getProject());
    row.setUnit(proposed.getUnit());
    row.setTitle(proposed.getName());
    row.setCategory(proposed.getCategory());
    row.setStage(stage_of(steps));
    row.setLastSequence(last);
    if (steps.appraised) {
      row.setScore(steps.appraised->fact().getExAnteAppraised().getScore());
      row.setVerdict(steps.appraised->fact().getExAnteAppraised().getVerdict());
    }
    if (steps.assessed) {
      row.setAffordable(steps.assessed->fact().getAffordabilityAssessed().getAffordable());
      row.setTotal(steps.assessed->fact().getAffordabilityAssessed().getTotal());
    }
    if (steps.admitted) {
      row.setFiscalYear(steps.admitted->fact().getLibraryAdmitted().getFiscalYear());
      row.setRank(steps.admitted->fact().getLibraryAdmitted().getRank());
    }
    if (steps.closed) row.setOutcome(steps.closed->fact().getProjectClosed().getOutcome());
  });
  return {};
}

class Library final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "library"; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    CF_LET(const auto change,
           Standings(rows).note(record, {Fact::PROJECT_PROPOSED, Fact::PIPELINE_ADMITTED,
                                         Fact::EX_ANTE_APPRAISED, Fact::AFFORDABILITY_ASSESSED,
                                         Fact::LIBRARY_ADMITTED, Fact::PROJECT_CLOSED}));
    if (!change) return {};
    // Each of these stands under its project.
    return put(rows, Standings::places_of(change->record.fact()).front().key, record.getSequence());
  }
};

}  // namespace

const Projection& library_projection() {
  static const Library one;
  return one;
}

}  // namespace counterfoil
