#pragma once

#include <schema/ledger.capnp.h>

#include <vector>

#include "projections/projector.h"

namespace counterfoil {

/// A projection's status, and what its view holds where that was computed.
struct ViewReport {
  ProjectionStatus status;
  std::optional<Views::Digest> digest;
};

/// Reads every view whole where digests are asked for: not for the event loop's thread.
Result<std::vector<ViewReport>> report_views(const Projector& projector, bool digests);

void fill(schema::ViewInfo::Builder info, const ViewReport& report);
void fill(capnp::List<schema::ViewInfo>::Builder out, const std::vector<ViewReport>& reports);

}  // namespace counterfoil
