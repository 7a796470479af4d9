#pragma once

#include "projections/projection.h"

namespace counterfoil {

/// The read models of the performance cycle. Each is a file of that name; its rows are the struct
/// of that name in schema/views.capnp, its keys are in schema/FORMAT.md.
const Projection& targets_projection();      // TargetRow
const Projection& monitoring_projection();   // MonitoringRow
const Projection& grades_projection();       // GradeRow
const Projection& obligations_projection();  // ObligationRow
const Projection& compliance_projection();   // ComplianceRow
const Projection& stale_projection();        // StaleRow
const Projection& priorities_projection();   // PriorityRow
const Projection& pools_projection();        // PoolRow
const Projection& library_projection();      // LibraryRow
const Projection& units_projection();        // UnitRow
const Projection& cuts_projection();         // CutRow
const Projection& statements_projection();   // StatementRow
const Projection& principals_projection();   // PrincipalRow

}  // namespace counterfoil
