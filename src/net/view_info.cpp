#include "net/view_info.h"

#include "codec/text.h"

namespace counterfoil {

Result<std::vector<ViewReport>> report_views(const Projector& projector, bool digests) {
  std::vector<ViewReport> reports;
  for (ProjectionStatus& status : projector.status()) {
    ViewReport report{std::move(status), std::nullopt};
    if (digests) {
      CF_LET(const Projection* const projection, projector.find(report.status.name));
      CF_LET(report.digest, projector.views().digest(projector.views().view(*projection)));
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

void fill(capnp::List<schema::ViewInfo>::Builder out, const std::vector<ViewReport>& reports) {
  for (unsigned i = 0; i < reports.size(); ++i) {
    const ProjectionStatus& status = reports[i].status;
    auto info = out[i];
    info.setName(text_of(status.name));
    info.setVersion(status.version);
    info.setPosition(status.position);
    info.setLag(status.lag);
    info.setState(text_of(status.state));
    info.setLastError(text_of(status.last_error));
    if (!reports[i].digest) continue;
    info.setRows(reports[i].digest->entries);
    info.setDigest(data_of(bytes_of(reports[i].digest->root)));
  }
}

}  // namespace counterfoil
