#include "net/view_info.h"

#include "codec/text.h"

namespace counterfoil {

Result<std::vector<ViewReport>> report_views(const Projector& projector, bool digests) {
  std::vector<ViewReport> reports;
  for (ProjectionStatus& status : projector.status()) {
    ViewReport report{std::move(status), std::nullopt};
    if (digests) {
      CF_LET(const Projection* const projection, projector.find(report.status.name));
      const View view = projector.views().view(*projection);
      CF_LET(report.digest, projector.views().digest(view));
      // The view went on since the status was asked for: both are told of the entries walked.
      report.status.version = view.version;
      projector.set_position(report.status, report.digest->position);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

void fill(schema::ViewInfo::Builder info, const ViewReport& report) {
  const ProjectionStatus& status = report.status;
  info.setName(text_of(status.name));
  info.setVersion(status.version);
  info.setPosition(status.position);
  info.setLag(status.lag);
  info.setLagSeconds(static_cast<std::uint64_t>((status.lag_us + 999'999) / 1'000'000));
  info.setRate(status.rate);
  info.setBuilding(status.building);
  info.setBuilt(status.built);
  info.setState(text_of(status.state));
  info.setLastError(text_of(status.last_error));
  if (!report.digest) return;
  info.setRows(report.digest->entries);
  info.setDigest(data_of(bytes_of(report.digest->root)));
}

void fill(capnp::List<schema::ViewInfo>::Builder out, const std::vector<ViewReport>& reports) {
  for (unsigned i = 0; i < reports.size(); ++i) fill(out[i], reports[i]);
}

}  // namespace counterfoil
