#include <schema/views.capnp.h>

#include <map>

#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::LibraryRow;

/// What stands of each step of a project.
struct Steps {
  std::optional<HeldRecord> proposed, pipeline, appraised, assessed, closed;
  std::vector<HeldRecord> admitted;  // oldest first
};

Result<Steps> steps_of(Rows& rows, std::string_view project) {
  Standings standings(rows);
  Steps steps;
  CF_LET(steps.proposed, standings.newest(Fact::PROJECT_PROPOSED, project));
  CF_LET(steps.pipeline, standings.newest(Fact::PIPELINE_ADMITTED, project));
  CF_LET(steps.appraised, standings.newest(Fact::EX_ANTE_APPRAISED, project));
  CF_LET(steps.assessed, standings.newest(Fact::AFFORDABILITY_ASSESSED, project));
  CF_LET(steps.admitted, standings.all(Fact::LIBRARY_ADMITTED, project));
  CF_LET(steps.closed, standings.newest(Fact::PROJECT_CLOSED, project));
  return steps;
}

/// The farthest stage that all steps before it lead to; the library and the end stand for
/// themselves.
Row::Stage stage_of(const Steps& steps) {
  if (steps.closed) return Row::Stage::CLOSED;
  if (!steps.admitted.empty()) return Row::Stage::LIBRARY;
  if (!steps.pipeline) return Row::Stage::PROPOSED;
  if (!steps.appraised || steps.appraised->fact().getExAnteAppraised().getVerdict() ==
                              schema::ExAnteAppraised::Verdict::REJECTED)
    return Row::Stage::PIPELINE;
  const bool affordable =
      steps.assessed && steps.assessed->fact().getAffordabilityAssessed().getAffordable();
  return affordable ? Row::Stage::AFFORDABLE : Row::Stage::APPRAISED;
}

void set_steps(Row::Builder row, const Steps& steps) {
  const auto proposed = steps.proposed->fact().getProjectProposed();
  row.setProject(proposed.getProject());
  row.setUnit(proposed.getUnit());
  row.setTitle(proposed.getName());
  row.setCategory(proposed.getCategory());
  row.setStage(stage_of(steps));
  if (steps.appraised) {
    row.setScore(steps.appraised->fact().getExAnteAppraised().getScore());
    row.setVerdict(steps.appraised->fact().getExAnteAppraised().getVerdict());
  }
  if (steps.assessed) {
    row.setAffordable(steps.assessed->fact().getAffordabilityAssessed().getAffordable());
    row.setTotal(steps.assessed->fact().getAffordabilityAssessed().getTotal());
  }
  if (steps.closed) row.setOutcome(steps.closed->fact().getProjectClosed().getOutcome());
}

/// Rows by project and by the fiscal year that it was admitted for, 0 where it never was. Of two
/// admissions for a year the newer one counts.
Result<void> put(Rows& rows, const std::string& project, std::uint64_t last) {
  const Key prefix = Key(row_letter).text(project);
  CF_TRY(erase_all(rows, prefix));
  CF_LET(const Steps steps, steps_of(rows, project));
  if (!steps.proposed) return {};
  std::map<std::int32_t, std::uint32_t> ranks;
  for (const HeldRecord& one : steps.admitted) {
    const auto admitted = one.fact().getLibraryAdmitted();
    ranks[admitted.getFiscalYear()] = admitted.getRank();
  }
  if (ranks.empty()) ranks[0] = 0;
  for (const auto& [year, rank] : ranks)
    put_row<Row>(rows, Key(prefix).year(year), [&, year = year, rank = rank](Row::Builder row) {
      set_steps(row, steps);
      row.setFiscalYear(year);
      row.setRank(rank);
      row.setLastSequence(last);
    });
  return {};
}

class Library final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "library"; }
  MadeOf made_of() const override { return MadeOf::projects; }
  std::uint32_t version() const override { return 2; }

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
